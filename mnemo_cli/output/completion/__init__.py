"""Static completion scripts, one file per shell: a TAB is answered in a millisecond, without starting mnemo."""

from mnemo_cli.output.command_tree import Command
from mnemo_cli.output.completion.bash import bash_script
from mnemo_cli.output.completion.fish import fish_script
from mnemo_cli.output.completion.zsh import zsh_script

SCRIPTS = {"bash": bash_script, "zsh": zsh_script, "fish": fish_script}


def completion_script(shell: str, mnemo: Command) -> str:
    """The script of `shell` for the whole command tree."""
    return SCRIPTS[shell](mnemo)
