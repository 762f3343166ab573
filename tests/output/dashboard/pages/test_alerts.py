"""The alerts: the ones that fire first, seen ones after the others; a value that is not known is a question."""

from collections.abc import Callable

import pytest

from mnemo_cli.model import Alert
from mnemo_cli.output.dashboard.choice import Page
from mnemo_cli.output.dashboard.frame import frame
from mnemo_cli.output.dashboard.pages.alerts import ordered
from mnemo_cli.output.dashboard.spans import plain
from mnemo_cli.output.dashboard.view import View

Busy = Callable[..., View]


def _with(view: View, *alerts: Alert, seen: frozenset[str] = frozenset()) -> View:
    verdict = view.moment.verdict._replace(alerts=alerts)
    return view._replace(moment=view.moment._replace(verdict=verdict), acknowledged=seen)


def test_the_order_is_state_then_unseen_then_severity_then_age() -> None:
    alerts = [
        Alert("idle", "inactive", "critical", 0.0),
        Alert("seen", "firing", "critical", 1.0),
        Alert("young", "firing", "warning", 9.0),
        Alert("old", "firing", "warning", 5.0),
        Alert("grave", "firing", "error", 9.0),
        Alert("blind", "unknown", "note", 2.0),
        Alert("soon", "pending", "error", 2.0),
    ]

    names = [alert.name for alert in ordered(alerts, frozenset({"seen"}))]
    assert names == ["grave", "old", "young", "seen", "blind", "soon", "idle"]


def test_a_row_has_state_severity_value_since_and_actions(busy: Busy) -> None:
    rows = [plain(line).split() for line in frame(busy(Page.ALERTS), 80, 24)]

    assert rows[4] == ["!!", "FIRING", "ERROR", "NoSwapLeft", "0", "14:01:51", "40s", "log,", "webhook"]
    assert rows[5] == ["!!", "ACKED", "WARN", "MemoryHigh", "71.25", "14:00:21", "2m10s", "log"]
    assert rows[6] == ["??", "UNKNOWN", "ERROR", "Stalls", "?", "14:02:22", "9s", "-"]
    assert rows[9][:5] == ["ok", "INACTIVE", "WARN", "QueueFull", "12"]


def test_an_alert_that_was_seen_and_fires_no_more_is_what_it_is(busy: Busy) -> None:
    view = _with(busy(Page.ALERTS), Alert("A", "resolved", "warning", 0.0, 1.0), seen=frozenset({"A"}))

    assert plain(frame(view, 80, 24)[4]).startswith(" ok RESOLVED WARN  A ")


@pytest.mark.parametrize(
    ("alerts", "words"),
    [((), "no rules are looked at"), ((Alert("A", "inactive", "note", 0.0),), "0 firing of 1 rules")],
)
def test_the_title_counts_the_rules(busy: Busy, alerts: tuple[Alert, ...], words: str) -> None:
    assert plain(frame(_with(busy(Page.ALERTS), *alerts), 80, 24)[3]).rstrip().endswith(words)


def test_the_overview_names_the_worst_alert_and_how_many_there_are(busy: Busy) -> None:
    rows = [plain(line) for line in frame(busy(Page.OVERVIEW), 80, 24)]

    (row,) = [row for row in rows if row.startswith(" ALRT")]
    assert row.split() == ["ALRT", "14:01:51", "ERROR", "NoSwapLeft", "0", "for", "40s", "log,", "webhook", "1/2"]
    assert not any(row.startswith(" EVNT") for row in rows)


def test_without_a_firing_alert_the_overview_has_the_newest_event(busy: Busy) -> None:
    rows = [plain(line) for line in frame(_with(busy(Page.OVERVIEW), Alert("A", "pending", "warning", 0.0)), 80, 24)]

    assert any(row.startswith(" EVNT 14:02:11 NOTE  mark ") for row in rows)


def test_the_wide_overview_leaves_room_for_events_whatever_fires(busy: Busy) -> None:
    alerts = [Alert(f"A{at}", "firing", "warning", float(at)) for at in range(20)]
    rows = [plain(line) for line in frame(_with(busy(Page.OVERVIEW), *alerts), 160, 45)]

    assert sum("FIRING" in row for row in rows) == 3
    assert sum("release 41" in row or "pid 4077" in row for row in rows) == 2


def test_names_of_strangers_are_shown_safely(busy: Busy) -> None:
    evil = Alert("\x1b[2J", "firing", "warning", 0.0, 1.0, "\x07bell", ("\x1b]0;x",))
    for page in (Page.ALERTS, Page.OVERVIEW):
        assert all(plain(line).isprintable() for line in frame(_with(busy(page), evil), 160, 45))
