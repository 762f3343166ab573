"""Sizes, percents and durations: what a person may write, what is refused, and how numbers are shown."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.units import (
    GIB,
    KIB,
    MIB,
    format_duration,
    format_percent,
    format_size,
    parse_duration,
    parse_percent,
    parse_size,
)

TIB = 1024 * GIB
SIZE_UNITS = {
    "": 1, "b": 1, "B": 1,
    "k": KIB, "K": KIB, "Ki": KIB, "KiB": KIB, "kB": 1000, "KB": 1000,
    "m": MIB, "M": MIB, "Mi": MIB, "MiB": MIB, "MB": 1000**2,
    "g": GIB, "G": GIB, "Gi": GIB, "GiB": GIB, "GB": 1000**3,
    "t": TIB, "T": TIB, "Ti": TIB, "TiB": TIB, "TB": 1000**4,
}  # fmt: skip
DURATION_UNITS = {"": 1, "ms": 0.001, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}
LARGEST_BYTES = 2**63


@pytest.mark.parametrize("unit", SIZE_UNITS)
def test_every_documented_unit_of_size_has_its_factor(unit):
    assert parse_size(f"3{unit}") == 3 * SIZE_UNITS[unit]
    assert parse_size(f" 1.5 {unit} ") == round(1.5 * SIZE_UNITS[unit])


@pytest.mark.parametrize(
    ("text", "size_bytes"),
    [
        ("0", 0),
        ("4096", 4096),
        ("4Gi", 4 * GIB),
        ("512m", 512 * MIB),
        ("1.5GB", 1_500_000_000),
        (".5Gi", GIB // 2),
        ("0.1Mi", 104_858),
        ("\t7 k\n", 7 * KIB),
        ("999999999999999999", 999_999_999_999_999_999),
        ("1.0k", KIB),
    ],
)
def test_a_size_is_read_as_bytes(text, size_bytes):
    assert parse_size(text) == size_bytes
    assert isinstance(parse_size(text), int)


@pytest.mark.parametrize(
    "text",
    ["", " ", "G", "-1", "+1", "1e3", "1_000", "0x10", "1,5G", "1.G", ".", "1.5.2", "4 G i", "4GiBs", "inf", "nan",
     "max", "unlimited", "1" * 19, "٣Gi", "４Gi", "4\u00a0Gi", "4Gi\0", "4Gi 5Mi", "\ud800"],
)  # fmt: skip
def test_what_is_not_a_size_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match=r"is not a size; write for example|has the unknown unit"):
        parse_size(text)


@pytest.mark.parametrize(("text", "hint"), [("4gi", "Gi"), ("4gb", "GB"), ("4KIB", "KiB"), ("4mB", "MB")])
def test_a_unit_in_the_wrong_case_is_refused_with_the_right_one(text, hint):
    with pytest.raises(ValueError, match=rf"did you mean {hint}\?"):
        parse_size(text)


def test_an_unknown_unit_is_named_with_those_that_exist():
    with pytest.raises(ValueError, match="unknown unit 'pages'; Ki Mi Gi Ti and k m g t are powers of 1024"):
        parse_size("4 pages")


@pytest.mark.parametrize("unit", DURATION_UNITS)
def test_every_documented_unit_of_duration_has_its_factor(unit):
    assert parse_duration(f"3{unit}") == pytest.approx(3 * DURATION_UNITS[unit])
    assert parse_duration(f" 1.5 {unit} ") == pytest.approx(1.5 * DURATION_UNITS[unit])


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("30", 30.0),
        ("500ms", 0.5),
        ("5m", 300.0),
        ("1m30s", 90.0),
        (" 2h05m ", 7500.0),
        ("1d2h3m4s5ms", 93_784.005),
        ("2min", 120.0),
        ("1min30s", 90.0),
        (".5s", 0.5),
    ],
)
def test_a_duration_is_read_as_seconds(text, seconds):
    assert parse_duration(text) == pytest.approx(seconds, abs=1e-9)
    assert isinstance(parse_duration(text), float)


@pytest.mark.parametrize(
    "text",
    ["", "s", "-1s", "1e3", "1_0s", "1m 30s", "30s5", "1w", "5M", "1H", "m5", "nan", "inf", "never", "1:30", "٣s"],
)  # fmt: skip
def test_what_is_not_a_duration_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="is not a duration; write for example 500ms, 30s, 5m or 2h"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "ratio"), [("0", 0.0), ("80", 0.8), ("80%", 0.8), (" 66.5 % ", 0.665), ("100", 1.0), (".5", 0.005)]
)
def test_a_percentage_is_read_as_a_ratio(text, ratio):
    assert parse_percent(text) == pytest.approx(ratio)


@pytest.mark.parametrize("text", ["100.1", "-1", "-0.5%", "1e9", "9" * 400, "inf", "nan"])
def test_a_percentage_outside_its_range_is_refused(text):
    with pytest.raises(ValueError, match="is outside 0 to 100 percent"):
        parse_percent(text)


@pytest.mark.parametrize("text", ["", "%", "80%%", "eighty", "0.8.1", "8 0", "1_0", "８０", "0x5"])
def test_what_is_not_a_percentage_is_refused(text):
    with pytest.raises(ValueError, match="is not a percentage; write for example 80"):
        parse_percent(text)


@pytest.mark.parametrize("parse", [parse_size, parse_duration, parse_percent])
@given(text=st.text() | st.from_regex(r"[-+ ]?[0-9]{0,30}[._,eE]?[0-9]{0,30} ?[a-zA-Z%]{0,4}", fullmatch=True))
def test_no_text_raises_anything_but_value_error(parse, text):
    try:
        number = parse(text)
    except ValueError as err:
        assert repr(text) in str(err)
    else:
        assert math.isfinite(number)
        assert number >= 0


@pytest.mark.parametrize("unit", SIZE_UNITS)
@given(number=st.integers(0, 10**18 - 1))
def test_a_whole_size_is_exact_in_every_unit(unit, number):
    assert parse_size(f"{number}{unit}") == number * SIZE_UNITS[unit]


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [
        (0, "0"), (1, "1"), (980, "980"), (999, "999"), (1000, "1.0K"), (1023, "1.0K"), (4096, "4.0K"),
        (9 * KIB + 972, "9.9K"), (10 * KIB - 1, "10K"), (41 * MIB, "41M"), (999 * KIB, "999K"), (1000 * KIB, "1.0M"),
        (1000 * MIB, "0.98G"), (1023 * MIB, "1.00G"), (GIB, "1.00G"), (int(2.85 * GIB), "2.85G"),
        (int(9.994 * GIB), "9.99G"), (int(9.996 * GIB), "10.0G"), (int(99.94 * GIB), "99.9G"), (100 * GIB, "100G"),
        (999 * GIB, "999G"), (1023 * GIB, "1.00T"), (LARGEST_BYTES, "8.00E"), (-1, "-1"), (-GIB, "-1.00G"),
    ],
)  # fmt: skip
def test_a_size_is_shown_with_at_most_three_digits(size_bytes, text):
    assert format_size(size_bytes) == text


@given(size_bytes=st.integers(-LARGEST_BYTES, LARGEST_BYTES))
def test_a_shown_size_is_never_longer_than_six_characters(size_bytes):
    text = format_size(size_bytes)
    assert len(text) <= (6 if size_bytes < 0 else 5)
    assert sum(character.isdigit() for character in text) <= 3


@given(size_bytes=st.integers(0, LARGEST_BYTES))
def test_a_shown_size_is_read_back_as_nearly_the_same(size_bytes):
    text = format_size(size_bytes)
    if text[-1] in "PE":  # larger than any memory; a person does not type them
        return
    assert parse_size(text) == pytest.approx(size_bytes, rel=0.06)
    assert size_bytes >= 1000 or parse_size(text) == size_bytes


@given(smaller=st.integers(0, LARGEST_BYTES), larger=st.integers(0, LARGEST_BYTES))
def test_a_larger_size_is_never_shown_as_a_smaller_one(smaller, larger):
    smaller, larger = sorted((smaller, larger))
    shown = [format_size(size) for size in (smaller, larger)]
    if not any(text[-1] in "PE" for text in shown):
        assert parse_size(shown[0]) <= parse_size(shown[1])


@pytest.mark.parametrize(
    ("ratio", "text"), [(0.0, "0.0%"), (0.7125, "71.2%"), (1.0, "100.0%"), (1.25, "125.0%"), (0.79999, "80.0%")]
)
def test_a_ratio_is_shown_as_a_percentage(ratio, text):
    assert format_percent(ratio) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"), (0.04, "0s"), (0.3, "0.3s"), (1.0, "1s"), (9.94, "9.9s"), (9.97, "10s"), (10, "10s"), (45.2, "45s"),
        (59.4, "59s"), (59.6, "1m00s"), (400, "6m40s"), (3599.6, "1h00m"), (7500, "2h05m"), (86_399, "23h59m"),
        (86_400, "1d00h"), (3 * 86_400 + 4 * 3600, "3d04h"), (400 * 86_400, "400d00h"),
    ],
)  # fmt: skip
def test_a_duration_is_shown_in_its_two_largest_units(seconds, text):
    assert format_duration(seconds) == text


@given(seconds=st.floats(0, 1e9))
def test_a_shown_duration_is_read_back_within_its_smaller_unit(seconds):
    read = parse_duration(format_duration(seconds))
    resolution = 0.06 if seconds < 10 else 0.51 if seconds < 3600 else 60.51 if seconds < 86_400 else 3600.51
    assert abs(read - seconds) <= resolution
