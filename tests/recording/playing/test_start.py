"""--at: a time of the recording in three spellings, and what is none or is outside."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.errors import UsageError
from mnemo_cli.recording.playing.start import span_words, start_seconds
from tests.recording.playing.builders import track


def seconds_of(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


EVENING = track(seconds_of("2026-11-22T14:00:00"), seconds_of("2026-11-22T15:00:00.250"))
NIGHT = track(seconds_of("2026-11-22T22:00:00"), seconds_of("2026-11-23T06:00:00"))


@pytest.mark.parametrize(
    ("at", "wanted"),
    [
        ("14:02:31", "2026-11-22T14:02:31"),
        ("14:02", "2026-11-22T14:02:00"),
        ("14:02:31.5Z", "2026-11-22T14:02:31.500"),
        ("2026-11-22T14:02:31Z", "2026-11-22T14:02:31"),
        ("2026-11-22 14:02:31", "2026-11-22T14:02:31"),
        ("2026-11-22T16:02:31+02:00", "2026-11-22T14:02:31"),
        ("+10m", "2026-11-22T14:10:00"),
        (" +1m30s ", "2026-11-22T14:01:30"),
        ("+0", "2026-11-22T14:00:00"),
        ("15:00:00.250", "2026-11-22T15:00:00.250"),
    ],
)
def test_a_time_of_the_recording(at, wanted):
    assert start_seconds(at, EVENING) == seconds_of(wanted)


@pytest.mark.parametrize("at", ["13:59:59", "15:01", "+61m", "2026-11-21T14:30:00Z", "2026-11-22T14:30:00-05:00"])
def test_what_is_outside_is_none(at):
    assert start_seconds(at, EVENING) is None


def test_a_time_of_the_day_may_be_of_the_next_one():
    assert start_seconds("23:00", NIGHT) == seconds_of("2026-11-22T23:00:00")
    assert start_seconds("05:30", NIGHT) == seconds_of("2026-11-23T05:30:00")
    assert start_seconds("21:00", NIGHT) is None


@pytest.mark.parametrize("at", ["", "noon", "25:00", "14:60", "+", "+5 parsecs", "2026-13-01", "14:0", "१४:००", "+-5m"])
def test_what_is_no_time_is_refused_with_an_example(at):
    with pytest.raises(UsageError, match=r"is no time; write for example 14:02:31, .* times are UTC"):
        start_seconds(at, EVENING)


@given(st.text(max_size=30))
def test_any_text_is_a_time_or_refused(at):
    try:
        found = start_seconds(at, EVENING)
    except UsageError:
        return
    assert found is None or EVENING.first_seconds - 0.001 <= found <= EVENING.last_seconds + 0.001


def test_a_span_says_the_day_again_where_it_is_another_one():
    assert span_words(EVENING) == "2026-11-22T14:00:00Z to 15:00:00Z (1h00m)"
    assert span_words(NIGHT) == "2026-11-22T22:00:00Z to 2026-11-23T06:00:00Z (8h00m)"
