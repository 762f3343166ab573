"""A record says what a fix has replaced: it survives JSON whole, and a damaged one is never acted on."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.doctor.fixes.plan import Change
from mnemo_cli.doctor.fixes.record import Record, record_document, record_of
from mnemo_cli.doctor.fixes.scene import Activation
from tests.examples import few_examples

changes = st.builds(
    Change, path=st.just("etc/a"), before=st.one_of(st.none(), st.binary(max_size=20)), after=st.binary(max_size=20)
)
GOOD = Record("0123abcd", "applied", 5.5, ("pam",), (Change("etc/a", None, b"x"),), ("etc",), (Activation(("a",)),))


@given(st.lists(changes, max_size=3), st.sampled_from(["applying", "applied", "undoing", "undone", "taken_back"]))
def test_a_record_survives_json_whole(some, state):
    record = GOOD._replace(changes=tuple(some), state=state, activate=(Activation(("a", "b"), True, ()),))
    assert record_of(json.loads(json.dumps(record_document(record)))) == record


def damaged(path, value):
    document = json.loads(json.dumps(record_document(GOOD)))
    *way, last = path
    place = document
    for key in way:
        place = place[key]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return document


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["schema"], "mnemo.fix_record/2"),
        (["state"], "done"),
        (["time_seconds"], "now"),
        (["changes"], {}),
        (["changes", 0, "path"], "/etc/passwd"),
        (["changes", 0, "path"], "etc/../../x"),
        (["changes", 0, "path"], ""),
        (["changes", 0, "after"], None),
        (["changes", 0], 3),
        (["made_folders"], ["/"]),
        (["activate", 0, "words"], "rm -r"),
        (["verify"], [1]),
        (["worlds"], None),
    ],
)
def test_a_damaged_record_is_refused(path, value):
    with pytest.raises((ValueError, KeyError)):
        record_of(damaged(path, value))


@few_examples
@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_any_other_json_is_refused(document):
    with pytest.raises((ValueError, KeyError)):
        record_of(document)
