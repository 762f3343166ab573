"""Recorders that are killed at any moment: what was recorded before is there, and the file can be gone on with.

Three by default; MNEMO_FULL_COUNTS=1 makes them twenty.
"""

import os
import random
import subprocess
import sys
from pathlib import Path

from mnemo_cli.recording.reading.line import Recorded
from tests.recording.mnr.writer import moments

WRITER = Path(__file__).parent / "writer.py"
KILLS = 20 if os.environ.get("MNEMO_FULL_COUNTS") else 3
MOST = 1_000_000


def last_told(path, lines):
    """Start a recorder, kill it after so many samples, and say which was the last that it told of."""
    environment = {**os.environ, "PYTHONPATH": str(WRITER.parents[3])}
    program = subprocess.Popen(
        [sys.executable, WRITER, path, str(MOST)], stdout=subprocess.PIPE, text=True, env=environment
    )
    try:
        for _ in range(lines):
            told = program.stdout.readline()
        assert program.poll() is None
    finally:
        program.kill()
        told = (program.stdout.read().splitlines() or [told])[-1]
        program.wait()
        program.stdout.close()
    # The pipe may hold the beginning of a number.
    return int(told)


def test_after_a_kill_the_newest_sample_is_there_and_nothing_is_wrong(tmp_path, read):
    chance = random.Random(12)
    for number in range(KILLS):
        path = tmp_path / f"{number}.mnr"
        told = last_told(path, chance.randrange(1, 300))
        found = read(path)
        samples = [each for each in found if isinstance(each, Recorded)]
        assert len(samples) in (told, told + 1), "at most one that was not told yet"
        for each, moment in zip(samples, moments(), strict=False):
            assert each.moment.sample == moment.sample
        assert len(found) - len(samples) <= 1


def test_after_a_kill_another_recorder_goes_on_with_the_file(tmp_path, read, recorder_at, moments_of):
    path = tmp_path / "night.mnr"
    told = last_told(path, 70)
    recorder, _ = recorder_at(path)
    for moment in moments_of(100, 200):
        recorder.note(moment)
    samples = [each for each in read(path) if isinstance(each, Recorded)]
    assert len(samples) >= told + 2
    assert [each.moment.sample.limits[0].used_bytes for each in samples[-2:]] == [100, 200]
