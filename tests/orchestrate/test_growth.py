"""How fast an attempt grows."""

from mnemo_cli.orchestrate.growth import Growth


def test_one_look_says_nothing_and_two_tell_the_rate():
    first = Growth(10.0, 100)
    assert first.bytes_per_second is None
    assert first.after(200, 10.5) == Growth(10.5, 200, 200.0)


def test_a_look_that_is_too_close_changes_nothing():
    first = Growth(10.0, 100)
    assert first.after(10**9, 10.1) == first


def test_an_attempt_that_gives_memory_back_grows_by_nothing():
    assert Growth(10.0, 100).after(50, 11.0).bytes_per_second == 0.0
