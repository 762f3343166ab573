"""What a terminal can show."""

from collections.abc import Mapping

import pytest

from mnemo_cli.output.dashboard.look import Look, is_utf_8


@pytest.mark.parametrize(
    ("environment", "utf_8"),
    [
        ({}, True),
        ({"LANG": "en_US.UTF-8"}, True),
        ({"LANG": "en_US.utf8"}, True),
        ({"LANG": "de_DE@euro"}, False),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, True),
        ({"LC_CTYPE": "UTF-8"}, True),
        ({"LC_ALL": "C", "LC_CTYPE": "C.UTF-8", "LANG": "C.UTF-8"}, False),
        ({"LC_ALL": "", "LANG": "POSIX"}, False),
        ({"LC_ALL": "zh_CN.GB18030"}, False),
    ],
)
def test_the_locale_that_counts(environment: Mapping[str, str], utf_8: bool) -> None:
    assert is_utf_8(environment) == utf_8


def test_text_that_an_ascii_terminal_cannot_show_becomes_question_marks() -> None:
    assert Look(ascii_only=True).text("a → b… é漢") == "a -> b. ??"
    assert Look().text("a → b… é漢") == "a → b… é漢"


def test_all_signs_of_an_ascii_look_are_ascii() -> None:
    look = Look(ascii_only=True)

    assert (look.rule + look.heights + "".join(look.box)).isascii()
