"""A text with some of its places replaced, for finders that are no single pattern."""

from collections.abc import Iterator


def rebuilt(text: str, found: Iterator[tuple[int, int, str]]) -> str:
    """`found` are start, end and what stands there afterwards, in order and apart."""
    parts: list[str] = []
    done = 0
    for start, end, alias in found:
        parts += (text[done:start], alias)
        done = end
    return "".join((*parts, text[done:])) if parts else text
