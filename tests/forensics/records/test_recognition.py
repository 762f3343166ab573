"""What a pipe holds is told by its first bytes, and what is not known is taken for a log."""

import gzip
import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.forensics.records import recognise
from tests.forensics.records.documents import docker, evicted, listed, pod, podman, text
from tests.forensics.records.test_units import SHOW, entry


def tar():
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"), io.BytesIO())
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("head", "form"),
    [
        (text(docker()), "inspect"),
        (text(docker(), None), "inspect"),
        (text(podman()), "inspect"),
        (text(docker()[0]), "inspect"),
        (text(docker()[0]["State"]), "inspect"),
        ("\ufeff\n" + text(docker()), "inspect"),
        ("[]\n", "inspect"),
        (text(pod()), "pod"),
        (text(pod(), None), "pod"),
        (text(evicted()), "pod"),
        (text(listed(pod())), "pod"),
        (SHOW, "unit"),
        ("Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n", "joblog"),
        ('{\n   "dmesg": [\n      {"pri": 6, "time": 1.0, "msg": "x"}', "log"),
        (entry(MESSAGE='{"kind": "Pod"}'), "log"),
        ('{"__CURSOR":"s=1","MESSAGE":"Killed process 1"}', "log"),
        ('{"__CURSOR":"s=1","kind":"Pod","MESSAGE":"what a controller logged"}', "log"),
        ("[    1.000000] Linux version 6.8", "log"),
        ("[Mon Jan 12 10:00:00 2026] python invoked oom-killer", "log"),
        ("Jan 12 10:00:00 host kernel: Memory cgroup out of memory", "log"),
        ("<6>[  1.0] x", "log"),
        ("PATH=/bin\nfoo\n", "log"),
        ("", "log"),
        (gzip.compress(b"x", mtime=0), "archive"),
        (tar(), "archive"),
        (b"\x28\xb5\x2f\xfd...", "archive"),
    ],
)  # fmt: skip
def test_the_first_bytes_decide(head, form):
    assert recognise(head if isinstance(head, bytes) else head.encode()[:4096]) == form


@given(st.binary(max_size=600))
def test_any_bytes_are_something(head):
    assert recognise(head) in ("inspect", "pod", "unit", "joblog", "archive", "log")
