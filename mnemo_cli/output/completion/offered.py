"""Every value that a shell can offer something for, once, with all the places where it stands."""

from collections.abc import Iterable, Iterator

from mnemo_cli.output.command_tree import Command, Value
from mnemo_cli.output.value_kinds import ValueKind


def offered_values(commands: Iterable[Command]) -> Iterator[tuple[list[tuple[str, ...]], Value]]:
    """A place is the way to the command, and after it the option's name or the argument's place: "0", "1", or "+".

    "+" is an argument that repeats: whatever place has no value of its own. It comes after those that have.
    """
    found: dict[Value, list[tuple[str, ...]]] = {}
    for command in commands:
        for place, value in (*_of_options(command), *_of_arguments(command)):
            if value.kind is not ValueKind.NOTHING or value.after:
                # How the help calls it makes no difference.
                found.setdefault(value._replace(metavar=""), []).append((*command.words, place))
    for value, places in sorted(found.items(), key=lambda item: any(place[-1] == "+" for place in item[1])):
        yield places, value


def _of_options(command: Command) -> Iterator[tuple[str, Value]]:
    for option in command.options:
        if option.value:
            yield from ((name, option.value) for name in option.names)


def _of_arguments(command: Command) -> Iterator[tuple[str, Value]]:
    for place, argument in enumerate(command.arguments):
        yield "+" if argument.repeats else str(place), argument.value
