"""The completion script for bash, which works with and without the bash-completion package."""

import shlex
from collections.abc import Iterable, Iterator

from mnemo_cli.output.command_tree import Command, Value, ValueKind


def bash_script(mnemo: Command) -> str:
    """What `source` takes, and what share/bash-completion/completions/mnemo holds."""
    commands = list(mnemo.walk())
    return _SCRIPT.format(
        descriptions="\n".join(line for command in commands for line in _description(command)),
        values="\n".join(line for command in commands for line in _values(command)),
    )


def _description(command: Command) -> Iterator[str]:
    names = [name for option in command.options for name in option.names]
    valued = [name for option in command.options if option.value for name in option.names]
    yield f"        {_quoted(command.words)})"
    yield f"            commands={_quoted(below.words[-1] for below in command.commands)}"
    yield f"            options={_quoted(names)}"
    yield f"            valued={_quoted(valued)}"
    yield f"            runs={'yes' if command.takes_program else 'no'}"
    yield "            ;;"


def _values(command: Command) -> Iterator[str]:
    for option in command.options:
        if option.value and option.value.kind is not ValueKind.NOTHING:
            patterns = (_quoted((*command.words, name)) for name in option.names)
            yield f"        {' | '.join(patterns)}) {_offer(option.value)} ;;"
    for place, argument in enumerate(command.arguments):
        if argument.value.kind is not ValueKind.NOTHING:
            # The places before a repeating argument stand above it, so any number may match here.
            any_place = _quoted((*command.words, "")) + "[0-9]*"
            pattern = any_place if argument.repeats else _quoted((*command.words, str(place)))
            yield f"        {pattern}) {_offer(argument.value)} ;;"


def _offer(value: Value) -> str:
    match value.kind:
        case ValueKind.FILE:
            return "_mnemo_paths -f"
        case ValueKind.DIRECTORY:
            return "_mnemo_paths -d"
        case _:
            return f"_mnemo_words {_quoted(value.words)}"


def _quoted(words: Iterable[str]) -> str:
    return shlex.quote(" ".join(words))


# Arrays are filled line by line, without mapfile, because macOS still ships bash 3.2.
_SCRIPT = """\
# bash completion for mnemo. Written from the command tree by tests/generate.py; do not edit.
# shellcheck shell=bash

# What there is below the command path $1, in _mnemo's own variables.
_mnemo_describe() {{
    case $1 in
{descriptions}
    esac
}}

# Completes a value: $1 is the command path and the option's name or the argument's place.
_mnemo_value() {{
    case $1 in
{values}
        *) ;;
    esac
}}

_mnemo_words() {{
    _mnemo_take < <(compgen -W "$1" -- "$current")
}}

_mnemo_paths() {{
    compopt -o filenames 2>/dev/null || true
    _mnemo_take < <(compgen "$1" -- "$current")
}}

_mnemo_take() {{
    local candidate
    while IFS= read -r candidate; do
        COMPREPLY+=("$candidate")
    done
}}

# The program after `--` starts at word $1.
_mnemo_program() {{
    if declare -F _comp_command_offset >/dev/null; then
        _comp_command_offset "$1"
    elif declare -F _command_offset >/dev/null; then
        _command_offset "$1"
    elif ((COMP_CWORD == $1)); then
        _mnemo_take < <(compgen -c -- "$current")
    else
        _mnemo_paths -f
    fi
}}

_mnemo() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} path=mnemo option='' place=0 only_arguments='' index word
    local commands options valued runs IFS=$' \\t\\n'
    COMPREPLY=()
    _mnemo_describe "$path"
    for ((index = 1; index < COMP_CWORD; index++)); do
        word=${{COMP_WORDS[index]}}
        if [[ -n $option ]]; then
            # bash splits `--option=value` at the sign.
            [[ $word == '=' ]] || option=''
        elif [[ $word == -- && $runs == yes ]]; then
            _mnemo_program $((index + 1))
            return
        elif [[ $word == -- ]]; then
            only_arguments=yes
        elif [[ $word == -* && -z $only_arguments ]]; then
            [[ " $valued " != *" $word "* ]] || option=$word
        elif [[ " $commands " == *" $word "* ]]; then
            path+=" $word"
            _mnemo_describe "$path"
        else
            place=$((place + 1))
        fi
    done
    if [[ -n $option ]]; then
        [[ $current != '=' ]] || current=''
        _mnemo_value "$path $option"
    elif [[ $current == -* && -z $only_arguments ]]; then
        _mnemo_words "$options"
    else
        [[ -z $commands ]] || _mnemo_words "$commands"
        _mnemo_value "$path $place"
    fi
}}

complete -F _mnemo mnemo
"""
