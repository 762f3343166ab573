"""Recordings of every version that there was: today's mnemo reads them as they were read then.

A version of the format has a file here, as its mnemo wrote it, and never changed again, and beside it the samples.
"""

import gzip
import json
from pathlib import Path

import pytest

from mnemo_cli.recording.document import encode, event_document, sample_document
from mnemo_cli.recording.mnr.sealed import RECORDING_SCHEMA

VERSIONS = Path(__file__).parent / "versions"


@pytest.mark.parametrize("version", sorted(path.stem for path in VERSIONS.glob("*.mnr")))
def test_a_recording_of_each_version_is_read_as_it_was_written(version, read):
    wanted = [
        json.loads(line) for line in gzip.decompress((VERSIONS / f"{version}.ndjson.gz").read_bytes()).splitlines()
    ]
    found = read(VERSIONS / f"{version}.mnr")
    told = []
    for each in found:
        told += [event_document(event) for event in each.moment.verdict.events]
        told.append(sample_document(each.moment))
    assert [json.loads(encode(line)) for line in told] == wanted
    assert found[0].about.host_name == "web-7f9c"


def test_there_is_one_of_this_version():
    schemas = {
        json.loads(gzip.decompress(path.read_bytes()).splitlines()[0])["schema"] for path in VERSIONS.glob("*.mnr")
    }
    assert RECORDING_SCHEMA in schemas
