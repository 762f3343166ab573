"""A page of forensics is plain data: every page can be shown as text and as JSON."""

import pytest

from mnemo_cli.forensics.actions import actions_page
from mnemo_cli.forensics.codes import code_page, codes_page, signal_page
from mnemo_cli.forensics.leak import leak_page
from mnemo_cli.forensics.levels import levels_page
from mnemo_cli.forensics.page import Page
from mnemo_cli.forensics.steps import steps_page
from mnemo_cli.limits.levels import Edges

PAGES = [
    code_page(0), code_page(137), codes_page(), signal_page("SIGBUS"), levels_page(Edges()), steps_page(Edges()),
    actions_page(), leak_page(),
]  # fmt: skip


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.topic)
def test_a_page_has_a_title_and_says_something_in_printable_words(page):
    texts = [page.topic, page.title, *page.paragraphs, *(cell for row in page.rows for cell in row)]
    assert page.paragraphs or page.rows
    assert all(text and text.isprintable() for text in texts)


def test_a_page_cannot_be_changed():
    with pytest.raises(AttributeError):
        Page(topic="a", title="b").title = "c"
