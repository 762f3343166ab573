"""The completion script for zsh: one function for each command, in the words of `_arguments`."""

from collections.abc import Iterator

from mnemo_cli.output.command_tree import Argument, Command, Option, Value, ValueKind


def zsh_script(mnemo: Command) -> str:
    """What share/zsh/site-functions/_mnemo holds."""
    return _SCRIPT.format(functions="\n".join(_function(command) for command in mnemo.walk()))


def _function(command: Command) -> str:
    lines = [f"{_name(command)}() {{"]
    if command.takes_program:
        lines.append("    _mnemo_program && return")
    lines += _with_commands(command) if command.commands else _plain(command)
    return "\n".join([*lines, "}", ""])


def _plain(command: Command) -> Iterator[str]:
    yield "    _arguments -s -S \\"
    specs = [*map(_option, command.options), *map(_argument, command.arguments)]
    yield " \\\n".join(f"        {spec}" for spec in specs)


def _with_commands(command: Command) -> Iterator[str]:
    yield "    local curcontext=$curcontext context state state_descr line"
    yield "    typeset -A opt_args"
    # Not `commands`: that is zsh's own table of programs, which completes what follows `--`.
    yield "    local -a subcommands=("
    for below in command.commands:
        yield f"        {_quoted(below.words[-1] + ':' + below.summary)}"
    yield "    )"
    yield "    _arguments -s -S -C \\"
    for option in command.options:
        yield f"        {_option(option)} \\"
    yield "        '1:command:->command' \\"
    yield "        '*::argument:->rest'"
    yield "    case $state in"
    yield "        command) _describe -t commands 'mnemo command' subcommands ;;"
    yield "        rest)"
    yield "            case $line[1] in"
    for below in command.commands:
        yield f"                {below.words[-1]}) {_name(below)} ;;"
    yield "            esac"
    yield "            ;;"
    yield "    esac"


def _name(command: Command) -> str:
    return "_" + "_".join(command.words).replace("-", "_")


def _option(option: Option) -> str:
    """`'(-o --output)'{-o+,--output=}'[help]:FILE:_files'`."""
    names = " ".join(option.names)
    tail = f"[{_escaped(option.help)}]" + (f":{_message(option.value)}:{_offer(option.value)}" if option.value else "")
    marks = [name + _mark(name) if option.value else name for name in option.names]
    if len(marks) == 1:
        return _quoted(f"({names}){marks[0]}{tail}")
    return f"{_quoted(f'({names})')}{{{','.join(marks)}}}{_quoted(tail)}"


def _mark(name: str) -> str:
    """How a value may follow: `--name=value` or `-nvalue`, and the next word in both."""
    return "=" if name.startswith("--") else "+"


def _argument(argument: Argument) -> str:
    place = "*" if argument.repeats else "" if argument.required else ":"
    return _quoted(f"{place}:{_message(argument.value)}:{_offer(argument.value)}")


def _message(value: Value) -> str:
    return _escaped(value.metavar.strip("<>[]"))


def _offer(value: Value) -> str:
    match value.kind:
        case ValueKind.FILE:
            return "_files"
        case ValueKind.DIRECTORY:
            return "_files -/"
        case ValueKind.WORDS:
            return f"({' '.join(map(_escaped, value.words))})"
        case ValueKind.NOTHING:
            return " "


def _escaped(text: str) -> str:
    """Brackets and colons separate the parts of a spec."""
    for sign in "\\[]:":
        text = text.replace(sign, "\\" + sign)
    return text


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


_SCRIPT = """\
#compdef mnemo
# zsh completion for mnemo. Written from the command tree by tests/generate.py; do not edit.

# After `--` comes a program with its own completion.
_mnemo_program() {{
    integer dashes=$words[(i)--]
    (( dashes < CURRENT )) || return 1
    shift $dashes words
    (( CURRENT -= dashes ))
    _normal
}}

{functions}
if [[ $funcstack[1] = _mnemo ]]; then
    _mnemo "$@"
else
    compdef _mnemo mnemo
fi
"""
