"""A page as text and as JSON: wrapped to the width, complete, and without anybody's escape codes."""

import pytest

from mnemo_cli.forensics.page import Page
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


def test_the_list_of_topics_is_aligned_and_the_same_as_json():
    topics = [("a", "first"), ("longer", "second")]
    assert topics_text(topics) == "mnemo explain WHAT, where WHAT is one of\n  a       first\n  longer  second\n"
    assert topics_document(topics)["topics"] == [{"name": "a", "text": "first"}, {"name": "longer", "text": "second"}]


def test_the_list_of_topics_is_cut_to_a_terminal_and_whole_elsewhere():
    topics = [("short", "a word"), ("long", "x" * 100)]
    assert topics_text(topics).splitlines()[2] == "  long   " + "x" * 100
    cut = topics_text(topics, 40).splitlines()
    assert cut[1] == "  short  a word" and len(cut[2]) == 40 and cut[2].endswith("x…")
