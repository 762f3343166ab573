"""Boxes and columns of lines."""

from collections.abc import Sequence

from mnemo_cli.output.dashboard.look import Look
from mnemo_cli.output.dashboard.spans import Line, fitted, width_of


def boxed(title: str, lines: Sequence[Line], width: int, look: Look) -> list[Line]:
    """A box around lines of width − 2."""
    upper_left, upper_right, lower_left, lower_right, side = look.box
    top = f"{upper_left}{look.rule * 3} {title} "
    return [
        fitted([(top + look.rule * max(0, width - width_of(top) - 1) + upper_right, "")], width),
        *(((side, ""), *fitted(content, width - 2), (side, "")) for content in lines),
        fitted([(lower_left + look.rule * (width - 2) + lower_right, "")], width),
    ]


def beside(left: Sequence[Line], right: Sequence[Line], width: int) -> list[Line]:
    """Two equally high parts next to each other."""
    return [fitted((*one, *other), width) for one, other in zip(left, right, strict=True)]


def padded(lines: Sequence[Line], height: int, width: int) -> list[Line]:
    """Exactly `height` lines: cut, or filled with blank ones."""
    return [*lines[:height], *[fitted((), width)] * (height - len(lines))]
