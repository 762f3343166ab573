"""What keys do to a choice: each of them once, and any of them in any state."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from mnemo_cli.output.dashboard import keys
from mnemo_cli.output.dashboard.choice import WINDOWS_SECONDS, Choice, Dialog, Page
from mnemo_cli.output.dashboard.interaction import press, settled
from mnemo_cli.output.dashboard.keys import KEYS
from mnemo_cli.output.dashboard.requests import Request
from mnemo_cli.output.dashboard.seen import Seen
from mnemo_cli.output.dashboard.table.columns import COLUMNS
from mnemo_cli.output.dashboard.table.filter import EVERYTHING, parse_filter
from mnemo_cli.sampling.asked import PssMode
from mnemo_cli.watch.aim import SIGNALS
from tests.examples import FEW_RUNS

A, B, C, D = (1, 10), (2, 20), (3, 30), (4, 40)
COLUMNS_SHOWN = (COLUMNS["PID"], COLUMNS["PSS"], COLUMNS["RSS"])
NAMES = {A: "one", B: "two", C: "three", D: "four"}
FIRST = Choice()
SEEN = Seen(rows=(A, B, C, D), room=2, columns=COLUMNS_SHOWN, processes=NAMES, kept=5)
_TYPED = [
    *(key.typed for key in KEYS),
    *"123456jkuxé",
    *("home", "end", "page_up", "page_down", "tab", "backspace", "delete", "ctrl+u", "ctrl+w"),
    *("paste:re:[", "paste:user:x", "paste:", "paste:\x00\n\x1b"),
    *("re:(", "strange name"),
]


def after(*typed: str, choice: Choice = FIRST, seen: Seen = SEEN) -> Choice:
    """The choice after some keys."""
    for key in typed:
        choice, _ = press(choice, key, seen)
    return choice


def requests_of(*typed: str, choice: Choice = FIRST, seen: Seen = SEEN) -> tuple[Request, ...]:
    """What the last of some keys asks for."""
    requests: tuple[Request, ...] = ()
    for key in typed:
        choice, requests = press(choice, key, seen)
    return requests


@pytest.mark.parametrize("page", list(Page))
def test_a_number_opens_a_page_and_leaves_a_focus(page: Page) -> None:
    chosen = after(page.value, choice=Choice(focus=A, first_row=1))

    assert (chosen.page, chosen.focus) == (page, None)


def test_q_leaves_at_once_where_nothing_is_asked() -> None:
    assert requests_of("q") == (Request("quit"),)


def test_q_leaves_the_second_time_where_something_is_asked() -> None:
    seen = SEEN._replace(quit_question="really?")

    assert after("q", seen=seen).notice == "really?"
    assert requests_of("q", seen=seen) == ()
    assert requests_of("q", "q", seen=seen) == (Request("quit"),)
    assert requests_of("q", "m", "q", seen=seen) == ()


@pytest.mark.parametrize(
    ("key", "kind"),
    [("+", "faster"), ("-", "slower"), ("a", "acknowledge"), ("m", "mark"), ("w", "snapshot"), ("R", "record")],
)
def test_some_keys_are_requests(key: str, kind: str) -> None:
    assert [request.kind for request in requests_of(key)] == [kind]


def test_the_help_comes_and_goes_and_hides_no_key() -> None:
    assert after("?").helping
    assert not after("?", "?").helping
    assert not after("?", "esc").helping
    assert after("?", "t") == Choice(tree=True)
    assert requests_of("?", "q") == (Request("quit"),)


def test_the_sort_goes_from_column_to_column() -> None:
    assert [after(*"s" * times).sort for times in range(4)] == ["PSS", "RSS", "PID", "PSS"]
    assert after("s", choice=Choice(sort="CGROUP")).sort == "PID"
    assert after("s", seen=SEEN._replace(columns=())).sort == "PSS"
    assert after("S").reverse and not after("S", "S").reverse


def test_a_tree_and_groups_exclude_each_other() -> None:
    assert (after("t").tree, after("t").grouped) == (True, False)
    assert (after("t", "g").tree, after("t", "g").grouped) == (False, True)
    assert (after("g", "t").tree, after("g", "t").grouped) == (True, False)
    assert after("g", "g") == Choice()


def test_the_cursor_moves_and_the_rows_follow_it() -> None:
    chosen = after("down")
    assert (chosen.selected, chosen.first_row) == (A, 0)
    chosen = after("down", "down", "j")
    assert (chosen.selected, chosen.first_row) == (C, 1)
    chosen = after("end")
    assert (chosen.selected, chosen.first_row) == (D, 2)
    chosen = after("end", "up", "k", "up", "up")
    assert (chosen.selected, chosen.first_row) == (A, 0)
    assert after("down", "page_down").selected == B
    assert after("end", "page_up").selected == C
    assert after("end", "home").selected == A
    assert after("down", seen=Seen()) == Choice()


def test_a_selected_process_stays_selected_wherever_it_goes() -> None:
    chosen = settled(after("down"), SEEN._replace(rows=(D, C, B, A)))

    assert (chosen.selected, chosen.first_row) == (A, 2)


def test_a_selected_process_that_is_gone_leaves_no_other_one_selected() -> None:
    """What follows could be K."""
    chosen = settled(after("end"), SEEN._replace(rows=(A, B, C)))

    assert (chosen.selected, chosen.first_row) == (None, 1)


def test_a_page_without_a_list_scrolls_and_keeps_the_cursor_for_later() -> None:
    page = Seen(is_list=False, lines=10, room=4, processes=NAMES)
    chosen = after("down", "page_down", choice=Choice(selected=B), seen=page)

    assert (chosen.selected, chosen.first_row) == (B, 4)
    assert after("end", seen=page).first_row == 6
    assert after("end", "home", seen=page).first_row == 0
    assert after("enter", choice=Choice(selected=B), seen=page).focus is None


def test_enter_looks_at_one_process_and_esc_comes_back() -> None:
    chosen = after("down", "enter")
    assert (chosen.focus, chosen.selected) == (A, A)
    assert after("esc", choice=chosen) == Choice(selected=A)


def test_without_a_cursor_nothing_is_looked_at_and_nothing_is_signalled() -> None:
    for key in ("enter", "K"):
        chosen = after(key)
        assert (chosen.focus, chosen.dialog) == (None, None)
        assert "up and down" in (chosen.notice or "")


def test_a_row_of_several_processes_is_not_signalled() -> None:
    chosen = after("down", "K", seen=SEEN._replace(rows=("python", "sh")))

    assert chosen.dialog is None
    assert "more than one process" in (chosen.notice or "")


def test_enter_on_a_memory_group_shows_its_processes() -> None:
    chosen = after("down", "enter", choice=Choice(page=Page.GROUPS), seen=SEEN._replace(rows=("/app", "/app/...")))

    assert (chosen.page, chosen.filter, chosen.selected) == (Page.PROCESSES, parse_filter("cg:/app"), None)


def test_the_groups_are_unfolded_and_the_processes_left_as_they_are() -> None:
    on_groups, seen = Choice(page=Page.GROUPS), SEEN._replace(rows=("/app", "/app/..."))

    for keys_ in (("t",), ("down", "down", "enter")):
        chosen = after(*keys_, choice=on_groups, seen=seen)
        assert (chosen.page, chosen.unfolded, chosen.tree) == (Page.GROUPS, True, False)
    assert not after("t", "t", choice=on_groups, seen=seen).unfolded
    chosen = after("g", choice=on_groups._replace(tree=True), seen=seen)
    assert (chosen.tree, chosen.grouped) == (True, False)
    assert "pages 1 and 2" in (chosen.notice or "")


def test_a_focus_on_what_is_gone_ends_and_says_so() -> None:
    chosen = settled(Choice(focus=A), SEEN._replace(processes={B: "two"}))

    assert (chosen.focus, chosen.notice) == (None, "process 1 is not in this sample")


def test_esc_goes_out_of_the_innermost_thing() -> None:
    chosen = Choice(focus=A, selected=A, filter=parse_filter("x"))
    chosen = after("esc", choice=chosen)
    assert (chosen.focus, chosen.selected, chosen.filter.text) == (None, A, "x")
    chosen = after("esc", choice=chosen)
    assert (chosen.selected, chosen.filter.text) == (None, "x")
    assert after("esc", choice=chosen) == Choice()


def test_the_modes_of_pss_follow_each_other_and_tell_their_price() -> None:
    assert [after(*"p" * times).pss for times in range(4)] == [
        PssMode.VISIBLE,
        PssMode.ALL,
        PssMode.OFF,
        PssMode.VISIBLE,
    ]
    assert "page tables" in (after("p").notice or "")


def test_the_history_is_zoomed_within_ten_minutes() -> None:
    assert [after(*"]" * times).window_seconds for times in range(3)] == [300, 600, 600]
    assert [after(*"[" * times).window_seconds for times in range(4)] == [300, 120, 60, 60]


def test_the_past_is_stepped_through_only_while_paused() -> None:
    assert after("left").steps_back == 0
    assert "space" in (after("left").notice or "")
    assert after("space", "left", "left").steps_back == 2
    assert after("space", "left", "left", "right").steps_back == 1
    assert after("space", "right").steps_back == 0
    assert after("space", *["left"] * 9).steps_back == 4
    assert after("space", "left", "space") == Choice()


def test_steps_that_are_no_longer_kept_are_not_stepped() -> None:
    assert settled(Choice(paused=True, steps_back=4), SEEN._replace(kept=2)).steps_back == 1
    assert settled(Choice(paused=True, steps_back=4), SEEN._replace(kept=0)).steps_back == 0


# The filter


def test_the_list_follows_what_is_typed() -> None:
    chosen = after("/", *"user", ":", "x", "space", "9")

    assert chosen.filter == parse_filter("user:x 9")
    assert chosen.dialog is not None and chosen.dialog.text == "user:x 9"
    assert after("enter", choice=chosen) == Choice(filter=parse_filter("user:x 9"))


def test_esc_brings_the_old_filter_back() -> None:
    before = Choice(filter=parse_filter("old"))

    assert after("/", "ctrl+u", "n", "esc", choice=before) == before


def test_a_wrong_filter_is_told_and_loses_nothing() -> None:
    before = Choice(filter=parse_filter("old"))
    chosen = after("/", "ctrl+u", *"re:(", "enter", choice=before)

    assert chosen.dialog is not None and chosen.dialog.text == "re:("
    assert "not a regular expression" in (chosen.complaint or "")
    assert chosen.filter.text == "re"  # the last one that was a filter
    assert after("esc", choice=chosen) == before
    mended = after("a", ")", "enter", choice=chosen)
    assert (mended.filter.text, mended.dialog, mended.complaint) == ("re:(a)", None, None)


def test_a_filter_is_edited() -> None:
    def text(*typed: str) -> str:
        dialog = after("/", *typed).dialog
        assert dialog is not None
        return dialog.text

    assert text("a", "b", "backspace") == "a"
    assert text("backspace", "backspace") == ""
    assert text("a", "space", "b", "ctrl+w") == "a"
    assert text("paste:one\ntwo") == "one two"
    assert text("up", "page_down", "é") == "é"
    assert len(text("paste:" + "x" * 900)) == 200


def test_an_empty_filter_keeps_everything() -> None:
    assert after("/", "a", "backspace", "enter") == Choice(filter=EVERYTHING)


# The signal


def test_a_signal_is_asked_for_and_sent_by_enter() -> None:
    chosen = after("down", "K")
    assert chosen.dialog == Dialog("signal", "TERM", A, "one")
    closed, requests = press(chosen, "enter", SEEN)
    assert (closed.dialog, requests) == (None, (Request("signal", "TERM"),))


def test_another_signal_is_chosen_round_and_round() -> None:
    chosen = after("down", "K")

    for name in (*SIGNALS[1:], SIGNALS[0]):
        chosen = after("right", choice=chosen)
        assert chosen.dialog is not None and chosen.dialog.text == name
    assert requests_of("left", "enter", choice=chosen) == (Request("signal", SIGNALS[-1]),)


def test_no_other_key_sends_anything() -> None:
    for key in _TYPED:
        if key != "enter":
            assert requests_of("down", "K", key) == ()


def test_esc_sends_nothing() -> None:
    assert after("down", "K", "esc") == Choice(selected=A)


def test_the_dialog_stays_with_its_process_whatever_the_list_does() -> None:
    chosen = settled(after("down", "K"), SEEN._replace(rows=(B,), processes={B: "two"}))

    assert chosen.dialog == Dialog("signal", "TERM", A, "one")


def test_once_the_process_has_ended_every_key_closes_the_dialog_and_sends_nothing() -> None:
    chosen = after("down", "K")._replace(complaint="process 1 has ended")

    for key in ("enter", "right", "x"):
        closed, requests = press(chosen, key, SEEN)
        assert (closed.dialog, closed.complaint, requests) == (None, None, ())


def test_a_focus_can_be_signalled() -> None:
    chosen = after("K", choice=Choice(focus=C), seen=SEEN._replace(is_list=False, rows=()))

    assert chosen.dialog == Dialog("signal", "TERM", C, "three")


def test_without_leave_no_dialog_opens() -> None:
    chosen = after("down", "K", seen=SEEN._replace(signal_refusal="only with --allow-signal"))

    assert (chosen.dialog, chosen.notice) == (None, "only with --allow-signal")


def test_a_paste_outside_of_a_filter_is_not_typed() -> None:
    assert after("paste:q") == Choice()
    assert requests_of("paste:q") == ()


# Any key in any state

_KEYS_OF_PROCESSES = st.tuples(st.integers(1, 6), st.integers(1, 2))
_ROWS = st.lists(_KEYS_OF_PROCESSES | st.sampled_from(["sh", "python"]), unique=True, max_size=8).map(tuple)


class AnyKeys(RuleBasedStateMachine):
    """A person who presses anything, while the machine changes below."""

    @initialize()
    def begin(self) -> None:
        self.choice, self.seen = Choice(), Seen()

    @rule(rows=_ROWS, room=st.integers(0, 5), kept=st.integers(0, 4), lines=st.integers(0, 9), others=_ROWS)
    def the_machine_changes(self, rows: tuple, room: int, kept: int, lines: int, others: tuple) -> None:  # type: ignore[type-arg]
        processes = {row: f"name {row}" for row in (*rows, *others) if isinstance(row, tuple)}
        is_list = self.choice.focus is None and self.choice.page in (Page.OVERVIEW, Page.PROCESSES)
        self.seen = Seen(
            rows=rows if is_list else (),
            room=room,
            lines=0 if is_list else lines,
            is_list=is_list,
            columns=COLUMNS_SHOWN,
            processes=processes,
            kept=kept,
            signal_refusal=None,
            quit_question="sure?",
        )
        self.choice = settled(self.choice, self.seen)

    @rule(typed=st.lists(st.sampled_from(_TYPED), min_size=1, max_size=12))
    def some_keys_are_pressed(self, typed: list[str]) -> None:
        for key in typed:
            before = self.choice
            self.choice, requests = press(before, key, self.seen)
            assert all(request.kind != "signal" for request in requests) or (before.dialog and key == "enter")
            self._is_valid()

    @invariant()
    def _is_valid(self) -> None:
        choice, seen = self.choice, self.seen
        assert choice.steps_back == 0 or (choice.paused and 0 <= choice.steps_back < seen.kept)
        assert choice.focus is None or choice.focus in seen.processes
        assert choice.window_seconds in WINDOWS_SECONDS
        assert not (choice.tree and choice.grouped)
        assert choice.first_row >= 0
        if seen.is_list:
            assert choice.first_row <= max(0, len(seen.rows) - max(1, seen.room))
            assert choice.selected is None or choice.selected in seen.rows
            if choice.selected is not None:
                index = seen.rows.index(choice.selected)
                assert choice.first_row <= index < choice.first_row + max(1, seen.room)
        else:
            assert choice.first_row <= max(0, seen.lines - max(1, seen.room))
        assert choice.complaint is None or choice.dialog is not None
        if choice.dialog is not None and choice.dialog.kind == "signal":
            assert choice.dialog.text in SIGNALS and choice.dialog.subject is not None
        assert parse_filter(choice.filter.text) == choice.filter


AnyKeys.TestCase.settings = settings(max_examples=FEW_RUNS, stateful_step_count=30)
TestAnyKeys = AnyKeys.TestCase


def test_every_key_of_the_table_does_something() -> None:
    """A row that no code answers would stand in the help all the same."""
    busy = Choice(paused=True, steps_back=1, selected=B, window_seconds=120.0, filter=parse_filter("x"))
    for key in KEYS:
        changed, requests = press(busy, key.typed, SEEN)
        assert requests or changed != busy, key


def test_the_table_names_each_key_once() -> None:
    assert len({key.typed for key in KEYS}) == len(KEYS)
    assert all(len(key.help) <= 32 for key in KEYS)
    assert keys.VIEWS not in KEYS
