"""PSI is a reading or unknown: no pressure that was measured is not the same as none that was not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.sampling.pressure import PressureFile, parse_pressure

GOOD = b"some avg10=1.53 avg60=0.87 avg300=0.20 total=1219000\nfull avg10=0.25 avg60=0.10 avg300=100.00 total=500000\n"
NONSENSE = (
    b"", b"\n", b"calm\n", GOOD[: len(GOOD) // 2], GOOD[:-1], GOOD[:-5], GOOD + GOOD, b"\xff\x00" + GOOD,
    GOOD.replace(b"1.53", b"-1.53"), GOOD.replace(b"1.53", b"nan"), GOOD.replace(b"1.53", b"101.00"),
    GOOD.replace(b"1219000", b"9" * 40), GOOD.splitlines(keepends=True)[0],
)  # fmt: skip


def test_percent_become_ratios_and_microseconds_seconds(fake_host):
    root = fake_host({"proc/pressure/memory": GOOD})
    gaps = []
    file = PressureFile(root / "proc/pressure/memory", root)
    pressure = file.read(gaps)
    file.close()
    assert not gaps
    assert pressure is not None
    assert pressure.source == "/proc/pressure/memory"
    some = (pressure.some_avg10_ratio, pressure.some_avg60_ratio, pressure.some_avg300_ratio)
    full = (pressure.full_avg10_ratio, pressure.full_avg60_ratio, pressure.full_avg300_ratio)
    assert some == pytest.approx((0.0153, 0.0087, 0.002))
    assert full == pytest.approx((0.0025, 0.001, 1))
    assert (pressure.some_seconds_total, pressure.full_seconds_total) == (1.219, 0.5)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "No such file or directory"),
        ({"proc/pressure/memory": None}, "Is a directory"),
        ({"proc/pressure/memory": b"calm\x1b[2J\n"}, "not a PSI reading"),
    ],
)
def test_absent_unreadable_and_nonsense_pressure_is_unknown_and_says_why(fake_host, files, words):
    root = fake_host(files)
    gaps = []
    file = PressureFile(root / "proc/pressure/memory", root)
    assert file.read(gaps) is None
    file.close()
    ((field, reason),) = [(gap.field, gap.reason) for gap in gaps]
    assert field == "pressure"
    assert words in reason
    assert reason.isprintable()


@pytest.mark.parametrize("text", NONSENSE)
def test_nonsense_is_refused(text):
    with pytest.raises(ValueError, match="not a PSI reading"):
        parse_pressure(text, source="/proc/pressure/memory")


HUNDREDTHS = st.integers(0, 10000)


@given(st.lists(HUNDREDTHS, min_size=6, max_size=6), st.integers(0, 2**62), st.integers(0, 2**62))
def test_every_reading_survives_writing_and_reading(averages, some_total, full_total):
    words = [b"%d.%02d" % divmod(average, 100) for average in averages]
    text = b"some avg10=%b avg60=%b avg300=%b total=%d\nfull avg10=%b avg60=%b avg300=%b total=%d\n" % (
        *words[:3],
        some_total,
        *words[3:],
        full_total,
    )
    pressure = parse_pressure(text, source="x")
    ratios = [
        pressure.some_avg10_ratio, pressure.some_avg60_ratio, pressure.some_avg300_ratio,
        pressure.full_avg10_ratio, pressure.full_avg60_ratio, pressure.full_avg300_ratio,
    ]  # fmt: skip
    assert [round(ratio * 10000) for ratio in ratios] == averages
    assert all(0 <= ratio <= 1 for ratio in ratios)
    assert pressure.some_seconds_total == some_total / 1e6
    assert pressure.full_seconds_total == full_total / 1e6


@given(st.binary(max_size=120) | st.integers(0, len(GOOD) - 1).map(lambda end: GOOD[:end]))
def test_any_other_bytes_are_refused(text):
    with pytest.raises(ValueError, match="not a PSI reading"):
        parse_pressure(text, source="x")
