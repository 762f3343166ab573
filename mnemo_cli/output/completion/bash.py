"""The completion script for bash, which works with and without the bash-completion package."""

import shlex
from collections.abc import Iterable, Iterator

from mnemo_cli.output.command_tree import Command, Value
from mnemo_cli.output.completion.bash_script import SCRIPT
from mnemo_cli.output.completion.offered import offered_values
from mnemo_cli.output.value_kinds import ValueKind

_FUNCTIONS = {
    ValueKind.PID: "_mnemo_pids",
    ValueKind.NAME: "_mnemo_names",
    ValueKind.GROUP: "_mnemo_groups",
    ValueKind.USER: "_mnemo_users",
    ValueKind.UNIT: "_mnemo_units",
    ValueKind.DIRECTORY: "_mnemo_paths -d",
}


def bash_script(mnemo: Command) -> str:
    """What `source` takes, and what share/bash-completion/completions/mnemo holds."""
    commands = list(mnemo.walk())
    return SCRIPT.format(
        descriptions="\n".join(line for command in commands for line in _description(command)),
        values="\n".join(line for places, value in offered_values(commands) for line in _case(places, value)),
    )


def _description(command: Command) -> Iterator[str]:
    """The names of one option are joined by `|`; `+` follows where it may be given again."""
    options = ["|".join(option.names) + ("+" if option.repeats else "") for option in command.options]
    valued = [name for option in command.options if option.value for name in option.names]
    yield f"        {_quoted(command.words)})"
    yield f"            commands={_quoted(below.words[-1] for below in command.commands)}"
    yield f"            options={_quoted(options)}"
    yield f"            valued={_quoted(valued)}"
    yield f"            runs={'yes' if command.takes_program else 'no'}"
    yield "            ;;"


def _case(places: Iterable[tuple[str, ...]], value: Value) -> Iterator[str]:
    """The value of an option of a command, or of its argument at a place; `+` stands for every further place."""
    patterns = [_quoted(place).removesuffix("+'") + ("'[0-9]*" if place[-1] == "+" else "") for place in places]
    yield f"        {' | '.join(patterns)})"
    yield from (f"            {line}" for line in _offers(value))
    yield "            ;;"


def _offers(value: Value) -> Iterator[str]:
    match value.kind:
        case ValueKind.LIST:
            yield f"_mnemo_list {_quoted(value.words)}"
        case ValueKind.REPORT:
            yield f"_mnemo_report {_quoted(value.words)}"
        case ValueKind.FILE:
            if value.words:
                yield f"_mnemo_words {_quoted(value.words)}"
            yield f"_mnemo_paths -f {' '.join(map(shlex.quote, value.patterns))}".rstrip()
        case kind if kind in _FUNCTIONS:
            yield _FUNCTIONS[kind]
        case _ if value.after:
            yield "case $before in"
            for word, words in value.after:
                yield f"    {shlex.quote(word)}) _mnemo_words {_quoted(words)} ;;"
            yield "esac"
        case _:
            yield f"_mnemo_words {_quoted(value.words)}"


def _quoted(words: Iterable[str]) -> str:
    return shlex.quote(" ".join(words))
