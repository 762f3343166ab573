"""What grows in a running process, and is it a leak?

    growth = watch_growth(4121, seconds=60, root=Path("/"), clock=WaitingClock())
    suspects(growth)     what looks like a leak, the gravest first, each with its next steps

nouns      Series, Trend, Line, Suspect, Growth
reading    one look at the process: its memory by kind, descriptors, threads, connections, counters
ceilings   which limit each thing runs into
shape      the pure judge of one series: rate, shape, and whether it still grows
suspects   the pure judge of all: leaks, and not collections or caches that fill
advice     what to do next, for the runtime that was found
watching   the loop: look, wait, look again
"""

from mnemo_cli.forensics.growth.nouns import Ceiling, Growth, Line, Series, Shape, Suspect, Trend
from mnemo_cli.forensics.growth.shape import shape
from mnemo_cli.forensics.growth.suspects import suspects
from mnemo_cli.forensics.growth.watching import watch_growth

__all__ = ["Ceiling", "Growth", "Line", "Series", "Shape", "Suspect", "Trend", "shape", "suspects", "watch_growth"]
