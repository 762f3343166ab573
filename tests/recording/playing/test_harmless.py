"""Names that a stranger wrote into a recording reach no terminal raw."""

from collections.abc import Mapping

from hypothesis import given

from mnemo_cli.model import Alert, Event, Level, LimitSource, Memory
from mnemo_cli.recording.playing.harmless import harmless
from tests.examples import few_examples
from tests.recording.moments import MOMENTS


def texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from (*texts(key), *texts(part))
    elif isinstance(value, tuple | list):
        for part in value:
            yield from texts(part)


@few_examples
@given(MOMENTS)
def test_all_text_of_a_moment_is_printable_afterwards(moment):
    found = harmless(moment)
    assert all(text.isprintable() for text in texts(found))
    assert type(found.sample) is type(moment.sample)
    if found.verdict.binding is not None:
        assert any(limit is found.verdict.binding for limit in found.sample.limits)


def test_a_moment_without_anything_strange_stays_the_same(moments_of):
    (moment,) = moments_of(100)
    assert harmless(moment) is moment


def test_escape_codes_are_spelled_out(moments_of):
    (moment,) = moments_of(100)
    limit = Memory(LimitSource("cgroup", "/a\x1b[31m"), 1, 2)
    alert = Alert("A\x07", "firing", "error", 0.0, summary="a\nb")
    moment = moment._replace(
        sample=moment.sample._replace(limits=(limit,)), verdict=moment.verdict._replace(binding=limit, alerts=(alert,))
    )
    found = harmless(moment)
    assert found.sample.limits[0].source.path == "/a\\x1b[31m"
    assert found.verdict.binding is found.sample.limits[0]
    assert (found.verdict.alerts[0].name, found.verdict.alerts[0].summary) == ("A\\x07", "a\\x0ab")


def test_members_of_an_event_are_text_too(moments_of):
    (moment,) = moments_of(100)
    fields = {"by\x1b": "a\x07", "count": 7, "hosts": ["b\n", {"name": "\x9b1m"}], "none": None, "fine": ["c"]}
    event = Event(1.0, "mark", Level.NORMAL, "deployed", fields)
    found = harmless(moment._replace(verdict=moment.verdict._replace(events=(event,))))
    assert found.verdict.events[0].fields == {
        "by\\x1b": "a\\x07", "count": 7, "hosts": ["b\\x0a", {"name": "\\x9b1m"}], "none": None, "fine": ["c"],
    }  # fmt: skip


def test_members_without_anything_strange_stay_the_same(moments_of):
    (moment,) = moments_of(100)
    event = Event(1.0, "mark", Level.NORMAL, "deployed", {"hosts": ["b", {"name": "c"}]})
    moment = moment._replace(verdict=moment.verdict._replace(events=(event,)))
    assert harmless(moment) is moment
