"""Our reading of a schema against that of a whole implementation: the same documents are valid."""

import copy
import json

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.diagnostics.archive.shape import faults
from mnemo_cli.diagnostics.archive.verify import manifest_schema

SCHEMA = manifest_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
GOOD = {
    "schema": "mnemo.manifest/1",
    "version": "1",
    "path": "mnemo.tar.gz",
    "complete": True,
    "interrupted": False,
    "began": "2026-11-22T14:02:31.004Z",
    "ended": "2026-11-22T14:02:32.004Z",
    "scope": {"kind": "cgroup", "name": "/app", "pid": None},
    "profile": "standard",
    "since_seconds": 86400.0,
    "budget": {"seconds": 20, "bytes": 20971520},
    "redacted": True,
    "redactions": {"host": 3},
    "collectors": [
        {
            "id": "kernel-log",
            "state": "ok",
            "reason": None,
            "seconds": 0.1,
            "members": [
                {
                    "path": "kernel-log/kernel.log",
                    "source": "/dev/kmsg",
                    "bytes": 10,
                    "truncated": False,
                    "sha256": "0" * 64,
                    "redactions": 0,
                }
            ],
        }
    ],
}
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-5, 5) | st.text(max_size=5) | st.just("standard"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


def test_the_schema_is_one_and_a_good_document_is_valid():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    VALIDATOR.validate(GOOD)
    assert list(faults(GOOD, SCHEMA)) == []


def places(document, path=()):
    yield path
    items = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, value in items:
        yield from places(value, (*path, key))


@given(st.data())
def test_both_agree_on_any_change(data):
    document = copy.deepcopy(GOOD)
    *way, last = data.draw(st.sampled_from([path for path in places(GOOD) if path]))
    spot = document
    for key in way:
        spot = spot[key]
    if data.draw(st.booleans()):
        spot[last] = data.draw(ANYTHING)
    elif isinstance(spot, dict):
        spot[data.draw(st.sampled_from(["new", "x"]))] = data.draw(ANYTHING)
        del spot[last]
    assert (not list(faults(document, SCHEMA))) == VALIDATOR.is_valid(document)


@given(ANYTHING)
def test_both_agree_on_anything(document):
    assert (not list(faults(document, SCHEMA))) == VALIDATOR.is_valid(document)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"profile": "huge"}, "profile is none of minimal, standard, deep"),
        ({"complete": "yes"}, "complete is of the wrong type"),
        ({"zzz": 1}, "zzz is unknown"),
        ({"began": "today"}, "began has the wrong form"),
        ({"schema": "mnemo.sample/1"}, "schema is not mnemo.manifest/1"),
        ({"collectors": [{}]}, "collectors[0] has no id"),
        ({"redactions": {"host": -1}}, "redactions.host is below 0"),
    ],
)
def test_a_fault_names_its_place(change, fault):
    assert fault in list(faults({**json.loads(json.dumps(GOOD)), **change}, SCHEMA))
