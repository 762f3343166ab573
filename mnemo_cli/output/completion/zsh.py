"""The completion script for zsh: one function for each command, in the words of `_arguments`."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from mnemo_cli.output.command_tree import Argument, Command, Option, Value
from mnemo_cli.output.completion.offered import offered_values
from mnemo_cli.output.completion.zsh_script import SCRIPT
from mnemo_cli.output.value_kinds import ValueKind

_FUNCTIONS = {
    ValueKind.PID: "_mnemo-pids",
    ValueKind.NAME: "_mnemo-names",
    ValueKind.GROUP: "_mnemo-groups",
    ValueKind.USER: "_users",
    ValueKind.UNIT: "_mnemo-units",
    ValueKind.DIRECTORY: "_files -/",
}
_MOST_WORDS_IN_A_SPEC = 12
# The functions of values that are too long to stand in a spec, or stand in several.
_Shared: TypeAlias = Mapping[Value, str]


def zsh_script(mnemo: Command) -> str:
    """What share/zsh/site-functions/_mnemo holds."""
    commands = list(mnemo.walk())
    shared = {value: _function_name(places[0]) for places, value in offered_values(commands) if _is_shared(value)}
    return SCRIPT.format(
        functions="\n".join(_function(command, shared) for command in commands),
        values="\n".join(line for value, name in shared.items() for line in _shared(name, value)),
        runs="|".join(_name(command) for command in commands if command.takes_program),
    )


def _is_shared(value: Value) -> bool:
    has_own_function = value.kind in (ValueKind.LIST, ValueKind.REPORT) or bool(value.after)
    is_long = len(value.words) > _MOST_WORDS_IN_A_SPEC or bool(value.helps)
    return has_own_function or is_long or (value.kind is ValueKind.FILE and bool(value.words))


def _function_name(place: tuple[str, ...]) -> str:
    """With hyphens: those of commands have none."""
    return "_" + "-".join(word.lstrip("-") for word in place)


def _shared(name: str, value: Value) -> Iterator[str]:
    yield f"{name}() {{"
    if value.after:
        yield "    case $words[CURRENT-1] in"
        for word, words in value.after:
            yield f"        {_quoted(word)}) compadd -- {' '.join(map(_quoted, words))} ;;"
        yield "    esac"
    else:
        yield f"    local -a choices=({' '.join(map(_quoted, value.words))})"
        yield "    local -a shown=("
        yield from (f"        {_quoted(line)}" for line in _shown(value))
        yield "    )"
        yield f"    {_of_choices(value)}"
    yield "}"


def _shown(value: Value) -> Iterator[str]:
    width = max(map(len, value.words))
    for word, help in zip(value.words, value.helps or ("",) * len(value.words), strict=True):
        yield f"{word:{width}}  -- {help}" if help else word


def _of_choices(value: Value) -> str:
    match value.kind:
        case ValueKind.LIST:
            return "_mnemo-list"
        case ValueKind.REPORT:
            return "_mnemo-report"
        case ValueKind.FILE:
            return "_mnemo-words; _files"
        case _:
            return "_mnemo-words"


def _function(command: Command, shared: _Shared) -> str:
    specs = [_option(option, shared) for option in command.options]
    lines = [f"{_name(command)}() {{"]
    if command.commands:
        # Not `commands`: that is zsh's own table of programs, which completes what follows `--`.
        lines.append("    local -a subcommands=(")
        lines += [f"        {_quoted(f'{one.words[-1]}:{one.summary}')}" for one in command.commands]
        lines.append("    )")
        # In the place of a command there may be a plan.
        files = "; _files" if command.arguments else ""
        specs.append(_quoted(f"1:command:{{_describe -t commands command subcommands{files}}}"))
    else:
        specs += [_argument(argument, shared) for argument in command.arguments]
    body = " \\\n".join(f"        {spec}" for spec in specs)
    return "\n".join((*lines, "    _arguments -s -S \\", body, "}\n"))


def _name(command: Command) -> str:
    return "_".join(("_mnemo_at", *command.words[1:])).replace("-", "_")


def _option(option: Option, shared: _Shared) -> str:
    """`'(-o --output)'{-o+,--output=}'[help]:FILE:_files'`."""
    names = "*" if option.repeats else f"({' '.join(option.names)})"
    tail = f"[{_escaped(option.help)}]"
    if option.value:
        tail += f":{_message(option.value)}:{_offer(option.value, shared)}"
    marks = [name + _mark(name) if option.value else name for name in option.names]
    if len(marks) == 1:
        return _quoted(f"{names}{marks[0]}{tail}")
    return f"{_quoted(names)}{{{','.join(marks)}}}{_quoted(tail)}"


def _mark(name: str) -> str:
    """How a value may follow: `--name=value` or `-nvalue`, and the next word in both."""
    return "=" if name.startswith("--") else "+"


def _argument(argument: Argument, shared: _Shared) -> str:
    place = "*" if argument.repeats else "" if argument.required else ":"
    return _quoted(f"{place}:{_message(argument.value)}:{_offer(argument.value, shared)}")


def _message(value: Value) -> str:
    return _escaped(value.metavar.strip("<>[]"))


def _offer(value: Value, shared: _Shared) -> str:
    if (name := shared.get(value._replace(metavar=""))) is not None:
        return name
    match value.kind:
        case ValueKind.FILE if value.patterns:
            return f'_files -g "{_glob(value.patterns)}"'
        case ValueKind.FILE:
            return "_files"
        case ValueKind.WORDS:
            return f"({' '.join(map(_escaped, value.words))})"
        case kind:
            return _FUNCTIONS.get(kind, " ")


def _glob(patterns: tuple[str, ...]) -> str:
    tails = "|".join(pattern.removeprefix("*") for pattern in patterns)
    return f"*({tails})"


def _escaped(text: str, signs: str = "\\[]:") -> str:
    """Brackets and colons separate the parts of a spec."""
    for sign in signs:
        text = text.replace(sign, "\\" + sign)
    return text


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
