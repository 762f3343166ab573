"""Pages of the levels: the words agree with what the engine does at the edges."""

import re

import pytest

from mnemo_cli.forensics.levels import level_page, levels_page
from mnemo_cli.limits.levels import Edges, next_level
from mnemo_cli.model import Level


def test_there_is_a_page_for_each_level_and_for_no_other_word():
    edges = Edges()
    assert [level_page(level.word, edges).topic for level in Level] == ["normal", "moderate", "high", "critical"]
    assert level_page("unknown", edges) is None and level_page("", edges) is None


def test_all_levels_are_on_one_page_in_their_order():
    rows = levels_page(Edges()).rows
    assert [name for name, _ in rows] == [level.word for level in Level]
    assert [text.partition(":")[0] for _, text in rows] == [
        "less than 40 %",
        "40 % to 60 %",
        "more than 60 %, up to 80 %",
        "more than 80 %",
    ]


def test_the_margin_of_release_is_told():
    text = " ".join(levels_page(Edges(release_margin_ratio=0.075)).paragraphs)
    assert "7.5 points below its edge" in text


@pytest.mark.parametrize("edges", [Edges(), Edges(moderate_ratio=0.07, high_ratio=0.29, critical_ratio=0.57)])
def test_the_words_are_true_at_every_edge(edges):
    for percent in (edges.moderate_ratio, edges.high_ratio, edges.critical_ratio):
        for ratio in (percent - 1e-9, percent, percent + 1e-9):
            level = next_level(ratio, edges, None)
            assert holds(level_page(level.word, edges).paragraphs[0], ratio * 100), (level, ratio)


def holds(sentence, percent):
    """Whether a percentage is in the range that the sentence names."""
    low, high = 0.0, float("inf")
    for words, number in re.findall(r"(less than|more than|up to|to|^)\s*([\d.]+) %", sentence):
        edge = float(number)
        if words == "less than" and not percent < edge:
            return False
        if words == "more than" and not percent > edge:
            return False
        if words in ("up to", "to"):
            high = edge
        elif words == "":
            low = edge
    return low - 1e-12 <= percent <= high + 1e-12
