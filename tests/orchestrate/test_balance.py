"""Which attempts may go on, so that the first can always be finished."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.orchestrate.admission import Running
from mnemo_cli.orchestrate.balance import Decision, Going, balance


def going(claim_bytes, used_bytes, growth=0.0, *, is_frozen=False, limit_bytes=None):
    return Going(Running(claim_bytes, used_bytes, growth, limit_bytes), is_frozen)


def test_with_room_for_all_everybody_goes_on():
    assert balance([going(400, 100, 100.0), going(400, 50, 100.0)], 1000) == Decision((True, True))


def test_the_last_is_frozen_before_it_takes_what_the_first_may_need():
    attempts = [going(400, 100, 100.0), going(400, 50, 100.0), going(400, 10, 100.0)]
    assert balance(attempts, 360).goes == (True, True, True)
    assert balance(attempts, 359).goes == (True, True, False)
    assert balance(attempts, 330).goes == (True, True, False)
    assert balance(attempts, 329).goes == (True, False, False)


def test_one_that_does_not_grow_harms_nobody():
    assert balance([going(400, 100, 100.0), going(400, 50, 0.0)], 300).goes == (True, True)


def test_growth_that_is_not_known_counts_as_a_share_of_all_that_may_come():
    unknown = Going(Running(claim_bytes=400, used_bytes=100))
    assert balance([going(400, 400), unknown], 90).goes == (True, True)
    assert balance([going(400, 400), unknown], 89).goes == (True, False)


def test_a_frozen_one_needs_more_room_to_go_on_than_it_needed_to_stay():
    frozen = going(400, 50, 100.0, is_frozen=True)
    assert balance([going(400, 100), frozen], 399).goes == (True, False)
    assert balance([going(400, 100), frozen], 400).goes == (True, True)


def test_the_first_goes_on_until_it_is_at_the_ceiling_even_where_it_was_frozen():
    first, other = going(400, 100, 1000.0), going(400, 100, 1.0)
    assert balance([first, other], 1).goes == (True, False)
    assert balance([first, other], 0).goes == (False, False)
    assert balance([first._replace(is_frozen=True), other], 1).goes == (True, False)


def test_one_that_is_alone_at_the_ceiling_waits_for_whoever_else_uses_the_memory():
    assert balance([going(400, 300, 100.0)], 0) == Decision((False,))
    assert balance([going(400, 300, 100.0, is_frozen=True)], 1) == Decision((True,))


def test_one_that_takes_no_more_than_it_has_goes_on_whatever_is_left():
    assert balance([going(400, 300, 0.0)], -100).goes == (True,)
    assert balance([going(400, 300, 100.0, limit_bytes=300)], 0).goes == (True,)


@pytest.mark.parametrize(
    ("left", "are_frozen", "held", "preempts"),
    [
        (0, (True, True), 50, True),
        (1, (True, True), 50, False),  # the first one goes on
        (0, (True, False), 50, False),  # the other one is frozen first
        (0, (True, True), 49, False),  # all that is ours and frozen would not do
        (-400, (True, True), 450, True),
        (-401, (True, True), 450, False),
    ],
)
def test_the_last_gives_its_memory_back_only_where_freezing_does_not_suffice_and_that_does(
    left, are_frozen, held, preempts
):
    first, *others = going(400, 300, 100.0), going(400, 50, 9.0), going(400, held, 9.0)
    attempts = [first, *(one._replace(is_frozen=is_it) for one, is_it in zip(others, are_frozen, strict=True))]
    assert balance(attempts, left).preempt is preempts


def test_nobody_is_there_to_give_anything_back():
    assert not balance([going(400, 300, 100.0, is_frozen=True)], 0).preempt


def test_what_is_left_is_not_known_and_nothing_changes():
    assert balance([going(4, 1), going(4, 1, is_frozen=True)], None) == Decision((True, False))
    assert balance([], 0) == Decision(())


_ATTEMPTS = st.lists(st.builds(going, st.integers(0, 500), st.integers(0, 500), st.floats(0, 500)), min_size=1)


@given(attempts=_ATTEMPTS, left=st.integers(-500, 2000), more=st.integers(0, 500))
def test_who_goes_on_with_less_room_goes_on_with_more(attempts, left, more):
    less, richer = balance(attempts, left).goes, balance(attempts, left + more).goes
    assert all(not goes or richer[at] for at, goes in enumerate(less))
