"""Which lines are named: each leak once and by its best name, and nothing that is only at work."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.forensics.growth import Ceiling, suspects
from mnemo_cli.forensics.growth.suspects import LEAST_RISE_BYTES, LEAST_RISE_COUNT, amount
from mnemo_cli.model import UNLIMITED
from mnemo_cli.sampling.program import Program
from mnemo_cli.sampling.runtime import HeapSetting
from tests.forensics.growth.made import MIB, drawn, growth, line

LEAK, FLAT = drawn(lambda at: 50 * MIB + at * MIB), drawn(lambda at: 50 * MIB)
SLOPE = drawn(lambda at: 10 + at)
TASKS = Ceiling("pids.max of /app", 512, 70)


def named(*lines, **more):
    return [suspect.line.series.name for suspect in suspects(growth(*lines, **more))]


def heap(values):
    return line("heap", values, part_of="private memory")


def private(values):
    return line("private memory", values, part_of="the whole tree")


def threads(values):
    return line("threads", values, kind="threads", unit="count", ceiling=TASKS)


def descriptors(name, values, **more):
    return line(
        name, values, kind="descriptors", unit="count", ceiling=Ceiling("the soft RLIMIT_NOFILE", 1024, 70), **more
    )


def test_a_leak_is_named_by_the_part_that_explains_it():
    tree = line("the whole tree", LEAK, fallback=False)
    assert named(tree, private(LEAK), heap(LEAK), line("anonymous maps", FLAT, part_of="private memory")) == ["heap"]


def test_where_no_part_was_read_the_whole_is_named():
    assert named(private(LEAK)) == ["private memory"]
    assert named(line("the whole tree", LEAK), private(FLAT)) == ["the whole tree"]


def test_a_part_that_is_beside_the_point_is_not_named():
    little = drawn(lambda at: 50 * MIB + at * MIB / 10)
    assert named(private(LEAK), heap(LEAK), line("anonymous maps", little, part_of="private memory")) == ["heap"]


def test_stacks_and_memory_of_new_threads_are_their_consequence():
    stacks = line("thread stacks", drawn(lambda at: MIB + at * 40000), kind="stacks", part_of="private memory")
    own = private(drawn(lambda at: 50 * MIB + at * 60000))
    mappings = line("mappings", drawn(lambda at: 50 + 3 * at), kind="mappings", unit="count", ceiling=None)
    assert named(own, stacks, mappings, threads(SLOPE)) == ["threads"]


def test_memory_that_threads_do_not_explain_is_named_beside_them():
    assert set(named(private(LEAK), heap(LEAK), threads(SLOPE))) == {"heap", "threads"}


def test_connections_stand_for_their_sockets_and_sockets_for_descriptors():
    every = (
        descriptors("descriptors", SLOPE),
        descriptors("descriptors socket", SLOPE, part_of="descriptors"),
        descriptors("descriptors pipe", drawn(lambda at: 3), part_of="descriptors"),
    )
    closing = line("connections close-wait", SLOPE, kind="connections", unit="count", part_of="descriptors socket")
    assert named(*every) == ["descriptors socket"]
    assert named(*every, closing) == ["connections close-wait"]


def test_a_file_of_tmpfs_that_is_mapped_too_is_named_as_the_file():
    files = line("tmpfs files", LEAK, kind="files", part_of="shared maps")
    assert named(line("shared maps", LEAK), files) == ["tmpfs files"]


@pytest.mark.parametrize(("start", "is_named"), [(600 * MIB, True), (2048 * MIB, False)])
def test_a_rise_of_less_than_a_thousandth_is_noise(start, is_named):
    assert bool(named(heap(drawn(lambda at: start + at * 20_000)))) is is_named


def test_a_fallback_is_named_only_alone_and_is_only_possible():
    tables = line("page tables", LEAK, fallback=True)
    assert named(tables, private(LEAK)) == ["private memory"]
    (found,) = suspects(growth(tables))
    assert found.confidence == "possible"


def test_a_cache_that_makes_room_by_itself_is_never_named():
    assert named(line("tracker app cache", SLOPE, kind="tracker", unit="count", bounded=True)) == []
    assert named(line("tracker app queue", SLOPE, kind="tracker", unit="count")) == ["tracker app queue"]


@pytest.mark.parametrize(
    ("seconds", "language", "kind", "confidence"),
    [
        (60.0, "Python", "memory", "likely"),
        (44.0, "Python", "memory", "possible"),
        (30.0, "Python", "descriptors", "possible"),
        (60.0, "JVM", "memory", "possible"),
        (60.0, "Node", "memory", "possible"),
        (60.0, "Go", "memory", "possible"),
        (60.0, "JVM", "descriptors", "likely"),
        (60.0, None, "memory", "likely"),
    ],
)
def test_a_short_watch_and_garbage_that_lies_make_it_only_possible(seconds, language, kind, confidence):
    one = line("it", LEAK, kind=kind, seconds=seconds)
    (found,) = suspects(growth(one, program=Program(language), seconds=seconds))
    assert found.confidence == confidence


def test_what_stays_after_collections_is_likely_in_every_language():
    saw = line("heap", drawn(lambda at: 50 * MIB + 9 * MIB * (at % 10) + at * MIB))
    (found,) = suspects(growth(saw, program=Program("JVM")))
    assert (found.confidence, found.line.trend.shape) == ("likely", "sawtooth")


def test_the_limit_that_is_nearest_comes_first_and_the_unknown_before_never():
    every = (
        line("never", LEAK, ceiling=Ceiling("nothing", UNLIMITED, None)),
        line("unknown", LEAK, ceiling=None),
        line("far", LEAK, ceiling=Ceiling("x", 900 * MIB, 100 * MIB)),
        line("near", LEAK, ceiling=Ceiling("x", 200 * MIB, 100 * MIB)),
    )
    assert named(*every) == ["near", "far", "unknown", "never"]


def test_the_sentence_says_what_how_fast_since_when_and_until_when():
    late = line("heap", drawn(lambda at: 50 * MIB + MIB * max(0, at - 20)))
    (found,) = suspects(growth(late))
    assert found.sentence == (
        "heap: +1.0M per second, steadily, since 20s into the watch; now 90M. "
        "At this rate the memory limit of cgroup /app (512M) is reached in 6m52s."
    )


@pytest.mark.parametrize(
    ("ceiling", "words"),
    [
        (None, "When it reaches a limit is unknown."),
        (Ceiling("memory.max", 512 * MIB, None), "When it reaches a limit is unknown."),
        (Ceiling("nothing", UNLIMITED, None), "No limit stops it."),
        (Ceiling("x", MIB, 2 * MIB), "At this rate x (1.0M) is reached in 0s."),
    ],
)
def test_a_limit_is_a_number_nothing_or_unknown(ceiling, words):
    (found,) = suspects(growth(line("heap", LEAK, ceiling=ceiling)))
    assert words in found.sentence


def test_mappings_that_run_out_before_the_memory_are_told_with_it():
    many = line(
        "mappings", drawn(lambda at: 50 + 3 * at), kind="mappings", unit="count", ceiling=Ceiling("m", 330, 230)
    )
    (found,) = suspects(growth(line("heap", LEAK), many))
    assert "Its number of mappings reaches vm.max_map_count sooner, in 33s." in found.sentence
    (found,) = suspects(growth(line("heap", LEAK), many._replace(seconds_to_limit=1e9)))
    assert "mappings" not in found.sentence


def test_a_runtime_with_a_heap_of_its_own_size_may_end_there_first():
    program = Program("JVM", heap=HeapSetting("-Xmx", "-Xmx300m", 300 * MIB))
    (found,) = suspects(growth(line("heap", LEAK), program=program))
    assert "Its own heap ends at 300M (-Xmx), if that comes first." in found.sentence
    (found,) = suspects(growth(threads(SLOPE), program=program))
    assert "heap" not in found.sentence


@given(st.lists(st.integers(0, LEAST_RISE_BYTES - 1), min_size=5, max_size=61), st.integers(0, 1 << 40))
def test_noise_is_never_a_suspect(noise, level):
    assert named(private([level + each for each in noise])) == []


@given(st.lists(st.integers(0, LEAST_RISE_COUNT - 1), min_size=5, max_size=61), st.integers(0, 1 << 20))
def test_a_few_threads_more_are_never_a_suspect(noise, level):
    assert named(threads([level + each for each in noise])) == []


@given(st.integers(20, 61), st.integers(0, 1 << 33), st.integers(MIB // 4, 1 << 30))
def test_a_ramp_is_always_a_suspect(count, level, step):
    """Whatever its height, where it is more than a thousandth of it."""
    step += level // (500 * count)
    assert named(private([level + step * at for at in range(count)])) == ["private memory"]


@pytest.mark.parametrize(
    ("number", "unit", "text"),
    [(3.0, "count", "3"), (0.44, "count", "0.44"), (12.3, "count", "12"), (1.5 * MIB, "bytes", "1.5M")],
)
def test_an_amount_has_no_more_digits_than_it_is_sure_of(number, unit, text):
    assert amount(number, unit) == text
