"""Whether a bundle is whole and is what it says: structure, sums and manifest, read as a stream."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import BinaryIO, NamedTuple

from mnemo_cli.diagnostics.archive.reader import OURS, BundleFile, open_bundle
from mnemo_cli.diagnostics.archive.shape import faults
from mnemo_cli.diagnostics.archive.writer import SUMS
from mnemo_cli.errors import BundleError
from mnemo_cli.model import Json
from mnemo_cli.redact import printable
from mnemo_cli.units import MIB

MANIFEST = "manifest.json"
# What is kept to be looked at: more than any manifest of ours.
MOST_KEPT_BYTES = 16 * MIB
_MOST_FAULTS = 100
_SUM_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")


class Verified(NamedTuple):
    """What is wrong (nothing: `faults` is empty), of how many files, and what the manifest says of its bundle."""

    faults: tuple[str, ...]
    files: int
    complete: bool | None


class _Sum(NamedTuple):
    size_bytes: int
    sha256: str


def verify(stream: BinaryIO, source: str) -> Verified:
    """Reads it to its end, or to the first thing that cannot be read. SourceError when the file itself fails."""
    found: dict[str, _Sum] = {}
    kept: dict[str, bytes] = {}
    wrong: list[str] = []
    top: str | None = None
    try:
        for file in open_bundle(stream, source, OURS):
            folder, _, path = file.path.partition("/")
            if not path or (top is not None and folder != top):
                wrong.append(f"{printable(file.path)} is not in the one top folder")
                continue
            top = folder
            found[path], content = _read(file, keep=path in (MANIFEST, SUMS))
            if content is not None:
                kept[path] = content
    except BundleError as err:
        return Verified((*wrong, str(err)), len(found), None)
    manifest = _manifest(kept.get(MANIFEST), wrong)
    wrong += _against_sums(found, kept.get(SUMS))
    wrong += () if manifest is None else _against_manifest(found, manifest)
    complete = None if manifest is None else manifest.get("complete") is True
    return Verified(tuple(wrong[:_MOST_FAULTS]), len(found), complete)


def manifest_schema() -> Json:
    """The shipped schema of mnemo.manifest/1."""
    schema: Json = json.loads(resources.files("mnemo_cli").joinpath("schemas/manifest.schema.json").read_text())
    return schema


def _read(file: BundleFile, *, keep: bool) -> tuple[_Sum, bytes | None]:
    digest, content = hashlib.sha256(), bytearray()
    keep = keep and file.size_bytes <= MOST_KEPT_BYTES
    for chunk in file.chunks:
        digest.update(chunk)
        if keep:
            content += chunk
    return _Sum(file.size_bytes, digest.hexdigest()), bytes(content) if keep else None


def _manifest(content: bytes | None, wrong: list[str]) -> dict[str, Json] | None:
    """The manifest, if it can be used; what is wrong with it goes to `wrong`."""
    if content is None:
        wrong.append(f"there is no {MANIFEST}")
        return None
    try:
        document: Json = json.loads(content)
    # A number of thousands of digits is a ValueError, brackets by the thousand a RecursionError.
    except (ValueError, RecursionError) as err:
        wrong.append(f"{MANIFEST} is no JSON: {printable(str(err))}")
        return None
    found = [f"{MANIFEST}: {printable(fault)}" for fault in faults(document, manifest_schema())]
    wrong += found[:_MOST_FAULTS]
    return document if isinstance(document, dict) and not found else None


def _against_sums(found: Mapping[str, _Sum], content: bytes | None) -> Iterator[str]:
    if content is None:
        yield f"there is no {SUMS}"
        return
    listed: dict[str, str] = {}
    for line in content.decode("utf-8", "replace").splitlines():
        match = _SUM_LINE.fullmatch(line)
        if match is None:
            yield f"{SUMS} has a line that is no sum: {printable(line[:80])}"
        else:
            listed[match[2]] = match[1]
    for path in sorted({*listed, *found} - {SUMS}):
        if path not in found:
            yield f"{printable(path)} is missing: {SUMS} lists it"
        elif path not in listed:
            yield f"{printable(path)} is not listed in {SUMS}"
        elif listed[path] != found[path].sha256:
            yield f"{printable(path)} was changed: its sum is not the one in {SUMS}"


def _against_manifest(found: Mapping[str, _Sum], manifest: Mapping[str, Json]) -> Iterator[str]:
    """Its members are there as it says. Its form has been looked at before."""
    collectors = manifest["collectors"]
    assert isinstance(collectors, list)
    for collector in collectors:
        assert isinstance(collector, dict) and isinstance(collector["members"], list)
        for member in collector["members"]:
            assert isinstance(member, dict)
            path = str(member["path"])
            if path not in found:
                yield f"{printable(path)} is missing: the manifest lists it"
            elif found[path] != (member["bytes"], member["sha256"]):
                yield f"{printable(path)} is not the file of the manifest"
