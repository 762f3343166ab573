"""Section 1 from the command tree: one page per command, with its subcommands as sections."""

import re
from collections.abc import Iterable, Iterator

from mnemo_cli.output.command_tree import Argument, Command, Option
from mnemo_cli.output.dashboard import keys as dashboard
from mnemo_cli.output.examples import EXAMPLES, FRAGMENTS, Example
from mnemo_cli.output.man.around import environment, files, see_also
from mnemo_cli.output.man.catalogue import checks, collected
from mnemo_cli.output.man.exits import exits
from mnemo_cli.output.man.notes import NOTES
from mnemo_cli.output.man.nouns import Edition, Entry
from mnemo_cli.output.man.overview import overview
from mnemo_cli.output.man.plans import plans
from mnemo_cli.output.man.roff import entries, example, head, lines, paragraphs, references, section, sentence, text
from mnemo_cli.output.orchestrate import keys as run
from mnemo_cli.output.value_kinds import ValueKind

# What Typer says of a number: x>=1, 0<=x<=1000.
_RANGE = re.compile(r"(?:x>=|(?=\S+<=x<=))(\d+)(?:<=x<=(\d+))?")


def command_page(command: Command, edition: Edition) -> str:
    """The page of one command of the table, or of mnemo itself."""
    name = command.words[-1]
    body = [
        *head("-".join(command.words), 1, edition, command.summary[:1].lower() + command.summary[1:]),
        *section("SYNOPSIS", _synopses(command)),
        *section("DESCRIPTION", paragraphs(command.description, *NOTES.get(name, ()))),
        *_below(command),
        *section("ARGUMENTS", _arguments(command)),
        *section("OPTIONS", _options(command)),
        *(overview() if len(command.words) == 1 else ()),
        *section("PLANS", plans() if name == "orchestrate" else ()),
        *section("KEYS", entries(_keys(name))),
        *section("CHECKS", checks(name)),
        *section("WHAT IS COLLECTED", collected(name)),
        *section("EXIT STATUS", exits(name)),
        *section("ENVIRONMENT", environment(name)),
        *section("FILES", entries(files(name))),
        *section("EXAMPLES", _examples((*EXAMPLES.get(name, ()), *FRAGMENTS.get(name, ())))),
        *section("SEE ALSO", references(see_also(name))),
    ]
    return "\n".join(body) + "\n"


def _keys(name: str) -> Iterator[Entry]:
    """What can be pressed in the screens of two commands."""
    shown = {"monitor": dashboard.KEYS, "orchestrate": run.KEYS}
    for key in shown.get(name, ()):
        yield Entry(key.name, key.help if key.help.endswith(":") else sentence(key.help))
    if name == "monitor":
        views = dashboard.VIEWS
        yield Entry(views.name, f"The {views.word}: {', '.join(views.help.split())}.")


def _synopses(command: Command) -> Iterator[str]:
    """One line for the command, or one for each of its subcommands; both where it does something by itself."""
    is_page_of_commands = bool(command.commands) and len(command.words) > 1
    runs_itself = command.takes_program or not is_page_of_commands
    shown = (*[command] * runs_itself, *command.commands * is_page_of_commands)
    for position, one in enumerate(shown):
        if position:
            yield ".br"
        yield f".B {text(' '.join(one.words))}"
        yield from (f".RI [ {text('OPTIONS')} ]",) if one.options else ()
        yield from (_argument_in_synopsis(argument) for argument in one.arguments)
        if one.commands and not is_page_of_commands:
            yield ".I COMMAND"
        if one.takes_program:
            yield "[\\fB\\-\\-\\fR \\fICMD\\fR...]"


def _argument_in_synopsis(argument: Argument) -> str:
    word = f"\\fI{text(argument.value.metavar.strip('[].'))}\\fR"
    return (word if argument.required else f"[{word}]") + ("..." if argument.repeats else "")


def _below(command: Command) -> Iterator[str]:
    """The commands of mnemo(1), or the subcommands of a page with their own arguments and options."""
    if not command.commands:
        return
    yield ".SH COMMANDS"
    for below in command.commands:
        if len(command.words) == 1:
            yield from (".TP", f".BR {text('-'.join(below.words))} (1)", *lines(sentence(below.summary)))
            continue
        yield f".SS {text(' '.join(below.words[1:]))}"
        yield from paragraphs(below.description)
        yield from _arguments(below)
        yield from _options(below)


def _arguments(command: Command) -> Iterator[str]:
    for argument in command.arguments:
        if argument.help:
            yield from (".TP", f".I {text(argument.value.metavar)}", *lines(argument.help))


def _options(command: Command) -> Iterator[str]:
    for option in command.options:
        names = ", ".join(f"\\fB{text(name)}\\fR" for name in option.names)
        value = f" \\fI{text(option.value.metavar)}\\fR" if option.value else ""
        yield from (".TP", f"{names}{value}", *lines(f"{_spoken(option.help)}{_choices(option)}"))


def _spoken(help: str) -> str:
    """A range as a person says it, and not as Typer writes it: [x>=1], [default: 20; 0<=x<=1000], [x>=1; required]."""
    begin, bracket, inside = help.rpartition("[")
    if not bracket or not inside.endswith("]"):
        return help
    found = [_RANGE.sub(_in_words, part) for part in inside[:-1].split("; ")]
    kept = [part for part in found if part.startswith("default: ")]
    said = [sentence(part) for part in found if part not in kept]
    return " ".join([begin.rstrip(), *said, *(f"[{part}]" for part in kept)])


def _in_words(found: re.Match[str]) -> str:
    least, most = found.groups()
    return f"at least {least}" if most is None else f"from {least} to {most}"


def _choices(option: Option) -> str:
    """Where the help does not name them by itself."""
    value = option.value
    if value is None or value.kind is not ValueKind.WORDS or "|".join(value.words) in value.metavar:
        return ""
    return f" One of: {', '.join(value.words)}."


def _examples(examples: Iterable[Example]) -> Iterator[str]:
    for position, one in enumerate(examples):
        yield from (".PP",) if position else ()
        yield from (*lines(one.purpose), *example(one.line))
