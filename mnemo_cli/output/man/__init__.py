"""The manual, made from the code: mnemo(1) and a page per command, mnemo.toml(5) and mnemo-alerts(5).

pages         all of them: file name → text
nouns         what is told to the pages: the edition, settings, entries
commands      section 1: a page from the command tree
  overview    what mnemo(1) says beyond its commands: targets, levels, words for sizes and times
  notes       what a page says beyond the help of its command: kept short, and true of the code
  plans       mnemo-orchestrate(1): the fields of a job
  catalogue   lists of the code on the page of the command that reports them: checks, collectors
  exits       which exit codes a command has, and what each means there
  around      variables, files, and what to read next
settings      mnemo.toml(5): every setting, where files are looked for, what is trusted
alerts        mnemo-alerts(5): the file of alert rules
  conditions  what a condition may say, and every name in it
roff          text as the man(7) macros want it
"""

from mnemo_cli.output.man.nouns import Edition, Entry, Setting
from mnemo_cli.output.man.pages import man_pages

__all__ = ["Edition", "Entry", "Setting", "man_pages"]
