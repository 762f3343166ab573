"""One explanation: a title, and paragraphs that stand by themselves; and its line in the list of all."""

from typing import Literal, NamedTuple, TypeAlias

# Kinds of topics, in the order of the list.
Group: TypeAlias = Literal[
    "symptom", "exit-code", "signal", "errno", "level", "step", "action", "check", "setting"
]  # fmt: skip


class Page(NamedTuple):
    """`topic` is the word that finds the page again; `rows` are pairs for an aligned list."""

    topic: str
    title: str
    paragraphs: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()


class Topic(NamedTuple):
    """Something that can be asked for by `name`, and what it is. Topics of one `group` are listed together."""

    group: Group
    name: str
    text: str
