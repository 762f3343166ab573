"""A wrong name of a field is found before anything is read, and no right one is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.errors import UsageError
from mnemo_cli.model import Process, Target
from mnemo_cli.output.field_names import check_fields
from mnemo_cli.recording.document import sample_document


def names_of(value, prefix=""):
    """Every name that leads to something in a document."""
    if prefix:
        yield prefix
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in below:
        yield from names_of(inner, f"{prefix}.{key}" if prefix else str(key))


def test_every_name_of_a_document_is_right(moment):
    process = Process(pid=7, ppid=1, started=3, name="python", uid=0, rss_bytes=5)
    target = Target(used_bytes=7, used_is_rss=False, processes=1)
    names = list(names_of(sample_document(moment(processes=(process,), target=target))))
    assert {"memory.limit_source.path", "processes.0.name", "limits.1.used_ratio", "gaps.0.reason"} <= set(names)
    check_fields(names)


@pytest.mark.parametrize(
    "name",
    ["forecast.low_seconds", "pressure.full_avg10_ratio", "trackers.3.components.12.used", "processes.99.cgroup",
     "alerts.0.since"],
)  # fmt: skip
def test_what_this_moment_does_not_have_may_come_with_the_next(name):
    check_fields([name])


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("memory.used_rato", "did you mean memory.used_ratio"),
        ("level.x", "'level.x'"),
        ("limits.x.kind", "did you mean limits.0.kind"),
        ("limits.²", "'limits.²'"),
        ("limits.-1", "'limits.-1'"),
        ("proceses.0.nam", "did you mean processes.0.name"),
        ("$defs", "no field '$defs'"),
        ("properties", "no field 'properties'"),
    ],
)
def test_a_wrong_name_is_refused_with_the_nearest(name, near):
    with pytest.raises(UsageError, match="--fields: there is no field") as refusal:
        check_fields(["level", name])
    assert near in str(refusal.value)


@given(st.text("abcdeflmrsty_.0123٣²-$", max_size=12))
def test_any_text_is_a_name_or_wrong_usage(text):
    try:
        check_fields([text])
    except UsageError as err:
        assert repr(text) in str(err)
