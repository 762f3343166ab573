"""Man pages from the command tree: mnemo(1), and one page per command with its subcommands as sections.

Written in the man(7) macros, which man-db, mandoc and groff all read.
"""

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from mnemo_cli.errors import EXIT_CODES
from mnemo_cli.output.command_tree import Argument, Command
from mnemo_cli.output.dashboard import keys as dashboard
from mnemo_cli.output.examples import EXAMPLES, FRAGMENTS, Example
from mnemo_cli.output.orchestrate import keys as run


class Edition(NamedTuple):
    """What the tree does not know: which release this is, and when it was made (YYYY-MM-DD)."""

    version: str
    date: str


class Entry(NamedTuple):
    """A name and what it is: an environment variable, a file."""

    name: str
    text: str


VARIABLES = (
    Entry("MNEMOSYNE_LOG", "How much is logged: debug, info, warning or error. debug also shows tracebacks."),
    Entry("NO_COLOR, FORCE_COLOR", "Never or always use colour; --color outranks both."),
)
FILES = (
    Entry("./mnemo.toml", "Settings of the project here: thresholds, component limits and waivers only."),
    Entry("~/.config/mnemosyne/config.toml", "The user's settings, read when there is no ./mnemo.toml."),
    Entry("/etc/mnemosyne/config.toml", "The machine's settings, read when there is neither."),
    Entry("~/.local/share/mnemosyne/logs/memory.log", "The memory log."),
)


def man_pages(mnemo: Command, edition: Edition, settings: Iterable[Entry]) -> Mapping[str, str]:
    """File name → page. `settings` are the environment variables of the settings, for mnemo(1)."""
    pages = {"mnemo.1": _page(mnemo, mnemo, edition, (*VARIABLES, *settings))}
    for command in mnemo.commands:
        pages[f"{'-'.join(command.words)}.1"] = _page(command, mnemo, edition, VARIABLES)
    return pages


def _page(command: Command, mnemo: Command, edition: Edition, variables: Iterable[Entry]) -> str:
    title = "-".join(command.words)
    lines = [
        '.\\" Written from the command tree by tests/generate.py; do not edit.',
        f'.TH {_text(title.upper())} 1 {edition.date} "mnemo {edition.version}" "mnemo manual"',
        ".SH NAME",
        f"{_text(title)} \\- {_text(command.summary[:1].lower() + command.summary[1:])}",
        ".SH SYNOPSIS",
        *_synopses(command),
        ".SH DESCRIPTION",
        *_paragraphs(command.description),
        *_below(command),
        *_section("ARGUMENTS", _arguments(command)),
        *_section("OPTIONS", _options(command)),
        *_section("KEYS", _entries(_keys(command))),
        *_section("EXIT STATUS", _entries(_exit_codes(command))),
        *_section("ENVIRONMENT", [*_entries(variables), *_environment_note(command)]),
        *_section("FILES", _entries(FILES)),
        *_section("EXAMPLES", _examples(_examples_of(command.words[-1]))),
        *_section("SEE ALSO", _see_also(command, mnemo)),
    ]
    return "\n".join(lines) + "\n"


def _keys(command: Command) -> Iterator[Entry]:
    """What can be pressed in the screens of two commands."""
    shown = {"monitor": (*dashboard.KEYS, dashboard.VIEWS), "orchestrate": run.KEYS}
    for key in shown.get(command.words[-1], ()):
        yield Entry(key.name, key.help)


def _section(heading: str, lines: Iterable[str]) -> list[str]:
    """Nothing at all when there is nothing to say."""
    body = list(lines)
    return [f".SH {heading}", *body] if body else []


def _synopses(command: Command) -> Iterator[str]:
    """One line for the command, or one for each of its subcommands; both where it does something by itself."""
    is_page_of_commands = bool(command.commands) and len(command.words) > 1
    runs_itself = command.takes_program or not is_page_of_commands
    shown = (*[command] * runs_itself, *command.commands * is_page_of_commands)
    for position, one in enumerate(shown):
        if position:
            yield ".br"
        yield f".B {_text(' '.join(one.words))}"
        yield from (f".RI [ {_text('OPTIONS')} ]",) if one.options else ()
        yield from (_argument_in_synopsis(argument) for argument in one.arguments)
        if one.commands and not is_page_of_commands:
            yield ".I COMMAND"
        if one.takes_program:
            yield "[\\fB\\-\\-\\fR \\fICMD\\fR...]"


