"""A line of the screen: words with styles, cut or filled to exactly its width."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from rich.cells import cell_len, set_cell_size

Span: TypeAlias = tuple[str, str]
Line: TypeAlias = tuple[Span, ...]


def line(*spans: Span | str) -> Line:
    """Words as they come; a bare string has no style."""
    return tuple((span, "") if isinstance(span, str) else span for span in spans)


def width_of(text: str) -> int:
    """Cells on the screen: a wide character takes two."""
    return len(text) if text.isascii() else cell_len(text)


def fitted(spans: Iterable[Span], width: int) -> Line:
    """Exactly `width` cells: cut at the end, or filled with spaces."""
    room = width
    out: list[Span] = []
    for text, style in spans:
        cells = width_of(text)
        if cells > room:
            out.append((cut(text, room), style))
            room = 0
            break
        out.append((text, style))
        room -= cells
    if room:
        out.append((" " * room, ""))
    return tuple(out)


def whole(parts: Iterable[Span | str], width: int) -> Line:
    """As many parts as fit uncut: half of a number would be another number. Only the first may be cut."""
    room = width
    kept: list[Span] = []
    for text, style in line(*parts):
        room -= width_of(text)
        if kept and room < 0:
            break
        kept.append((text, style))
    return fitted(kept, width)


def spread(left: Sequence[Span], right: Sequence[Span], width: int) -> Line:
    """Left part, then right part at the right edge; the left one is cut first."""
    right_width = sum(width_of(text) for text, _ in right)
    if right_width >= width:
        return fitted(right, width)
    return (*fitted(left, width - right_width), *right)


def cut(text: str, width: int) -> str:
    """The first `width` cells of a text, never half a character."""
    if text.isascii():
        return text[:width]
    return set_cell_size(text, width)


def cut_front(text: str, width: int) -> str:
    """The last `width` cells of a text, "…" in place of what is missing."""
    if width_of(text) <= width:
        return text
    kept = text[len(text) - width :] if width > 0 else ""
    while kept and width_of(kept) > width - 1:
        kept = kept[1:]
    return f"…{kept}" if width > 0 else ""


def plain(line_: Line) -> str:
    """The text alone."""
    return "".join(text for text, _ in line_)
