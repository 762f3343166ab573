"""What a configuration allows together: a band, against the binding limit, and no guess where that is unknown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.doctor.budget import Allowance, add_up, compare
from mnemo_cli.doctor.headroom import Headroom, Layer
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import UNLIMITED, Level
from mnemo_cli.units import GIB, KIB, MIB

SPECIFIED = Allowance(events=1000, queue_items=10_000, connections=20, cache_rows=10_000, history_operations=1000)
EDGES = Edges()
LOW = 1000 * KIB + 10_000 * KIB + 20_000_000 + 10_000 * (768 * 4 + 64) + 1000 * KIB
HIGH = LOW + 80_000_000


def memory(*layers):
    return Headroom("memory", "bytes", layers)


def against(limit, used=0, parts=None):
    return compare(parts or add_up(SPECIFIED), memory(Layer("memory.max of /app", used, limit)), EDGES)


def test_the_specified_configuration_adds_up_by_hand():
    parts = {part.name: part for part in add_up(SPECIFIED)}
    assert list(parts) == ["events", "work queue", "database pool", "embeddings cache", "history"]
    assert (parts["database pool"].low_bytes, parts["database pool"].high_bytes) == (20_000_000, 100_000_000)
    assert parts["embeddings cache"].low_bytes == parts["embeddings cache"].high_bytes == 31_360_000
    budget = against(4 * GIB)
    assert (budget.low_bytes, budget.high_bytes) == (LOW, HIGH)


def test_a_model_of_a_gibibyte_is_fixed_memory():
    *_, fixed = add_up(SPECIFIED._replace(fixed_bytes=GIB))
    assert (fixed.name, fixed.most, fixed.low_bytes, fixed.high_bytes) == ("fixed memory", 1, GIB, GIB)


def test_assumptions_are_stated_and_can_be_changed():
    parts = add_up(SPECIFIED._replace(item_bytes=4 * KIB, dimensions=384))
    each = {part.name: part.each for part in parts}
    assert each["work queue"] == "4.0K each"
    assert each["embeddings cache"] == "384 dimensions x 4 bytes + a key of 64 bytes"
    assert each["database pool"] == "1 to 5 MB each"


@pytest.mark.parametrize(
    ("limit", "level", "words"),
    [
        (HIGH * 3, Level.NORMAL, "it fits, and stays normal"),
        (HIGH * 2, Level.MODERATE, "that alone is moderate"),
        (HIGH * 3 // 2, Level.HIGH, "that alone is high"),
        (HIGH * 5 // 4, Level.HIGH, "that alone is high"),
        (HIGH, Level.CRITICAL, "that alone is critical"),
        (HIGH - 1, Level.CRITICAL, "it may not fit"),
        (LOW, Level.CRITICAL, "it may not fit"),
        (LOW - 1, Level.CRITICAL, "it cannot fit"),
        (0, Level.CRITICAL, "it cannot fit"),
    ],
)
def test_the_sentence_judges_both_ends_of_the_band(limit, level, words):
    budget = against(limit)
    assert budget.level is level
    assert words in budget.sentence and "memory.max of /app" in budget.sentence


def test_the_limit_that_binds_is_compared_with_and_named():
    layers = (
        Layer("memory.max of /a/b", 0, 8 * GIB),
        Layer("memory.max of /a", 3 * GIB, 4 * GIB),
        Layer("host", 0, 16 * GIB),
    )
    budget = compare(add_up(SPECIFIED), memory(*layers), EDGES)
    assert (budget.binding, budget.limit_bytes) == ("memory.max of /a", 4 * GIB)


def test_a_limit_that_could_not_be_read_is_named_and_not_taken_for_none():
    budget = compare(add_up(SPECIFIED), memory(Layer("host", 0, GIB), Layer("memory.max of /a", MIB, None)), EDGES)
    assert budget.unread == ("memory.max of /a",)
    assert budget.sentence.endswith("Not read, and maybe lower: memory.max of /a.")


@pytest.mark.parametrize(
    ("headroom", "words"),
    [
        (memory(Layer("host", None, None)), "its limit is unknown"),
        (None, "its limit is unknown"),
        (memory(Layer("memory.max of /a", 5, UNLIMITED)), "nothing bounds its memory"),
    ],
)
def test_without_a_known_limit_there_is_no_share_and_no_level(headroom, words):
    budget = compare(add_up(SPECIFIED), headroom, EDGES)
    assert (budget.low_ratio, budget.high_ratio, budget.level) == (None, None, None)
    assert words in budget.sentence


@given(*[st.integers(1, 10**9)] * 5, st.integers(0, 2**50), st.integers(1, 2**50))
def test_the_band_never_crosses_and_is_never_below_its_parts(
    events, items, connections, rows, operations, fixed, limit
):
    parts = add_up(Allowance(events, items, connections, rows, operations, fixed_bytes=fixed))
    budget = against(limit, parts=parts)
    assert budget.low_ratio is not None and budget.high_ratio is not None
    assert fixed < budget.low_bytes < budget.high_bytes
    assert budget.low_ratio <= budget.high_ratio
    assert budget.high_bytes - budget.low_bytes == connections * 4_000_000
