"""What mnemo(1) says beyond its commands: what they look at, the levels, and how sizes and times are written."""

from collections.abc import Iterator

from mnemo_cli.forensics.levels import levels_page
from mnemo_cli.limits.levels import Edges
from mnemo_cli.output.man.nouns import Entry
from mnemo_cli.output.man.roff import entries, paragraphs, section, table

_TARGETS = (
    Entry("nothing", "The control group that mnemo runs in, each group around it, and the machine."),
    Entry("--host", "The whole machine."),
    Entry("--pid N", "Process N and its descendants."),
    Entry("--name REGEX", "The processes whose name matches, and their descendants."),
    Entry("--cgroup PATH", "A control group, written as /app or with its whole path below /sys/fs/cgroup."),
    Entry("-- CMD...", "A program that mnemo starts, and its descendants."),
)
_BINDING = (
    "Every limit on the way from the target up to the machine is compared with its own use. The one with the worst "
    "level binds; among equals, the one with the least headroom. Level, headroom and forecast are of that limit, and "
    "it is named. --limit SIZE gives the processes of a target a limit of their own. A number that cannot be read is "
    "unknown, and never 0: it is shown as such, with the reason."
)
_SIZES = (
    "Sizes: a bare number is bytes. Ki, Mi, Gi, KiB, MiB, GiB and the bare letters k, m, g are 1024-based, kB, MB, GB "
    "1000-based. Durations: 500ms, 30s, 5m, 2h; a bare number is seconds."
)
_OUTPUT = (
    "Results go to standard output, messages to standard error. The default format is a table on a terminal and plain "
    "text elsewhere, without escape codes. A JSON document names its schema (mnemo.sample/1); the schemas are in the "
    "package. Numbers there are in base units: bytes, seconds, and shares from 0 to 1."
)


def overview() -> Iterator[str]:
    yield from section("TARGETS", [*entries(_TARGETS), ".PP", *paragraphs(_BINDING)])
    levels = levels_page(Edges())
    rows = [Entry(word, f"{text[:1].upper()}{text[1:]}.") for word, text in levels.rows]
    told = (
        "How much of the binding limit is used, and what mnemo does then. The edges are settings. What is used of a "
        "control group is its usage without inactive file cache; of the machine, MemTotal \N{MINUS SIGN} MemAvailable."
    )
    yield from section("LEVELS", [*paragraphs(told), *table(rows)])
    yield from section("SIZES, TIMES, OUTPUT", paragraphs(_SIZES, _OUTPUT))
