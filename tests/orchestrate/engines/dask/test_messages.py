"""What agents tell arrives as it was meant, and through msgpack."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.model import Level
from mnemo_cli.orchestrate.admission import Room
from mnemo_cli.orchestrate.engines.dask.fencing import StartId
from mnemo_cli.orchestrate.engines.dask.messages import (
    Greeting,
    Output,
    Sent,
    end_message,
    end_of,
    may_be_told,
    weakest,
    worker_of,
)
from mnemo_cli.orchestrate.engines.dask.standing import Standing
from mnemo_cli.orchestrate.engines.engine import Finished, Lost, NotStarted, Order, Started
from mnemo_cli.orchestrate.job import Ended, Key

msgpack = pytest.importorskip("msgpack", reason="the extra dask is not installed")
KEYS = st.builds(Key, st.text(min_size=1), st.integers(1, 1000))
SIZES = st.none() | st.integers(0, 1 << 50)
ENDS = st.builds(
    Ended, st.none() | st.integers(-64, 255), st.floats(0, 1e9), st.none() | st.floats(0, 1e9), SIZES,
    st.sampled_from([None, "cgroup", "tree", "rusage"]), st.booleans(), st.booleans(), SIZES, st.none() | st.text(),
)  # fmt: skip
EVENTS = st.one_of(
    st.builds(Finished, KEYS, ENDS),
    st.builds(NotStarted, KEYS, st.sampled_from([None, 126, 127]), st.text()),
    st.builds(Lost, KEYS, st.text()),
)


@given(EVENTS, st.builds(Output, st.none() | st.binary(), st.none() | st.binary()))
def test_an_end_comes_back_as_it_was(event, output):
    message = msgpack.unpackb(msgpack.packb(end_message("w", event, output)), strict_map_key=False)
    back, brought, finding = end_of(message)
    assert back == event and finding is None
    assert brought == (output if isinstance(event, Finished) else Output())


def test_a_start_is_no_end():
    with pytest.raises(AssertionError):
        end_message("w", Started(Key("a", 1), None))


def test_an_order_can_be_sent():
    order = Order(Key("a", 1), ("true",), {"A": "b"}, None, None, None, None, 1 << 20)
    sent = Sent(StartId(1, 2, "w", order.key), order, (Key("b", 1),), 2, brings_output=True)
    assert pickle.loads(pickle.dumps(sent)) == sent


@given(st.none() | st.sampled_from(Level), SIZES)
def test_a_standing_comes_back_as_a_worker(level, size):
    room = Room("cgroup /app", size, 100, None)
    standing = Standing((room,), 100, level, 1000, "cgroup /app", size)
    words = msgpack.unpackb(msgpack.packb(standing.words))
    greeting = Greeting("id", "w0", "tcp://h:1", "h", 4, 1, words)
    worker = worker_of(greeting, words, heard_seconds=7.0)
    assert (worker.rooms, worker.level, worker.used_bytes, worker.limit_source) == ((room,), level, size, "cgroup /app")
    assert (worker.id, worker.name, worker.host, worker.slots, worker.heard_seconds) == ("id", "w0", "h", 4, 7.0)


@pytest.mark.parametrize(("out", "err", "finding"), [(4096, 0, None), (2000, 2000, 96), (0, 0, None)])
def test_an_end_with_little_to_tell_may_be_told(out: int, err: int, finding: int | None):
    found = None if finding is None else b"x" * finding
    ended = Finished(Key("a", 1), Ended(0, 1.0))
    assert may_be_told(end_message("w", ended, Output(b"x" * out, b"x" * err), found))
    assert not may_be_told(end_message("w", ended, Output(b"x" * out, b"x" * (err + 4097)), found))


def test_the_weakest_way_to_hold_a_limit_is_told():
    assert weakest(["cgroup-v2", "tree-sampler", "cgroup-v1"]) == "tree-sampler"
    assert weakest(["cgroup-v2", "none"]) == "none" and weakest([]) == "none"
