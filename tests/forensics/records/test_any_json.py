"""Documents of any shape: they are read or refused, never a crash, and nothing unknown becomes proof."""

import json

from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.forensics.case import Case
from mnemo_cli.forensics.records import read_records, read_unit
from mnemo_cli.forensics.truth import judge
from mnemo_cli.output.explanation import explanation_document, explanation_text
from tests.examples import few_examples
from tests.forensics.deaths import CONTAINER
from tests.forensics.records.documents import docker, pod

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from([137, "OOMKilled", CONTAINER]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def places(document, path=()):
    """Every place of a document that a stranger may have filled otherwise."""
    yield path
    if isinstance(document, dict | list):
        for key, value in document.items() if isinstance(document, dict) else enumerate(document):
            yield from places(value, (*path, key))


def put(document, path, value):
    if not path:
        return value
    copied = dict(document) if isinstance(document, dict) else list(document)
    copied[path[0]] = put(document[path[0]], path[1:], value)
    return copied


DOCUMENTS = {"docker": docker(), "pod": pod()}
PLACES = [(name, path) for name, document in DOCUMENTS.items() for path in places(document)]


@few_examples
@given(
    st.lists(st.tuples(st.sampled_from(PLACES), ANYTHING), min_size=1, max_size=4), st.sampled_from(sorted(DOCUMENTS))
)
def test_a_document_with_anything_in_any_place_is_judged(changes, name):
    document = DOCUMENTS[name]
    for (of, path), value in changes:
        if of == name and path in set(places(document)):
            document = put(document, path, value)
    records = read_records(json.dumps(document), "stdin")
    for record in records:
        assert record.exit_code is None or 0 <= record.exit_code <= 255
        assert record.oom_killed in (True, False, None)
    explanation = judge(Case(records=records))
    # A record alone never proves an OOM kill: its flag is of the container, and not of the process that died.
    assert not any(cause.verdict == "kernel-oom" and cause.confidence == "proven" for cause in explanation.causes)
    json.dumps(explanation_document(explanation), allow_nan=False)
    assert explanation_text(explanation)


@given(ANYTHING)
def test_any_json_is_no_record_or_a_whole_one(document):
    assert isinstance(read_records(json.dumps(document), "stdin"), tuple)


@given(st.text())
def test_any_text_is_a_unit_or_none(text):
    unit = read_unit(text, "x")
    assert unit is None or unit.name
