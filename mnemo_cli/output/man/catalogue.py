"""Lists that the code has, on the page of the command that reports them: checks by id, and collectors."""

from collections.abc import Iterator

from mnemo_cli.diagnostics.collector import Collector, Profile
from mnemo_cli.diagnostics.collectors import COLLECTORS
from mnemo_cli.doctor.checks import CHECKS
from mnemo_cli.doctor.page import GATE_PAGES, CheckPage, page
from mnemo_cli.output.man.nouns import Entry
from mnemo_cli.output.man.roff import entries, paragraphs, table


def checks(name: str) -> Iterator[str]:
    """Those of the doctor on its page, those of the gate on that of limits; the others refer to them."""
    if name == "doctor":
        yield from paragraphs(
            "`mnemo explain ID` says more of each. --select and --ignore take ids, their first letters (FD), or slugs."
        )
        yield from _listed(*map(page, CHECKS))
    if name == "limits":
        yield from paragraphs("`check` makes those of mnemo-doctor(1), and these. `mnemo explain ID` says more.")
        yield from _listed(*GATE_PAGES)
    if name == "ulimit":
        yield from paragraphs("Those of `doctor` are listed in mnemo-doctor(1).")


def collected(name: str) -> Iterator[str]:
    """What a bundle holds, below the smallest profile that has it."""
    if not name.startswith("collect"):
        return
    yield from paragraphs("Each profile holds what those before it hold; deep looks closer at processes.")
    for profile in Profile:
        if rows := [_row(collector) for collector in COLLECTORS if collector.profile is profile]:
            yield f".SS {profile.name.lower()}"
            yield from table(rows)


def _row(collector: Collector) -> Entry:
    # What is read on both, or on Linux alone, needs no word: a bundle says what it lacks.
    is_of_macos = collector.platforms == ("darwin",) and "macOS" not in collector.help
    return Entry(collector.id, f"{'On macOS: ' if is_of_macos else ''}{collector.help}")


def _listed(*pages: CheckPage) -> Iterator[str]:
    yield from entries(Entry(f"{one.id} {one.slug}", one.title) for one in pages)
