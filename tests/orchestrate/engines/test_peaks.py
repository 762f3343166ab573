"""How much an attempt really needed."""

import pytest

from mnemo_cli.orchestrate.engines.local.peaks import Ending

M = 1 << 20


def ending(*, maxrss=None, tree=None, group=None, cache=None, ooms=None):
    return Ending(0, 1.0, 0.5, maxrss, tree, group, cache, ooms, False)


@pytest.mark.parametrize(
    ("end", "seen", "peak"),
    [
        (ending(), None, (None, None)),
        (ending(maxrss=80 * M), None, (80 * M, "rusage")),
        (ending(tree=60 * M), None, (60 * M, "tree")),
        (ending(maxrss=80 * M, tree=60 * M), None, (80 * M, "tree")),
        (ending(group=100 * M, cache=0), None, (100 * M, "cgroup")),
        # A big file was read: what is left of it in the group was not needed.
        (ending(group=1000 * M, cache=990 * M), None, (10 * M, "cgroup")),
        # What was seen in use, or in one process, was needed all the same.
        (ending(group=1000 * M, cache=990 * M), 300 * M, (300 * M, "cgroup")),
        (ending(group=1000 * M, cache=990 * M, maxrss=400 * M), 300 * M, (400 * M, "cgroup")),
        # Pages that are charged elsewhere, such as a shared library's, are not the group's.
        (ending(group=50 * M, cache=0, maxrss=58 * M), None, (50 * M, "cgroup")),
        # Cache that cannot be told apart is counted.
        (ending(group=500 * M), None, (500 * M, "cgroup")),
    ],
)
def test_the_peak_is_what_was_needed_and_says_where_it_comes_from(end, seen, peak):
    assert end.peak(seen) == peak


@pytest.mark.parametrize(("ooms", "killed"), [(None, False), (0, False), (1, True)])
def test_only_a_counter_that_moved_is_an_oom_kill(ooms, killed):
    assert ending(ooms=ooms).ended(None).kernel_oom is killed
