"""One reading as text: every limit, the machine, the processes; unknown is a word and RSS is marked."""

import re

import pytest

from mnemo_cli.model import UNLIMITED, Gap, LimitSource, Memory, Pressure
from mnemo_cli.output.snapshot import shortened, snapshot_text


def line(text, start):
    (found,) = (row for row in text.splitlines() if row.startswith(start))
    return found


def test_the_head_says_what_was_read_when_and_how_close_it_is(moment):
    first, second, *_ = snapshot_text(moment(), top=10).splitlines()
    assert first == "cgroup /app  2026-11-22T14:02:31.004Z"
    assert second == "!! HIGH  70.0% of 1.0K (cgroup /app)  headroom 300"


def test_every_limit_is_a_row_and_the_binding_one_is_marked(moment):
    text = snapshot_text(moment(), top=10)
    assert line(text, "cgroup /app *").split()[3:] == [
        "700",
        "1.0K",
        "70.0%",
        "300",
        "!!",
        "HIGH",
        "unknown",
        "unknown",
        "0",
    ]
    assert line(text, "host ").split()[:6] == ["host", "2.00G", "8.00G", "25.0%", "6.00G", "ok"]
    assert line(text, "host ").split()[-3:] == ["-", "-", "3"]


def test_unlimited_has_no_share_and_unknown_is_unknown(moment, limits):
    free, _ = limits(limit_bytes=UNLIMITED)
    blind, host = limits(used_bytes=None, limit_bytes=None)
    blind = blind._replace(source=blind.source._replace(path="/blind"))
    text = snapshot_text(moment((free, blind, host)), top=10)
    assert line(text, "cgroup /app    ").split()[2:6] == ["700", "unlimited", "-", "unlimited"]
    assert line(text, "cgroup /blind").split()[2:8] == ["unknown"] * 4 + ["??", "UNKNOWN"]
    assert text.splitlines()[1].startswith("?? UNKNOWN  25.0% of 8.00G (host)")


def test_nothing_that_could_be_read_is_said_so(moment):
    blind = Memory(source=LimitSource(kind="host"), used_bytes=None, limit_bytes=None)
    text = snapshot_text(moment((blind,)), top=10)
    assert text.splitlines()[1] == "?? UNKNOWN  no limit could be read"
    assert line(text, "memory").split() == ["memory", *["unknown"] * 6]
    assert re.search(r"\b0\b", text.partition("\n")[2]) is None


def test_the_machine_has_its_own_row(moment):
    text = snapshot_text(moment(), top=10)
    assert line(text, "memory").split() == ["memory", "8.00G", "2.00G", "6.00G", "1.00G", "0", "1.00G"]
    assert "\npressure unknown" in text


def test_pressure_is_told_in_percent(moment):
    base = moment()
    pressure = Pressure(
        source="memory.pressure",
        some_avg10_ratio=0.04,
        some_avg60_ratio=0.5,
        some_avg300_ratio=0.0,
        some_seconds_total=1.0,
        full_avg10_ratio=0.01,
        full_avg60_ratio=0.0,
        full_avg300_ratio=1.0,
        full_seconds_total=0.5,
    )
    text = snapshot_text(base._replace(sample=base.sample._replace(pressure=pressure)), top=10)
    assert "pressure  some 4.00 50.00 0.00  full 1.00 0.00 100.00" in text


def test_a_process_without_pss_shows_its_rss_marked(moment, process):
    rows = (
        process(1, command="known"),
        process(2, pss_bytes=None, command="denied"),
        process(3, pss_bytes=None, rss_bytes=None, command="gone"),
    )
    text = snapshot_text(moment(processes=rows), top=10)
    shown = {row.split()[-1]: row.split()[:4] for row in text.splitlines() if row.endswith(("known", "denied", "gone"))}
    assert shown["known"] == ["1", "0", "1.0K", "2.0K"]
    assert shown["denied"] == ["2", "0", "~2.0K", "2.0K"]
    assert shown["gone"] == ["3", "0", "~unknown", "unknown"]
    assert "(3 of 3 processes; ~ = RSS where PSS is denied)" in text


def test_a_process_without_a_command_line_is_named_in_brackets_and_a_long_one_is_cut(moment, process):
    text = snapshot_text(moment(processes=(process(1, name="kswapd0"), process(2, command="x" * 200))), top=10)
    assert text.splitlines()[-3].endswith("  [kswapd0]")
    assert text.splitlines()[-2].endswith("x" * 59 + "…")


def test_top_limits_the_rows_and_says_of_how_many(moment, process):
    rows = tuple(process(pid) for pid in range(1, 6))
    assert "(2 of 5 processes;" in snapshot_text(moment(processes=rows), top=2)
    assert "PID" not in snapshot_text(moment(processes=rows), top=0)


def test_every_gap_is_told_with_its_source(moment):
    text = snapshot_text(moment(gaps=(Gap("a.b", "/proc/x", "Permission denied"),)), top=10)
    assert text.endswith("\ngap: a.b: Permission denied (/proc/x)\n")


@pytest.mark.parametrize(("text", "width", "cut"), [("", 1, ""), ("ab", 2, "ab"), ("abc", 2, "a…"), ("abc", 1, "…")])
def test_a_text_is_cut_to_its_width(text, width, cut):
    assert shortened(text, width) == cut
