"""Which numbers a tracker takes: whole ones, from a least to 62 bits."""

from mnemo_cli.tracker import layout


def at_least(name: str, value: object, least: int) -> int:
    """The value as an int of Python; ValueError when it is too small or too large, TypeError when it is not whole.

    The fixed-width numbers of array libraries would wrap around when they are added up, so they are
    converted; True and False are refused, since nobody means a size by them.
    """
    try:
        number: int = value.__index__()  # type: ignore[attr-defined]
    except (AttributeError, TypeError):
        raise TypeError(refusal(name, value, least)) from None
    if isinstance(value, bool):
        raise TypeError(refusal(name, value, least))
    if not least <= number <= layout.MOST:
        raise ValueError(refusal(name, value, least))
    return number


def limit_word(limit: object) -> int:
    """A limit as it stands in the file: a whole number of 1 or more, or UNLIMITED."""
    if hasattr(limit, "__index__"):
        return at_least("a limit", limit, 1)
    from mnemo_cli.model import UNLIMITED

    if limit is not UNLIMITED:
        raise TypeError(f"{refusal('a limit', limit, 1)}; UNLIMITED says that there is none")
    return layout.UNLIMITED_WORD


def refusal(name: str, value: object, least: int) -> str:
    """What is wrong with a value, and what would be right."""
    return f"{name} is a whole number of {least} or more, and not {value!r}"