def _argument_in_synopsis(argument: Argument) -> str:
    word = f"\\fI{_text(argument.value.metavar.strip('[].'))}\\fR"
    return (word if argument.required else f"[{word}]") + ("..." if argument.repeats else "")


def _below(command: Command) -> Iterator[str]:
    """The commands of mnemo(1), or the subcommands of a page with their own arguments and options."""
    if not command.commands:
        return
    yield ".SH COMMANDS"
    for below in command.commands:
        if len(command.words) == 1:
            yield from (".TP", f".BR {_text('-'.join(below.words))} (1)", *_lines(_sentence(below.summary)))
            continue
        yield f".SS {_text(' '.join(below.words[1:]))}"
        yield from _paragraphs(below.description)
        yield from _arguments(below)
        yield from _options(below)


def _arguments(command: Command) -> Iterator[str]:
    for argument in command.arguments:
        if argument.help:
            yield from (".TP", f".I {_text(argument.value.metavar)}", *_lines(argument.help))


def _options(command: Command) -> Iterator[str]:
    for option in command.options:
        names = ", ".join(f"\\fB{_text(name)}\\fR" for name in option.names)
        value = f" \\fI{_text(option.value.metavar)}\\fR" if option.value else ""
        yield from (".TP", f"{names}{value}", *_lines(option.help))
        if option.value and "|".join(option.value.words) not in option.value.metavar:
            yield from _lines(f"One of: {', '.join(option.value.words)}.")


def _exit_codes(command: Command) -> Iterator[Entry]:
    for code, text in EXIT_CODES:
        yield Entry(str(int(code)), _sentence(text))
    if any(one.takes_program for one in command.walk()):
        yield Entry("the program's own", "With -- CMD: the code of CMD, or 128 plus the signal that ended it.")


def _entries(entries: Iterable[Entry]) -> Iterator[str]:
    for entry in entries:
        yield from (".TP", f".B {_text(entry.name)}", *_lines(entry.text))


def _environment_note(command: Command) -> tuple[str, ...]:
    if len(command.words) == 1:
        return ()
    return (".PP", "Every setting has a variable too, listed in", ".BR mnemo (1).")


def _examples_of(name: str) -> tuple[Example, ...]:
    return (*EXAMPLES.get(name, ()), *FRAGMENTS.get(name, ()))


def _examples(examples: Iterable[Example]) -> Iterator[str]:
    for position, example in enumerate(examples):
        yield from (".PP",) if position else ()
        yield from (*_lines(example.purpose), ".PP", ".RS 4", ".nf", _text(example.line), ".fi", ".RE")


def _see_also(command: Command, mnemo: Command) -> Iterator[str]:
    pages = [one for one in (mnemo, *mnemo.commands) if one is not command]
    for position, page in enumerate(pages):
        yield f".BR {_text('-'.join(page.words))} (1){',' if position < len(pages) - 1 else ''}"


def _paragraphs(text: str) -> Iterator[str]:
    for position, paragraph in enumerate(text.split("\n\n")):
        if position:
            yield ".PP"
        yield from _lines(paragraph)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."


def _lines(text: str) -> list[str]:
    """Prose, short enough for roff's own line length, with `code` in bold."""
    wrapped = textwrap.wrap(_text(text), 78, break_long_words=False, break_on_hyphens=False)
    joined = re.sub(r"`([^`]+)`", r"\\fB\1\\fR", "\n".join(wrapped))
    return ["\\&" + line if line.startswith(".") else line for line in joined.split("\n")]


def _text(text: str) -> str:
    """Text that roff prints as it stands: a bare `-` would become a hyphen, a leading quote a macro."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return "\\&" + escaped if escaped.startswith(".") else escaped
