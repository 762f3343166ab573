"""Series, lines and growths made by hand: what a judge is given without a process."""

from collections.abc import Callable, Sequence

from mnemo_cli.forensics.growth import Ceiling, Growth, Line, Series, shape
from mnemo_cli.forensics.growth.lines import seconds_until
from mnemo_cli.sampling.program import Program

MIB = 1 << 20
PYTHON = Program("Python", "glibc", ("/usr/bin/python3", "server.py", "--port", "80"), 33)


def points(values: Sequence[float], seconds: float = 60.0) -> tuple[tuple[float, float], ...]:
    """Evenly over the time."""
    return tuple((seconds * at / (len(values) - 1), float(value)) for at, value in enumerate(values))


def drawn(formula: Callable[[int], float], count: int = 61) -> list[float]:
    """The values of a formula of the reading's number."""
    return [formula(at) for at in range(count)]


def line(
    name: str,
    values: Sequence[float],
    *,
    kind: str = "memory",
    unit: str = "bytes",
    ceiling: Ceiling | None = Ceiling("the memory limit of cgroup /app", 512 * MIB, 100 * MIB),  # noqa: B008 frozen
    seconds: float = 60.0,
    **more: object,
) -> Line:
    series = Series(name, kind, unit, points(values, seconds), ceiling, **more)  # type: ignore[arg-type]
    trend = shape(series.points)
    return Line(series, trend, seconds_until(series, trend))


def growth(*lines: Line, program: Program = PYTHON, seconds: float = 60.0, **more: object) -> Growth:
    facts = {
        "pid": 4121, "started": 5000, "name": "server", "program": program, "time_seconds": 1_795_356_151.004,
        "asked_seconds": 60.0, "seconds": seconds, "readings": 61, "lines": lines,
    }  # fmt: skip
    return Growth(**{**facts, **more})  # type: ignore[arg-type]
