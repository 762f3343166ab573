"""Runs in a folder of their own, on a machine whose load puts nothing off, of which no process is left."""

import os
import signal

import pytest

from tests.commands.orchestrate.stage import Gate, at_work_in, until


@pytest.fixture(autouse=True)
def nobody_is_left(tmp_path):
    """A test that fails halfway leaves jobs that nobody lets go on; those in the test's folder are its own."""
    gates: list[Gate] = []
    yield gates
    for gate in gates:
        gate.open()
    try:
        until(lambda: not list(at_work_in(tmp_path)), "the end of the last process")
    finally:
        for pid in at_work_in(tmp_path):
            os.kill(pid, signal.SIGKILL)


@pytest.fixture(autouse=True)
def far_edges_and_a_temporary_folder(tmp_path, monkeypatch):
    """The load of the machine under test must not put jobs off; what a run leaves behind is seen."""
    for name, percent in (("MODERATE", "97"), ("HIGH", "98"), ("CRITICAL", "99")):
        monkeypatch.setenv(f"MNEMOSYNE_MEMORY_{name}_PCT", percent)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))


@pytest.fixture
def orchestrate(run):
    def call(*words, **options):
        return run("orchestrate", *map(str, words), **options)

    return call


@pytest.fixture
def plan(tmp_path):
    """Writes a plan and gives its path."""

    def write(text, name="plan.toml"):
        path = tmp_path / "here" / name
        path.write_text(text)
        return path

    return write


@pytest.fixture
def gate(tmp_path, nobody_is_left):
    def make(name):
        nobody_is_left.append(Gate(tmp_path, name))
        return nobody_is_left[-1]

    return make
