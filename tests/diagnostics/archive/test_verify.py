"""Whether a bundle is whole: every way in which it can be less is found and named."""

import hashlib
import io
import json
import tarfile

import pytest

from mnemo_cli.diagnostics.archive.verify import verify
from tests.diagnostics.archive.tars import entry, tar_of
from tests.diagnostics.archive.test_shape import GOOD

LOG = b"<6>[    0.000000] Linux version\n"


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def bundle(files=None, *, manifest=None, sums=None, extra=()):
    """A whole bundle, or one in which something is another way."""
    files = {"kernel-log/kernel.log": LOG} if files is None else files
    if manifest is None:
        member = {**GOOD["collectors"][0]["members"][0], "bytes": len(LOG), "sha256": sha256(LOG)}
        document = {**GOOD, "collectors": [{**GOOD["collectors"][0], "members": [member]}]}
        manifest = json.dumps(document).encode()
    files = {**files, "manifest.json": manifest}
    if sums is None:
        sums = "".join(f"{sha256(content)}  {path}\n" for path, content in files.items()).encode()
    members = [(f"top/{path}", content) for path, content in {**files, "SHA256SUMS": sums}.items() if content != b"-"]
    return tar_of(*members, *extra, form="gzip")


def faults_of(raw):
    return verify(io.BytesIO(raw), "it").faults


def test_a_whole_bundle_has_no_fault():
    verified = verify(io.BytesIO(bundle()), "it")
    assert (verified.faults, verified.files, verified.complete) == ((), 3, True)


def test_a_file_that_was_changed_is_named_by_both_lists():
    sums = bundle_sums()
    assert faults_of(bundle({"kernel-log/kernel.log": LOG.upper()}, sums=sums)) == (
        "kernel-log/kernel.log was changed: its sum is not the one in SHA256SUMS",
        "kernel-log/kernel.log is not the file of the manifest",
    )


def bundle_sums():
    with tarfile.open(fileobj=io.BytesIO(bundle())) as tar:
        return tar.extractfile("top/SHA256SUMS").read()


def test_a_file_that_is_gone_is_named_by_both_lists():
    assert faults_of(bundle({}, sums=bundle_sums())) == (
        "kernel-log/kernel.log is missing: SHA256SUMS lists it",
        "kernel-log/kernel.log is missing: the manifest lists it",
    )


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (bundle(extra=[("top/more", b"x")]), "more is not listed in SHA256SUMS"),
        (bundle(extra=[("other/more", b"x")]), "other/more is not in the one top folder"),
        (bundle(extra=[("alone", b"x")]), "alone is not in the one top folder"),
        (bundle(sums=b"-"), "there is no SHA256SUMS"),
        (bundle(manifest=b"-"), "there is no manifest.json"),
        (bundle(sums=b"nonsense\n"), "SHA256SUMS has a line that is no sum: nonsense"),
        (bundle(manifest=b"{"), "manifest.json is no JSON: "),
        (bundle(manifest=b"[" * 100_000), "manifest.json is no JSON: "),
        (bundle(manifest=b"[]"), "manifest.json: the document is of the wrong type"),
        (bundle(manifest=json.dumps({**GOOD, "profile": "x"}).encode()), "manifest.json: profile is none of"),
        (bundle(extra=[entry("top/l", b"2", "/etc")]), "it: top/l is a link; a bundle has plain files only"),
        (bundle()[:-30], "it: its gzip data ends in the middle"),
        (b"", "it: at byte 0 of its content: it ends in the middle"),
    ],
)
def test_what_is_wrong_is_said(raw, fault):
    assert any(found.startswith(fault) for found in faults_of(raw)), faults_of(raw)


def test_control_characters_of_a_file_are_not_printed():
    assert all(fault.isprintable() for fault in faults_of(bundle(extra=[("top/\x1b[2J", b"x")])))


def test_the_faults_of_a_bad_bundle_do_not_flood():
    assert len(faults_of(bundle(sums=b"x\n" * 10_000))) == 100
