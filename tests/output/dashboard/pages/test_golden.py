"""Whole pages, compared with kept ones that a person has looked at.

After a wanted change: MNEMO_UPDATE_GOLDEN=1 pytest tests/output/dashboard/pages/test_golden.py, then read the diff.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mnemo_cli.output.dashboard.choice import Page
from mnemo_cli.output.dashboard.frame import frame
from mnemo_cli.output.dashboard.look import Look
from mnemo_cli.output.dashboard.spans import plain
from mnemo_cli.output.dashboard.view import View

_FOLDER = Path(__file__).parent / "golden"
_SIZES = ((40, 10), (80, 24), (160, 45), (200, 50))
Busy = Callable[..., View]


@pytest.mark.parametrize("ascii_only", [False, True], ids=["unicode", "ascii"])
@pytest.mark.parametrize(("width", "height"), _SIZES)
@pytest.mark.parametrize("page", [*Page, None], ids=lambda page: "focus" if page is None else page.name.lower())
def test_the_page_is_as_it_was(busy: Busy, page: Page | None, width: int, height: int, ascii_only: bool) -> None:
    look = Look(ascii_only=ascii_only)
    view = busy(Page.PROCESSES, look, focused=True) if page is None else busy(page, look)
    lines = frame(view, width, height)
    text = "".join(f"{plain(line).rstrip()}\n" for line in lines)
    name = "focus" if page is None else page.name.lower()
    path = _FOLDER / f"{name}-{width}x{height}{'-ascii' if ascii_only else ''}.txt"
    if os.environ.get("MNEMO_UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")

    assert text == path.read_text(encoding="utf-8")
    assert text.isascii() or not ascii_only


@pytest.mark.parametrize(("page", "words", "style"), [
    (Page.GROUPS, "2.85G     4.00G    71% !!", "bold magenta"),
    (Page.GROUPS, "12k +40", "bold"),
    (Page.GROUPS, "XX", "bold reverse"),
    (Page.GROUPS, "+33 without a limit", "dim"),
    (Page.COMPONENTS, "18324/20000  99% !!", "bold magenta"),
    (Page.COMPONENTS, "12/20  60% !", "yellow"),
    (Page.ALERTS, "!! FIRING   ERROR", "bold reverse"),
    (Page.ALERTS, "!! ACKED    WARN", ""),
    (Page.ALERTS, "?? UNKNOWN  ERROR", "bold"),
    (Page.HISTORY, "██████", "yellow"),
    (Page.HISTORY, "now 71.2% !!", "bold magenta"),
])  # fmt: skip
def test_colour_adds_to_words_that_are_there_without_it(busy: Busy, page: Page, words: str, style: str) -> None:
    spans = [span for line in frame(busy(page), 80, 24) for span in line]

    assert any(words in text and found == style for text, found in spans), [s for s in spans if words in s[0]]


def test_a_limit_nearly_used_up_stands_out_in_the_focus(busy: Busy) -> None:
    spans = [span for line in frame(busy(Page.PROCESSES, focused=True), 80, 24) for span in line]

    (found,) = [(text, style) for text, style in spans if "open files" in text]
    assert found[1] == "bold"
    assert found[0].endswith("95.7% !")
