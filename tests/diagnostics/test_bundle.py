"""One bundle from beginning to end: its own files, its end by signal or full disk, and what stays behind."""

import hashlib
import itertools
import json
import os
import subprocess
from importlib import resources
from types import MappingProxyType

import jsonschema
import pytest

from mnemo_cli.diagnostics.archive.sink import PartFile
from mnemo_cli.diagnostics.archive.verify import verify
from mnemo_cli.diagnostics.bundle import make_bundle
from mnemo_cli.diagnostics.collector import Missing
from mnemo_cli.errors import OutputError
from tests.diagnostics.archive.tars import SmallDisk
from tests.diagnostics.crews import KERNEL_LOG, Bundle, make, member, of, scene, wish

LOG = of("kernel-log", member("kernel-log/kernel.log", KERNEL_LOG, "log"))
CREW = (
    LOG,
    of("noise", *((f"noise/{number}", os.urandom(4000)) for number in range(12))),
    of("denied", Missing("/x", "denied", "Permission denied")),
)
FAULT_POINTS = 100


@pytest.fixture(scope="session")
def validator():
    schema = json.loads(resources.files("mnemo_cli").joinpath("schemas/manifest.schema.json").read_text())
    return jsonschema.Draft202012Validator(schema)


def test_the_manifest_is_valid_by_its_schema_and_the_bundle_by_its_manifest(tmp_path, validator):
    bundle = make(tmp_path, *CREW)
    validator.validate(bundle.manifest)
    with open(tmp_path / "bundle.tar.gz", "rb") as stream:
        verified = verify(stream, "it")
    assert (verified.faults, verified.complete) == ((), False)


def test_the_manifest_inside_does_not_tell_where_the_bundle_lies(tmp_path):
    made = make_bundle(PartFile(tmp_path / "bundle.tar.gz"), wish(LOG))
    assert made.manifest["path"] == "/somewhere/bundle.tar.gz"
    assert Bundle(tmp_path / "bundle.tar.gz").manifest["path"] == "bundle.tar.gz"


def test_the_summary_says_what_the_kernel_log_proves(tmp_path):
    text = make(tmp_path, LOG).files["SUMMARY.md"].decode()
    assert "Verdict: kernel-oom, proven" in text
    assert "Killed process 4666 (python)" in text and "/app" in text


def test_without_a_log_the_summary_says_that(tmp_path):
    assert b"There is no log in this bundle" in make(tmp_path, CREW[1]).files["SUMMARY.md"]


def test_a_name_in_a_log_cannot_write_markup_into_the_summary(tmp_path):
    hostile = KERNEL_LOG.replace(b"(python)", b"([x](http://)").replace(b"task=python", b"task=[x](http://")
    text = make(tmp_path, of("kernel-log", member("kernel-log/k", hostile, "log"))).files["SUMMARY.md"].decode()
    assert "4666" in text
    quoted = [line for line in text.splitlines() if "[x](" in line]
    assert all(line.startswith("      ") or "\\[x](" in line for line in quoted)


def test_the_kernel_log_is_read_after_redaction(tmp_path):
    class Renaming:
        counts = MappingProxyType({})

        def member(self, member):
            for chunk in member.chunks:
                yield chunk.replace(b"/app", b"/alias-1")

    text = make(tmp_path, LOG, redaction=Renaming()).files["SUMMARY.md"]
    assert b"/alias-1" in text and b"/app" not in text


def test_a_signal_closes_the_archive_and_the_manifest_says_interrupted(tmp_path):
    seen = []
    crew = (LOG, of("second", ("second/a", b"x")), of("third", ("third/a", b"x")))
    bundle = make(tmp_path, *crew, begins=seen.append, stopped=lambda: len(seen) >= 2)
    assert (bundle.manifest["interrupted"], bundle.manifest["complete"]) == (True, False)
    assert bundle.states() == {"kernel-log": "ok", "second": "skipped", "third": "skipped"}
    assert bundle.collectors["third"]["reason"] == "the run was interrupted"


