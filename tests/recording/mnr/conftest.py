"""Recorders on files of the test, and recordings read back."""

import io

import pytest

from mnemo_cli.limits.levels import Edges
from mnemo_cli.recording.mnr.header import About
from mnemo_cli.recording.mnr.recorder import Recorder
from mnemo_cli.recording.reading.stream import read_recording

ABOUT = About("0.1.0", "web-7f9c", 1.0, Edges())
ROOMY_BYTES = 1 << 30


@pytest.fixture
def path(tmp_path):
    return tmp_path / "night.mnr"


@pytest.fixture
def recorder_at(request):
    """A recorder with what it complained of; closed at the end."""

    def make(path, *, max_bytes=ROOMY_BYTES, about=ABOUT, **options):
        complaints = []
        recorder = Recorder(path, about, complaints.append, max_bytes=max_bytes, **options)
        request.addfinalizer(recorder.close)
        return recorder, complaints

    return make


@pytest.fixture(scope="session")
def read():
    """Everything that a file, or bytes, tell."""

    def found(recording):
        raw = recording if isinstance(recording, bytes) else recording.read_bytes()
        return list(read_recording(io.BytesIO(raw), "night.mnr"))

    return found
