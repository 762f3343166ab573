"""`mnemo completion SHELL` prints the very file that a package ships."""

from pathlib import Path

import pytest

COMPLETIONS = Path(__file__).parents[2] / "completions"


@pytest.mark.parametrize(("shell", "file"), [("bash", "mnemo.bash"), ("zsh", "_mnemo"), ("fish", "mnemo.fish")])
def test_the_printed_script_is_the_shipped_one(script_runner, shell, file):
    result = script_runner.run(["mnemo", "completion", shell])
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == (COMPLETIONS / file).read_text()


def test_an_unknown_shell_is_wrong_usage_and_the_known_ones_are_named(script_runner):
    result = script_runner.run(["mnemo", "completion", "csh"])
    assert (result.returncode, result.stdout) == (2, "")
    assert "'csh' is not one of 'bash', 'zsh', 'fish'" in result.stderr


def test_a_missing_shell_is_wrong_usage(script_runner):
    result = script_runner.run(["mnemo", "completion"])
    assert (result.returncode, result.stdout) == (2, "")
    assert "SHELL" in result.stderr
