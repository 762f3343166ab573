"""One explanation: a title, and paragraphs that stand by themselves."""

from typing import NamedTuple


class Page(NamedTuple):
    """`topic` is the word that finds the page again; `rows` are pairs for an aligned list."""

    topic: str
    title: str
    paragraphs: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
