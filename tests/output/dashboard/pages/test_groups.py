"""The page of control groups: each group is there or counted in a fold, and what matters is never folded."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.model import UNLIMITED, Gap, Level, Moment
from mnemo_cli.output.dashboard.choice import Page
from mnemo_cli.output.dashboard.frame import frame
from mnemo_cli.output.dashboard.interaction import press
from mnemo_cli.output.dashboard.pages import extent
from mnemo_cli.output.dashboard.pages.folding import Fold, folded
from mnemo_cli.output.dashboard.pages.groups import lines, row_keys
from mnemo_cli.output.dashboard.seen import Seen
from mnemo_cli.output.dashboard.spans import Line, plain
from mnemo_cli.output.dashboard.view import View
from mnemo_cli.sampling.group_tree import GroupTree, GroupUse
from mnemo_cli.units import GIB, MIB
from tests.examples import few_examples

Busy = Callable[..., View]
Use = Callable[..., GroupUse]


def _text(told: list[Line]) -> list[str]:
    return [plain(line).rstrip() for line in told]


@st.composite
def _trees(draw: st.DrawFn) -> list[tuple[str, int | None, bool, int]]:
    """Paths in the order of a tree, each with its use, whether it is limited, and its new kills."""
    found: list[tuple[str, int | None, bool, int]] = []
    depth = 0
    for number in range(draw(st.integers(1, 40))):
        depth = draw(st.integers(0, depth + 1)) if number else 0
        above = [path for path, *_ in found if path.count("/") == depth]
        path = f"{above[-1] if above and depth else ''}/g{number}"
        depth = path.count("/") - 1
        used = draw(st.none() | st.integers(0, 1 << 40))
        found.append((path, used, draw(st.integers(0, 9)) == 0, int(draw(st.integers(0, 19)) == 0)))
    return found


@few_examples
@given(tree=_trees(), room=st.integers(0, 50), kept=st.integers(0, 39))
def test_every_group_is_shown_once_or_counted_in_one_fold(
    use: Use, tree: list[tuple[str, int | None, bool, int]], room: int, kept: int
) -> None:
    uses = [use(path, used, GIB if limited else UNLIMITED, new=(new, 0)) for path, used, limited, new in tree]
    wanted = tree[min(kept, len(tree) - 1)][0]
    rows = folded(uses, room, frozenset({wanted}))
    shown = [row for row in rows if not isinstance(row, Fold)]
    folds = [row for row in rows if isinstance(row, Fold)]

    assert [one for one in uses if one in shown] == shown, "in their order"
    assert len(shown) + sum(fold.groups for fold in folds) == len(uses)
    assert all(one in shown for one in uses if one.memory.limit_bytes is not UNLIMITED or one.new_oom_kills)
    assert wanted in {one.path for one in shown}
    # A fold stands below a group that is shown, and each group has at most one.
    assert {fold.parent for fold in folds} <= {one.path for one in shown}
    assert len({fold.parent for fold in folds}) == len(folds)


def test_a_fold_has_the_sum_of_what_stands_directly_below(use: Use) -> None:
    uses = [use("/a", 9 * MIB), use("/a/b", 5 * MIB), use("/a/b/c", 4 * MIB), use("/a/d", 2 * MIB)]

    assert folded(uses, 2, frozenset()) == [uses[0], Fold("/a", 2, 3, 7 * MIB)]
    assert folded([*uses[:3], use("/a/d", None)], 2, frozenset())[1] == Fold("/a", 2, 3, None)


def test_where_there_is_room_the_largest_are_shown(use: Use) -> None:
    uses = [use("/a", 99), *(use(f"/a/g{at}", at) for at in (9, 8, 7, 6))]

    assert folded(uses, 3, frozenset()) == [uses[0], uses[1], Fold("/a", 2, 3, 21)]
    assert folded(uses, 5, frozenset()) == uses


def test_the_group_that_binds_is_marked_and_has_the_level_of_the_verdict(busy: Busy) -> None:
    view = busy(Page.GROUPS)
    rows = _text(frame(view, 120, 30))

    (marked,) = [row for row in rows if row.startswith(" *")]
    assert marked.split()[:6] == ["*", "app", "2.85G", "4.00G", "71%", "!!"]
    verdict = view.moment.verdict._replace(levels=(Level.MODERATE, Level.NORMAL, Level.NORMAL))
    held = _text(frame(view._replace(moment=view.moment._replace(verdict=verdict)), 120, 30))
    assert "! MODERATE" in next(row for row in held if " app " in row)


def test_the_machine_can_bind_too(busy: Busy, moment_of: Callable[..., Moment]) -> None:
    moment = moment_of()
    view = busy(Page.GROUPS, view_moment=moment._replace(verdict=moment.verdict._replace(binding=moment.sample.host)))

    assert any(row.startswith(" *the machine") for row in _text(frame(view, 80, 24)))


def test_without_a_tree_the_limits_on_the_path_are_shown_with_their_whole_names(busy: Busy) -> None:
    rows = _text(frame(busy(Page.GROUPS, view_groups=None), 80, 24))

    assert any(row.startswith("  /kubepods  ") for row in rows)
    assert any(row.startswith(" */kubepods/pod3f/app") for row in rows)
    assert "   (only the limits on the path: no other groups are known here)" in rows


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"is_complete": False}, "still being read"),
        ({"is_cut": True}, "more than 2 groups"),
        ({"age_seconds": 12.3}, "(read up to 12s ago)"),
        ({"age_seconds": 75.0}, "(read up to 1m15s ago)"),
        ({"gaps": (Gap("groups./a", "/a/memory.max", "Permission denied"),)}, "/a/memory.max: Permission denied"),
    ],
)
def test_what_is_missing_is_said(
    busy: Busy, use: Use, tree: Callable[..., GroupTree], changes: dict[str, object], words: str
) -> None:
    groups = tree(use("/a", 5), use("/b", 6), **changes)

    assert words in _text(frame(busy(Page.GROUPS, view_groups=groups), 80, 24))[-3]


def test_what_was_just_read_says_nothing_of_its_age(busy: Busy, use: Use, tree: Callable[..., GroupTree]) -> None:
    groups = tree(use("/a", 5), age_seconds=5.0)

    assert not any(" ago" in row for row in _text(frame(busy(Page.GROUPS, view_groups=groups), 80, 24))[5:-2])


def test_the_numbers_of_a_group_on_the_path_are_those_that_were_judged(
    busy: Busy, use: Use, tree: Callable[..., GroupTree]
) -> None:
    """A tree may be older than the sample: 40 % beside the level of 71 % would be nonsense."""
    old = use("/kubepods/pod3f/app", round(1.6 * GIB), 8 * GIB, 0, 7)
    view = busy(Page.GROUPS, view_groups=tree(use("/kubepods/pod3f", 3 * GIB), old, use("/x", GIB, 4 * GIB)))
    rows = [row.split() for row in _text(lines(view, 120, 9))]

    assert ["*", "app", "2.85G", "4.00G", "71%", "!!", "HIGH", "0", "7"] in rows
    assert ["x", "1.00G", "4.00G", "25%"] in [row[:4] for row in rows]


@pytest.mark.parametrize(
    ("hits", "new", "words"),
    [
        (12_345, 40, " 12k +40"),
        (123_456, 1500, "123k +1500"),
        (1_234_567, 1500, "     +1500"),
        (10**19, 10**17, "+>9999G"),
    ],
)
def test_a_number_of_events_is_never_cut_in_two(
    busy: Busy, use: Use, tree: Callable[..., GroupTree], hits: int, new: int, words: str
) -> None:
    groups = tree(use("/a", 5, UNLIMITED, 0, hits, new=(0, new)))
    row = next(row for row in _text(frame(busy(Page.GROUPS, view_groups=groups), 120, 24)) if row.startswith("    a"))

    assert row.endswith(words)


def test_what_is_unknown_is_a_question_and_never_0(busy: Busy, use: Use, tree: Callable[..., GroupTree]) -> None:
    groups = tree(use("/a", None, None, None, None, new=(None, None)))
    row = next(row for row in _text(frame(busy(Page.GROUPS, view_groups=groups), 120, 24)) if row.startswith("    a"))

    assert row.split() == ["a", "?", "?", "?", "??", "UNKNOWN", "?", "?"]


@pytest.mark.parametrize("height", [3, 6, 10, 15, 40])
@pytest.mark.parametrize("is_whole", [False, True])
def test_the_keys_are_those_of_the_rows_and_the_last_row_can_be_reached(
    busy: Busy, height: int, is_whole: bool
) -> None:
    view = busy(Page.GROUPS, unfolded=is_whole)
    found = extent(view, 80, height)
    assert found.keys == row_keys(view, height)
    last = view._replace(choice=view.choice._replace(first_row=max(0, found.rows - found.room)))
    rows = _text(lines(last, 80, height))
    assert found.keys is not None
    assert any(found.keys[-1].rpartition("/")[2] in row for row in rows[: found.room + 1])


def test_the_selected_row_is_reversed_wherever_it_was_folded(busy: Busy) -> None:
    view = busy(Page.GROUPS, selected="/system.slice/s39.service")
    spans = [line for line in frame(view, 80, 24) if any(style == "reverse" for _, style in line)]

    assert len(spans) == 1
    assert "s39.service" in plain(spans[0])


def test_t_unfolds_everything(busy: Busy) -> None:
    whole, few = busy(Page.GROUPS, unfolded=True), busy(Page.GROUPS)

    assert len(row_keys(whole, 20)) == 49
    assert not any("/..." in str(key) for key in row_keys(whole, 20))
    assert sum("/..." in str(key) for key in row_keys(few, 20)) == 1


@pytest.mark.parametrize(
    ("key", "page", "words", "is_unfolded"),
    [
        ("/kubepods/pod3f/app", Page.PROCESSES, "/kubepods/pod3f/app", False),
        ("the machine", Page.PROCESSES, "", False),
        ("/system.slice/...", Page.GROUPS, "", True),
    ],
)
def test_enter_leads_from_a_group_to_its_processes(
    busy: Busy, key: str, page: Page, words: str, is_unfolded: bool
) -> None:
    view = busy(Page.GROUPS, selected=key)
    choice, _ = press(view.choice, "enter", Seen(rows=row_keys(view, 19), room=17))

    assert (choice.page, choice.unfolded) == (page, is_unfolded)
    assert words in choice.filter.text
    assert bool(choice.filter.text) == bool(words)
