"""Whole screens, compared with kept ones that a person has looked at.

After a wanted change: MNEMO_UPDATE_GOLDEN=1 pytest tests/output/dashboard/test_golden.py, then read the diff.
Blanks at the end of a line are not kept; test_frame.py asserts that every line has its width.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mnemo_cli.output.dashboard.choice import Choice
from mnemo_cli.output.dashboard.frame import frame
from mnemo_cli.output.dashboard.look import Look
from mnemo_cli.output.dashboard.spans import plain
from mnemo_cli.output.dashboard.view import View

_FOLDER = Path(__file__).parent / "golden"
_SIZES = ((19, 2), (20, 3), (40, 10), (60, 12), (80, 21), (80, 24), (160, 45), (200, 50))


@pytest.mark.parametrize("ascii_only", [False, True], ids=["unicode", "ascii"])
@pytest.mark.parametrize(("width", "height"), _SIZES)
def test_the_screen_is_as_it_was(scene: Callable[..., View], width: int, height: int, ascii_only: bool) -> None:
    text = _text(scene(Look(ascii_only=ascii_only)), width, height)

    _compare(text, f"{width}x{height}{'-ascii' if ascii_only else ''}.txt")


@pytest.mark.parametrize("ascii_only", [False, True], ids=["unicode", "ascii"])
@pytest.mark.parametrize(("width", "height"), [(60, 23), (80, 22), (80, 24), (160, 45), (200, 50)])
def test_the_screen_of_a_program_that_tells_of_its_components(
    scene: Callable[..., View], telling: object, width: int, height: int, ascii_only: bool
) -> None:
    text = _text(scene(Look(ascii_only=ascii_only), telling), width, height)

    _compare(text, f"{width}x{height}-components{'-ascii' if ascii_only else ''}.txt")


def test_the_help_takes_the_place_of_the_panels(scene: Callable[..., View]) -> None:
    _compare(_text(scene(choice=Choice(helping=True)), 80, 24), "80x24-help.txt")


def test_the_screen_while_paused_with_a_question(scene: Callable[..., View]) -> None:
    choice = Choice(paused=True, notice="q again asks it to end")
    _compare(_text(scene(choice=choice), 80, 24), "80x24-paused.txt")


def _text(view: View, width: int, height: int) -> str:
    return "".join(f"{plain(line).rstrip()}\n" for line in frame(view, width, height))


def _compare(text: str, name: str) -> None:
    path = _FOLDER / name
    if os.environ.get("MNEMO_UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
