"""Commands that activate are run by their words, not by a shell; a missing one is left, a failing one stops the fix."""

import sys

import pytest

from mnemo_cli.doctor.fixes.activate import activate, run_words
from mnemo_cli.doctor.fixes.scene import Activation
from mnemo_cli.errors import RepairError


def python(code):
    return (sys.executable, "-ISc", code)


def test_a_command_is_run_with_what_it_says():
    assert run_words(python("print('said')")) == (0, "said")
    assert run_words(python("import sys; sys.stderr.write('no'); sys.exit(3)")) == (3, "no")


def test_words_are_not_for_a_shell():
    assert run_words((*python("import sys; print(sys.argv[1])"), "$HOME; ls")) == (0, "$HOME; ls")


def test_a_command_gets_no_input():
    assert run_words(python("import sys; print(repr(sys.stdin.read()))")) == (0, "''")


def test_a_program_that_is_not_there_is_none_and_one_that_cannot_run_fails(tmp_path):
    assert run_words(("no-such-program-here",)) is None
    assert (run_words((str(tmp_path),)) or (0,))[0] == 126


def test_only_automatic_steps_are_run_and_empty_ones_are_nothing():
    calls = []

    def run(words):
        calls.append(words)
        return 0, ""

    steps = [Activation(("a",), automatic=True), Activation(("b", "c")), Activation((), automatic=True)]
    assert activate(steps, run) == ("b c",) and calls == [("a",)]


def test_a_failing_step_says_what_it_said():
    with pytest.raises(RepairError, match="`a b` failed with exit code 5: it said nothing"):
        activate([Activation(("a", "b"), automatic=True)], lambda words: (5, ""))


@pytest.mark.parametrize(("undo", "line"), [(None, "a"), (("z",), "z"), ((), "")])
def test_a_step_knows_its_reverse(undo, line):
    assert Activation(("a",), automatic=True, undo=undo).reverse.line == line
