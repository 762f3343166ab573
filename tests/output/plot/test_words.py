"""What the picture says."""

import pytest

from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import UNLIMITED, Event, Level
from mnemo_cli.output.plot import words
from mnemo_cli.output.plot.gathered import ProcessUse
from tests.output.plot.builders import gathered, moments, process


def test_the_title_names_whose_memory_it_is():
    assert words.title(gathered(moments(1))) == "Memory of cgroup /app"


def test_the_subtitle_says_when_how_much_and_the_peak():
    found = gathered(moments(100, 800, 200, spacing_seconds=60.0))
    assert words.subtitle(found) == (
        "2023-11-14 22:13:20 to 22:15:20 UTC (2m00s)   3 samples   peak 800 (80.0% of 1.0K) at 22:14:20"
    )


def test_of_no_limit_there_is_no_share():
    found = gathered(moments(100, limit_bytes=UNLIMITED))
    assert words.subtitle(found).endswith("   1 sample   peak 100 at 22:13:20")


def test_an_unknown_use_has_no_peak():
    assert "peak" not in words.subtitle(gathered(moments(None)))


def test_bands_are_named_with_their_edges():
    assert [words.band_words(level, Edges()) for level in Level] == [
        "ok NORMAL  0–40 %", "! MODERATE  40–60 %", "!! HIGH  60–80 %", "XX CRITICAL  over 80 %",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (Event(0.0, "level", Level.HIGH, "", {"to": "high"}), "00:00:00  !! HIGH"),
        (Event(0.0, "level", None, "", {"to": None}), "00:00:00  ?? UNKNOWN"),
        (
            Event(3661.0, "oom_kill", Level.CRITICAL, "", {"limit_source": {"kind": "cgroup", "path": "/app"}}),
            "01:01:01  XX OOM kill, /app",
        ),
        (Event(0.0, "oom_kill", Level.CRITICAL, "", {"limit_source": {"kind": "host"}}), "00:00:00  XX OOM kill, host"),
        (Event(0.0, "limit_change", None, "", {"from": 6 << 30, "to": 4 << 30}), "00:00:00  6.00G → 4.00G"),
        (
            Event(0.0, "limit_change", None, "", {"from": "unlimited", "to": "strange"}),
            "00:00:00  limit unlimited → limit unknown",
        ),
        (Event(0.0, "alert", None, "", {"name": "MemoryHigh", "to": "firing"}), "00:00:00  alert MemoryHigh firing"),
        (Event(0.0, "mark", None, "deployed\x1b[31m"), "00:00:00  deployed\\x1b[31m"),
        (Event(0.0, "exit", None, "x" * 99), "00:00:00  " + "x" * 43 + "…"),
    ],
)
def test_an_event_in_few_words(event, text):
    assert words.event_words(event) == text


def test_a_process_is_named_with_its_pid_and_marked_where_only_rss_was_known():
    assert words.process_words(ProcessUse("python", 7, (), is_rss=True)) == "~python 7"
    assert words.process_words(ProcessUse("3 others", None, (), is_rss=False)) == "3 others"
    assert words.process_words(ProcessUse("a-name-of-many-letters", 7, (), is_rss=False)) == "a-name-of-many-… 7"


def test_what_the_recording_lacks_of_the_processes_is_said():
    (moment,) = moments(1, processes=lambda position: [process(7, 1)])
    moment = moment._replace(sample=moment.sample._replace(process_count=214))
    assert words.users_words(gathered([moment])) == "PSS of the largest processes; the recording has up to 1 of 214"