def test_a_signal_in_the_middle_of_a_member_keeps_what_came_before(tmp_path):
    stop = []

    def chunks():
        for number in itertools.count():
            stop.extend([True] * (number == 100))
            yield b"%d\n" % number

    bundle = make(tmp_path, of("long", member("long/a", chunks())), stopped=lambda: bool(stop))
    assert bundle.files["long/a"].startswith(b"0\n1\n2\n")
    assert bundle.files["long/a"].endswith(b"it ended early, see errors.jsonl ---\n")
    assert bundle.states() == {"long": "partial"} and bundle.manifest["interrupted"]


@pytest.mark.parametrize("tells", [False, True])
@pytest.mark.parametrize("point", range(0, FAULT_POINTS, 2))
def test_wherever_the_disk_ends_there_is_a_bundle_with_a_manifest_or_none(tmp_path, validator, point, tells):
    disk_bytes = point * 60_000 // FAULT_POINTS
    sink = SmallDisk(tmp_path / "bundle.tar.gz", disk_bytes, tells=tells)
    try:
        made = make_bundle(sink, wish(*CREW))
    except OutputError:
        assert disk_bytes < 3000 and os.listdir(tmp_path) == []
        return
    assert not made.complete
    with open(tmp_path / "bundle.tar.gz", "rb") as stream:
        assert verify(stream, "it").faults == ()
    assert (tmp_path / "bundle.tar.gz").stat().st_size <= disk_bytes
    assert disk_bytes < 5000 or Bundle(tmp_path / "bundle.tar.gz").manifest["collectors"][0]["id"] == "kernel-log"


def test_on_a_disk_that_tells_its_room_the_kernel_log_is_there_even_when_it_is_long(tmp_path):
    long = of("kernel-log", member("kernel-log/k", (os.urandom(999).hex().encode() + b"\n" for _ in range(300)), "log"))
    make_bundle(SmallDisk(tmp_path / "bundle.tar.gz", 100_000, tells=True), wish(long, *CREW[1:]))
    bundle = Bundle(tmp_path / "bundle.tar.gz")
    assert len(bundle.files["kernel-log/k"]) > 30_000 and len(bundle.files) > 6


def tmpfs(path, size):
    if os.geteuid() != 0:
        pytest.skip("only root may mount a tmpfs")
    path.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", path], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no tmpfs can be mounted here: {done.stderr.strip()}")


@pytest.mark.parametrize("size", ["4k", "12k", "100k", "1m", "6m"])
def test_on_a_small_real_disk_there_is_a_readable_bundle(tmp_path, size):
    small = tmp_path / "small"
    tmpfs(small, size)
    try:
        noise = of("much", *((f"much/{number}", os.urandom(500_000)) for number in range(30)))
        made = make_bundle(PartFile(small / "bundle.tar.gz"), wish(LOG, noise))
        with open(small / "bundle.tar.gz", "rb") as stream:
            assert verify(stream, "it").faults == ()
        bundle = Bundle(small / "bundle.tar.gz")
        assert not made.complete and os.listdir(small) == ["bundle.tar.gz"]
        assert size == "4k" or bundle.files["kernel-log/kernel.log"] == KERNEL_LOG
    finally:
        subprocess.run(["umount", small], check=True)


def test_the_sums_hold_for_every_file(tmp_path):
    bundle = make(tmp_path, *CREW)
    for line in bundle.files["SHA256SUMS"].decode().splitlines():
        digest, _, path = line.partition("  ")
        assert hashlib.sha256(bundle.files[path]).hexdigest() == digest


def test_times_and_target_are_told(tmp_path):
    bundle = make(tmp_path, LOG, scene=scene(since_seconds=7200.0))
    told = bundle.manifest
    assert (told["began"], told["since_seconds"]) == ("2026-09-21T14:13:20.000Z", 7200.0)
    assert told["scope"] == {"kind": "host", "name": "host", "pid": None} and told["profile"] == "standard"
