"""The completion script for fish: one `complete` line for each command, option and argument."""

from collections.abc import Iterable, Iterator

from mnemo_cli.output.command_tree import Argument, Command, Option, Value, ValueKind


def fish_script(mnemo: Command) -> str:
    """What `source` takes, and what share/fish/vendor_completions.d/mnemo.fish holds."""
    commands = list(mnemo.walk())
    valued = dict.fromkeys(
        name for command in commands for option in command.options if option.value for name in option.names
    )
    return _SCRIPT.format(
        paths=_joined(" ".join(command.words) for command in commands[1:]),
        valued=_joined(valued),
        runs=_joined(" ".join(command.words) for command in commands if command.takes_program),
        lines="\n".join(line for command in commands for line in _lines(command)),
    )


def _lines(command: Command) -> Iterator[str]:
    here = f"complete -c mnemo -n {_quoted('__mnemo_at ' + ' '.join(command.words))}"
    for below in command.commands:
        yield f"{here} -a {_quoted(below.words[-1])} -d {_quoted(below.summary)}"
    for option in command.options:
        yield f"{here} {_option(option)}"
    for argument in command.arguments:
        if offer := _offer(argument.value):
            yield f"{here} {offer} -d {_quoted(_argument_help(argument))}"


def _option(option: Option) -> str:
    names = [f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names]
    words = [*names, f"-d {_quoted(option.help)}"]
    if option.value:
        words.append("-r " + (_offer(option.value) or "-f"))
    return " ".join(words)


def _offer(value: Value) -> str:
    match value.kind:
        case ValueKind.FILE:
            return "-F"
        case ValueKind.DIRECTORY:
            return "-f -a '(__fish_complete_directories)'"
        case ValueKind.WORDS:
            return f"-f -a {_quoted(' '.join(value.words))}"
        case ValueKind.NOTHING:
            return ""


def _argument_help(argument: Argument) -> str:
    return argument.help or argument.value.metavar


def _joined(words: Iterable[str]) -> str:
    return " ".join(_quoted(word) for word in words)


def _quoted(text: str) -> str:
    """fish knows two escapes between single quotes: the backslash and the quote itself."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


_SCRIPT = """\
# fish completion for mnemo. Written from the command tree by tests/generate.py; do not edit.

# Sets __mnemo_path to the command that the words so far lead to, and __mnemo_program to where the
# program after `--` starts (0 without one).
function __mnemo_read
    set -l words (commandline -opc)
    set -g __mnemo_path mnemo
    set -g __mnemo_program 0
    set -l skip no
    for index in (seq 2 (count $words))
        set -l word $words[$index]
        if test $skip = yes
            set skip no
        else if test "$word" = --; and contains -- $__mnemo_path {runs}
            set __mnemo_program (math $index + 1)
            return
        else if contains -- $word {valued}
            set skip yes
        else if contains -- "$__mnemo_path $word" {paths}
            set __mnemo_path "$__mnemo_path $word"
        end
    end
end

function __mnemo_at
    __mnemo_read
    test $__mnemo_program -eq 0; and test "$__mnemo_path" = "$argv"
end

function __mnemo_runs
    __mnemo_read
    test $__mnemo_program -gt 0
end

function __mnemo_complete_program
    set -l words (commandline -opc) (commandline -ct)
    complete -C (string join ' ' -- (string escape -- $words[$__mnemo_program..-2]) $words[-1])
end

complete -c mnemo -f
complete -c mnemo -n __mnemo_runs -a '(__mnemo_complete_program)'
{lines}
"""
