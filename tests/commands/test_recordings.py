"""The recording of a watch whose settings are read again: its next part tells the levels that it was judged by."""

import io
import logging

import pytest

from mnemo_cli.commands.recordings import RecordingChoice, Recordings
from mnemo_cli.commands.reloading import Tuning
from mnemo_cli.recording.mnr.recorder import SAMPLES_OF_A_PART
from mnemo_cli.recording.reading.stream import read_recording
from mnemo_cli.settings import load
from tests.output.plot.builders import moments

LOGGER = logging.getLogger("mnemo")


@pytest.fixture
def settings(tmp_path):
    """With a high edge, and an interval in seconds."""

    def write(high, interval):
        path = tmp_path / "config.toml"
        path.write_text(f"[resources]\nmemory_high_pct = {high}\n[monitor]\ninterval = {interval}\n")
        return load(config_file=path)

    return write


def test_a_part_tells_the_levels_and_the_interval_that_hold_when_it_begins(settings, tmp_path):
    tuning = Tuning(settings(60, 1), LOGGER)
    recordings = Recordings(RecordingChoice(tmp_path / "a.mnr"), tuning, LOGGER, lambda: 0.0)
    for moment in moments(*[100] * SAMPLES_OF_A_PART):
        recordings.note(moment)
    tuning.change(settings(70, 2))
    for moment in moments(100):
        recordings.note(moment)
    recordings.close()
    tuning.alarm.close()
    tuning.log.close()
    found = list(read_recording(io.BytesIO((tmp_path / "a.mnr").read_bytes()), "a.mnr"))
    told = [(each.about.edges.high_ratio, each.about.interval_seconds) for each in found]
    assert told == [(0.6, 1.0)] * SAMPLES_OF_A_PART + [(0.7, 2.0)]
