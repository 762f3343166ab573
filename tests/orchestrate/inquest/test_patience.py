"""How much of a run's time its dead may take."""

import pytest

from mnemo_cli.orchestrate.inquest.patience import Patience


def test_it_is_saved_up_while_time_passes_and_only_up_to_a_little():
    patience = Patience(share=0.1, most_seconds=1.0, now_seconds=0.0)
    patience.spend(1.0)
    assert patience.left_seconds(0.0) == 0.0
    assert patience.left_seconds(5.0) == pytest.approx(0.5)
    assert patience.left_seconds(1000.0) == 1.0


def test_who_spends_more_than_there_is_owes_it():
    patience = Patience(share=0.1, most_seconds=1.0, now_seconds=0.0)
    patience.spend(2.0)
    assert patience.left_seconds(9.0) == 0.0
    assert patience.left_seconds(12.0) == pytest.approx(0.2)


def test_a_clock_that_goes_back_saves_nothing():
    patience = Patience(share=0.1, most_seconds=1.0, now_seconds=100.0)
    patience.spend(1.0)
    assert patience.left_seconds(50.0) == 0.0


def test_a_storm_of_the_dead_takes_no_more_than_its_share():
    patience = Patience(share=0.1, most_seconds=1.0, now_seconds=0.0)
    now_seconds = spent_seconds = 0.0
    for _ in range(10_000):
        now_seconds += 0.001
        if patience.left_seconds(now_seconds) > 0:
            patience.spend(0.3)
            now_seconds += 0.3
            spent_seconds += 0.3
    assert spent_seconds <= 1.0 + 0.1 * now_seconds + 0.3
