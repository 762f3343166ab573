"""Whether one more job may start now."""

from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.orchestrate.admission import Refusal, Room, Running, refusal

ROOM = Room("budget", used_bytes=400, budget_bytes=1000, headroom_bytes=1200)


def test_a_job_that_fits_beside_what_is_used_is_admitted():
    busy = [Running(claim_bytes=300, used_bytes=300)]
    assert refusal(550, [ROOM], busy) is None
    assert refusal(551, [ROOM], busy) == Refusal("budget", 551, 550)


def test_half_of_what_a_running_job_has_not_taken_yet_is_kept_for_it():
    assert refusal(450, [ROOM], [Running(claim_bytes=300, used_bytes=100)]) is None
    assert refusal(451, [ROOM], [Running(claim_bytes=300, used_bytes=100)]) == Refusal("budget", 451, 450)


def test_a_job_that_uses_more_than_its_claim_reserves_nothing():
    assert refusal(550, [ROOM], [Running(claim_bytes=100, used_bytes=390)]) is None


def test_a_use_that_is_not_known_counts_as_nothing_taken_yet():
    assert refusal(500, [ROOM], [Running(claim_bytes=200, used_bytes=None)]) == Refusal("budget", 500, 450)


def test_alone_a_job_needs_only_the_headroom():
    assert refusal(1200, [ROOM], []) is None
    assert refusal(1201, [ROOM], []) == Refusal("budget", 1201, 1200)


def test_nothing_starts_beside_another_in_a_room_that_cannot_be_read():
    unknown = Room("limit", used_bytes=None, budget_bytes=1000, headroom_bytes=None)
    assert refusal(1, [unknown], [Running(1, 1)]) == Refusal("limit", 1, None)
    assert refusal(1, [unknown], []) is None


def test_what_a_job_takes_within_the_next_second_is_reserved_beyond_its_claim():
    assert refusal(500, [ROOM], [Running(100, 90, growth_bytes_per_second=100.0)]) is None
    assert refusal(501, [ROOM], [Running(100, 90, growth_bytes_per_second=100.0)]) == Refusal("budget", 501, 500)


def test_nothing_is_reserved_beyond_the_limit_of_a_job():
    assert refusal(545, [ROOM], [Running(100, 90, 1000.0, limit_bytes=100)]) is None
    assert refusal(546, [ROOM], [Running(100, 90, 1000.0, limit_bytes=100)]) == Refusal("budget", 546, 545)
    assert refusal(550, [ROOM], [Running(100, 101, 1000.0, limit_bytes=100)]) is None


def test_where_jobs_can_be_frozen_the_new_one_counts_with_the_same_share_as_those_that_run():
    roomy = ROOM._replace(ceiling_bytes=1200)
    busy = [Running(claim_bytes=300, used_bytes=300)]
    assert refusal(1100, [roomy], busy) is None
    assert refusal(1102, [roomy], busy) == Refusal("budget", 551, 550)


def test_where_jobs_can_be_frozen_all_that_the_oldest_may_take_is_left_to_it():
    tight = ROOM._replace(ceiling_bytes=1000)
    busy = [Running(claim_bytes=700, used_bytes=200), Running(claim_bytes=100, used_bytes=100)]
    assert refusal(200, [tight], busy) is None
    assert refusal(202, [tight], busy) == Refusal("budget", 101, 100)


def test_the_tightest_room_is_named():
    small = Room("limit of /app", used_bytes=90, budget_bytes=100, headroom_bytes=10)
    found = refusal(600, [ROOM, small], [Running(10, 10)])
    assert found is not None and found.room == "limit of /app"


@given(claim=st.integers(0, 2000), more=st.integers(0, 2000), used=st.integers(0, 1000))
def test_who_is_refused_is_refused_with_a_larger_claim_too(claim, more, used):
    room = Room("budget", used_bytes=used, budget_bytes=1000, headroom_bytes=1000 - used)
    busy = [Running(claim_bytes=100, used_bytes=50)]
    if refusal(claim, [room], busy) is not None:
        assert refusal(claim + more, [room], busy) is not None
