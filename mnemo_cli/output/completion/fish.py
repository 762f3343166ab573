"""The completion script for fish: one function that answers every TAB, and the words of each command."""

from collections.abc import Iterable, Iterator, Mapping

from mnemo_cli.output.command_tree import Command, Value
from mnemo_cli.output.completion.fish_script import SCRIPT
from mnemo_cli.output.completion.offered import offered_values
from mnemo_cli.output.value_kinds import ValueKind

_FUNCTIONS = {
    ValueKind.PID: "__mnemo_pids",
    ValueKind.NAME: "__mnemo_names",
    ValueKind.GROUP: "__mnemo_groups",
    ValueKind.USER: "__fish_complete_users",
    ValueKind.UNIT: "__mnemo_units",
    ValueKind.DIRECTORY: "__mnemo_folders",
}


# Nothing to offer.
_NOTHING = "true"


def fish_script(mnemo: Command) -> str:
    """What `source` takes, and what share/fish/vendor_completions.d/mnemo.fish holds."""
    commands = list(mnemo.walk())
    offered = list(offered_values(commands))
    functions = {value: _FUNCTIONS.get(value.kind) or _function_name(places[0]) for places, value in offered}
    return SCRIPT.format(
        descriptions="\n".join(line for command in commands for line in _description(command, functions)),
        values="\n".join(line for _, value in offered for line in _function(functions[value], value)),
    )


def _description(command: Command, functions: Mapping[Value, str]) -> Iterator[str]:
    """`offers` has a function for each name in `valued`, `arguments` one for each place."""
    names = [(name, option) for option in command.options for name in option.names]
    valued = [(name, option.value) for name, option in names if option.value]
    arguments = [(argument, _named(argument.value, functions)) for argument in command.arguments]
    yield f"        case {_quoted(' '.join(command.words))}"
    yield from _set("commands", (f"{below.words[-1]}\t{below.summary}" for below in command.commands))
    yield from _set("options", (f"{name}\t{option.help}" for name, option in names))
    yield _list("aliases", (" ".join(option.names) for option in command.options if len(option.names) > 1))
    yield _list("repeats", (name for name, option in names if option.repeats))
    yield _list("valued", (name for name, _ in valued))
    yield _list("offers", (_named(value, functions) for _, value in valued))
    yield _list("arguments", (name for _, name in arguments))
    yield f"            set arguments_repeat {'yes' if arguments and arguments[-1][0].repeats else 'no'}"
    yield f"            set runs {'yes' if command.takes_program else 'no'}"


def _named(value: Value, functions: Mapping[Value, str]) -> str:
    return functions.get(value._replace(metavar=""), _NOTHING)


def _set(name: str, words: Iterable[str]) -> Iterator[str]:
    quoted = [_quoted(word) for word in words]
    if not quoted:
        yield f"            set {name}"
        return
    yield f"            set {name} \\"
    yield " \\\n".join(f"                {word}" for word in quoted)


def _list(name: str, words: Iterable[str]) -> str:
    return f"            set {name} {' '.join(map(_quoted, words))}".rstrip()


def _function_name(place: tuple[str, ...]) -> str:
    return "__" + "_".join(word.lstrip("-").replace("-", "_") for word in place)


def _function(name: str, value: Value) -> Iterator[str]:
    """Those of `_FUNCTIONS` stand in the script."""
    if value.kind not in _FUNCTIONS:
        yield f"function {name} --no-scope-shadowing"
        yield from (f"    {line}" for line in _offers(value))
        yield "end"


def _offers(value: Value) -> Iterator[str]:
    match value.kind:
        case ValueKind.LIST:
            yield f"__mnemo_list {_words(value)}"
        case ValueKind.REPORT:
            yield f"__mnemo_report {_words(value)}"
        case ValueKind.FILE:
            if value.words:
                yield f"__mnemo_words {_words(value)}"
            yield f"__mnemo_paths {' '.join(map(_quoted, value.patterns))}".rstrip()
        case _ if value.after:
            yield 'switch "$before"'
            for word, words in value.after:
                yield f"    case {_quoted(word)}"
                yield f"        __mnemo_words {' '.join(map(_quoted, words))}"
            yield "end"
        case _:
            yield f"__mnemo_words {_words(value)}"


def _words(value: Value) -> str:
    helps = value.helps or ("",) * len(value.words)
    words = (f"{word}\t{help}".rstrip("\t") for word, help in zip(value.words, helps, strict=True))
    return " ".join(map(_quoted, words))


def _quoted(text: str) -> str:
    """fish knows two escapes between single quotes: the backslash and the quote itself."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
