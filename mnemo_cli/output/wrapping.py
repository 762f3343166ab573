"""Sentences in lines of a width; for columns see `tables`."""

import textwrap


def wrapped(text: str, width: int, begin: str = "", indent: str | None = None) -> list[str]:
    """Lines of that width, the first after `begin`, the others after `indent` (as the first where it is None).

    No word is broken, and none at its hyphens: a command or a path could then not be copied. So a line may be longer.
    """
    return textwrap.wrap(
        text,
        width,
        initial_indent=begin,
        subsequent_indent=begin if indent is None else indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
