"""The level of one limit: every edge just below, at, just above and coming down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.limits.levels import Edges, level_at, next_level
from mnemo_cli.model import Level

NORMAL, MODERATE, HIGH, CRITICAL = Level
EDGES = Edges()
LIMIT_BYTES = 1000
ratios = st.integers(0, 1200).map(lambda used_bytes: used_bytes / LIMIT_BYTES)


@st.composite
def edges_in_percent(draw):
    moderate, high, critical = sorted(draw(st.lists(st.integers(1, 100), min_size=3, max_size=3, unique=True)))
    margin = draw(st.integers(0, moderate - 1))
    return Edges(
        moderate_ratio=moderate / 100,
        high_ratio=high / 100,
        critical_ratio=critical / 100,
        release_margin_ratio=margin / 100,
    )


@pytest.mark.parametrize(
    ("used_bytes", "level"),
    [
        (0, NORMAL), (399, NORMAL),
        (400, MODERATE), (401, MODERATE), (599, MODERATE), (600, MODERATE),
        (601, HIGH), (799, HIGH), (800, HIGH),
        (801, CRITICAL), (1000, CRITICAL), (5000, CRITICAL),
    ],
)  # fmt: skip
def test_the_edges_going_up(used_bytes, level):
    assert level_at(used_bytes / LIMIT_BYTES, EDGES) is level
    assert next_level(used_bytes / LIMIT_BYTES, EDGES, None) is level
    assert next_level(used_bytes / LIMIT_BYTES, EDGES, NORMAL) is level


@pytest.mark.parametrize(
    ("previous", "used_bytes", "level"),
    [
        (CRITICAL, 801, CRITICAL), (CRITICAL, 800, CRITICAL), (CRITICAL, 751, CRITICAL), (CRITICAL, 750, CRITICAL),
        (CRITICAL, 749, HIGH), (CRITICAL, 550, HIGH), (CRITICAL, 549, MODERATE), (CRITICAL, 350, MODERATE),
        (CRITICAL, 349, NORMAL), (CRITICAL, 0, NORMAL),
        (HIGH, 601, HIGH), (HIGH, 600, HIGH), (HIGH, 550, HIGH), (HIGH, 549, MODERATE), (HIGH, 350, MODERATE),
        (HIGH, 349, NORMAL),
        (MODERATE, 400, MODERATE), (MODERATE, 399, MODERATE), (MODERATE, 350, MODERATE), (MODERATE, 349, NORMAL),
        (NORMAL, 399, NORMAL), (NORMAL, 350, NORMAL),
    ],
)  # fmt: skip
def test_a_level_is_left_downward_only_below_its_release_edge(previous, used_bytes, level):
    assert next_level(used_bytes / LIMIT_BYTES, EDGES, previous) is level


@pytest.mark.parametrize("percent", range(1, 100))
def test_no_release_edge_is_moved_by_binary_fractions(percent):
    """0.40 − 0.05 is 0.35000000000000003: at 35 % of the limit a level would be left too early."""
    edges = Edges(moderate_ratio=0.995, high_ratio=0.997, critical_ratio=0.999, release_margin_ratio=percent / 100)
    assert next_level((995 - 10 * percent) / 1000, edges, MODERATE) is MODERATE
    assert next_level((995 - 10 * percent - 1) / 1000, edges, MODERATE) is NORMAL


def test_without_a_margin_up_and_down_are_the_same():
    edges = Edges(release_margin_ratio=0.0)
    assert next_level(0.8, edges, CRITICAL) is CRITICAL  # not below its edge yet
    assert next_level(0.799, edges, CRITICAL) is HIGH
    assert next_level(0.399, edges, MODERATE) is NORMAL


@given(ratio=ratios, edges=edges_in_percent(), previous=st.none() | st.sampled_from(Level))
def test_up_is_at_once(ratio, edges, previous):
    level = next_level(ratio, edges, previous)
    assert level >= level_at(ratio, edges)
    if previous is None or previous <= level_at(ratio, edges):
        assert level is level_at(ratio, edges)


@given(used=st.integers(0, 1200), edges=edges_in_percent(), previous=st.sampled_from(Level))
def test_a_level_never_drops_unless_below_its_edge_minus_the_margin(used, edges, previous):
    level = next_level(used / LIMIT_BYTES, edges, previous)
    margin = round(edges.release_margin_ratio * LIMIT_BYTES)
    for left in Level:
        if level < left <= previous:
            assert used < round(edges.edge_of(left) * LIMIT_BYTES) - margin


@given(used=st.integers(0, 1200), edges=edges_in_percent(), previous=st.sampled_from(Level))
def test_a_level_is_left_as_soon_as_the_release_edge_is_passed(used, edges, previous):
    level = next_level(used / LIMIT_BYTES, edges, previous)
    margin = round(edges.release_margin_ratio * LIMIT_BYTES)
    if level > level_at(used / LIMIT_BYTES, edges):
        assert used >= round(edges.edge_of(level) * LIMIT_BYTES) - margin


@given(lower=ratios, higher=ratios, edges=edges_in_percent(), previous=st.none() | st.sampled_from(Level))
def test_more_use_is_never_a_lower_level(lower, higher, edges, previous):
    lower, higher = sorted((lower, higher))
    assert next_level(lower, edges, previous) <= next_level(higher, edges, previous)


@given(used_bytes=st.integers(0, 2**50), limit_bytes=st.integers(1, 2**50))
def test_the_levels_agree_with_every_inequality_of_the_specification(used_bytes, limit_bytes):
    level = level_at(used_bytes / limit_bytes, EDGES)
    assert (level is NORMAL) == (100 * used_bytes < 40 * limit_bytes)
    assert (level >= HIGH) == (100 * used_bytes > 60 * limit_bytes)
    assert (level is CRITICAL) == (100 * used_bytes > 80 * limit_bytes)


@pytest.mark.parametrize("limit_bytes", [5, 1000, 4 * 2**30, 10**15 + 5])
@pytest.mark.parametrize(("fifths", "level"), [(2, MODERATE), (3, MODERATE), (4, HIGH)])
def test_40_60_and_80_percent_themselves_belong_to_the_level_below_high_and_critical(fifths, level, limit_bytes):
    used_bytes = limit_bytes // 5 * fifths
    assert level_at(used_bytes / (limit_bytes // 5 * 5), EDGES) is level


@pytest.mark.parametrize(
    "wrong",
    [
        {"moderate_ratio": 0.0},
        {"moderate_ratio": -0.1},
        {"moderate_ratio": 0.6},
        {"high_ratio": 0.8},
        {"high_ratio": 0.3},
        {"critical_ratio": 1.01},
        {"critical_ratio": float("nan")},
        {"moderate_ratio": float("nan")},
    ],
)
def test_edges_out_of_order_are_refused(wrong):
    with pytest.raises(ValueError, match="edges must rise"):
        Edges(**wrong)


@pytest.mark.parametrize("margin", [-0.01, 0.4, 1.0, float("nan")])
def test_a_margin_that_would_hold_a_level_for_ever_is_refused(margin):
    with pytest.raises(ValueError, match="the release margin must be at least 0 and smaller than the moderate edge"):
        Edges(release_margin_ratio=margin)
