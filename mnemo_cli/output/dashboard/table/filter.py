"""Which processes are shown."""

from typing import NamedTuple


class Filter(NamedTuple):
    """One filter as it was typed."""

    text: str = ""


EVERYTHING = Filter()
