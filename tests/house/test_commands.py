"""One contract for every command of the table: its help, its examples, its width."""

import os
import shlex
import subprocess
import sys

import pytest

from mnemo_cli.app import COMMANDS, root_command
from mnemo_cli.output.command_tree import Command, command_tree
from mnemo_cli.output.examples import EXAMPLES

TREE = command_tree(root_command())
ALL = list(TREE.walk())
BY_WORDS = {command.words: command for command in ALL}


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.name)
def test_the_line_in_the_overview_is_the_commands_own_first_line(row):
    own = row.load().help.strip().splitlines()[0]
    assert own == row.help


@pytest.mark.parametrize("command", ALL, ids=lambda command: " ".join(command.words))
def test_help_fits_80_columns_and_has_no_escape_codes(command):
    done = subprocess.run(
        [sys.executable, "-m", "mnemo_cli", *command.words[1:], "--help"],
        capture_output=True,
        text=True,
        timeout=30,
        env={**os.environ, "COLUMNS": "80"},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: {' '.join(command.words)} ")
    assert not [line for line in done.stdout.splitlines() if len(line) > 80 or "\x1b" in line]


@pytest.mark.parametrize("command", ALL, ids=lambda command: " ".join(command.words))
def test_every_command_option_and_argument_says_what_it_is_for(command):
    assert command.summary
    assert not [str(option) for option in command.options if not option.help]
    assert not [str(argument) for argument in command.arguments if not argument.help]


def test_every_command_has_examples():
    assert set(EXAMPLES) == {"mnemo", *(row.name for row in COMMANDS)}


@pytest.mark.parametrize(
    ("name", "line"), [(name, example.line) for name, examples in EXAMPLES.items() for example in examples]
)
def test_an_example_uses_only_what_exists(name, line):
    words = own_words(line)
    command, rest = named_command(words)
    assert name in ("mnemo", *command.words)
    known = {name for option in command.options for name in option.names}
    assert {word.partition("=")[0] for word in rest if word.startswith("-")} <= known


def own_words(line: str) -> list[str]:
    """mnemo's words in a shell line: up to `--`, a redirection or a closing parenthesis."""
    words = list(shlex.shlex(line, posix=True, punctuation_chars=True))
    words = words[words.index("mnemo") :]
    ends = [words.index(end) for end in ("--", ">", ")", "|") if end in words]
    return words[: min(ends, default=len(words))]


def named_command(words: list[str]) -> tuple[Command, list[str]]:
    """The deepest command that the words lead to, and the words after it."""
    depth = max(count for count in range(1, len(words) + 1) if tuple(words[:count]) in BY_WORDS)
    return BY_WORDS[tuple(words[:depth])], words[depth:]
