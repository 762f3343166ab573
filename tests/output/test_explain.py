"""A page as text and as JSON: wrapped to the width, complete, and without anybody's escape codes."""

from typing import get_args

import pytest

from mnemo_cli.forensics.page import Group, Page, Topic
from mnemo_cli.output.explain import page_document, page_text, topics_document, topics_text

PAGE = Page(topic="t", title="a title", paragraphs=("word " * 40, "second"), rows=(("name", "text " * 30), ("n", "x")))


def test_title_list_and_paragraphs_are_separated_by_blank_lines():
    parts = page_text(PAGE, width=40).split("\n\n")
    assert parts[0] == "a title" and len(parts) == 4 and parts[3] == "second\n"
    assert parts[1].splitlines()[0].startswith("  name  text text") and parts[1].splitlines()[-1] == "  n     x"


@pytest.mark.parametrize("width", [1, 8, 20, 80, 1000])
def test_no_word_is_lost_at_any_width(width):
    text = page_text(PAGE, width=width)
    assert text.split().count("word") == 40 or width < 4
    assert "".join(text.split()).count("text") == 30
    assert width < 20 or max(map(len, text.splitlines())) <= max(width, len("a title"))


def test_a_row_never_carries_escape_codes():
    page = Page(topic="t", title="t", rows=(("value", "\x1b[31m red\n"),))
    assert page_text(page) == "t\n\n  value  \\x1b[31m red\\x0a\n"


def test_the_document_has_all_of_the_page():
    assert page_document(PAGE) == {
        "schema": "mnemo.topic/1",
        "topic": "t",
        "title": "a title",
        "paragraphs": list(PAGE.paragraphs),
        "rows": [{"name": "name", "text": "text " * 30}, {"name": "n", "text": "x"}],
    }


def test_the_list_of_topics_is_grouped_and_aligned_and_the_same_as_json():
    topics = [Topic("symptom", "a", "first"), Topic("symptom", "longer", "second"), Topic("check", "c", "third")]
    begin, symptoms, checks = topics_text(topics).split("\n\n")
    assert begin == "mnemo explain WHAT, where WHAT is one of"
    assert symptoms.splitlines()[0].startswith("Symptoms")
    assert symptoms.splitlines()[1:] == ["  a       first", "  longer  second"]
    assert checks.splitlines()[1:] == ["  c  third"]
    assert topics_document(topics)["topics"][1:] == [
        {"name": "longer", "text": "second", "group": "symptom"},
        {"name": "c", "text": "third", "group": "check"},
    ]


def test_every_group_has_a_heading_that_fits():
    listed = topics_text(Topic(group, "name", "text") for group in get_args(Group)).splitlines()
    headings = [line for line in listed[1:] if line and not line.startswith(" ")]
    assert len(set(headings)) == len(get_args(Group)) and max(map(len, headings)) <= 80


def test_the_list_of_topics_is_cut_to_a_terminal_and_whole_elsewhere():
    topics = [Topic("check", "short", "a word"), Topic("check", "long", "x" * 100)]
    assert topics_text(topics).splitlines()[-1] == "  long   " + "x" * 100
    cut = topics_text(topics, 40).splitlines()
    assert cut[-2] == "  short  a word" and len(cut[-1]) == 40 and cut[-1].endswith("x…")
