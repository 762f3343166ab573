"""Times and sizes on the axes of the picture."""

from collections.abc import Iterable, Iterator

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter

from mnemo_cli.units import GIB, KIB, MIB, format_size

_DAY_SECONDS = 86_400
_MOST_TICKS = 6
NAN = float("nan")


def date_of(time_seconds: float) -> float:
    """Unix time as matplotlib counts it: in days."""
    return time_seconds / _DAY_SECONDS


def size_axis(axes: Axes, top_bytes: float) -> None:
    """From 0 to a little above `top_bytes`, with a tick at each round size."""
    top = max(1.0, top_bytes) * 1.06
    axes.set_ylim(0, top)
    axes.yaxis.set_major_locator(FixedLocator(list(_ticks(top))))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _round_size(value)))
    axes.tick_params(axis="y", length=3, pad=3)


def broken(values: Iterable[float | None]) -> list[float]:
    """What is unknown breaks a line."""
    return [NAN if value is None else float(value) for value in values]


def _ticks(top: float) -> Iterator[float]:
    """Steps of 1, 2 or 5 times a power of ten in one unit, or of 128, 256 or 512 of the unit below."""
    unit = next((unit for unit in (GIB * KIB, GIB, MIB, KIB) if top >= unit), 1)
    steps = sorted(
        [unit * factor * 10.0**power for power in range(5) for factor in (1, 2, 5)]
        + [unit / part for part in (2, 4, 8) if unit > 1]
    )
    step = next((step for step in steps if top / step <= _MOST_TICKS), top)
    position = 0
    while position * step <= top:
        yield position * step
        position += 1


def _round_size(value: float) -> str:
    """Ticks are round: "4G" and not "4.00G"."""
    text = format_size(round(value))
    number, letter = (text[:-1], text[-1]) if text[-1:].isalpha() else (text, "")
    return f"{number.rstrip('0').rstrip('.') if '.' in number else number}{letter}"
