"""The alerts and the events: how each rule stands, the ones that fire first, and what happened, the newest first."""

from collections.abc import Sequence

from mnemo_cli.model import Alert, Level
from mnemo_cli.output.dashboard.look import DIM, LEVEL_STYLES, STRONG, TITLE
from mnemo_cli.output.dashboard.memory import clock_text
from mnemo_cli.output.dashboard.pages.window import scrolled_lines
from mnemo_cli.output.dashboard.panels import event_lines
from mnemo_cli.output.dashboard.spans import Line, Span, cut, fitted, whole, width_of
from mnemo_cli.output.dashboard.view import View
from mnemo_cli.redact import printable
from mnemo_cli.units import format_duration

# In which order a person wants to see them.
_STATES = ("firing", "unknown", "pending", "resolved", "inactive")
# In front of the state, so that it is seen without reading: a question, a warning, a wait, all well.
_SIGNS = {"firing": "!!", "unknown": "??", "pending": "..", "resolved": "ok", "inactive": "ok"}
_SEVERITY_WORDS = {Level.MODERATE: "NOTE ", Level.HIGH: "WARN ", Level.CRITICAL: "ERROR"}
_NAME_WIDTHS, _VALUE_WIDTH, _SPAN_WIDTH = (16, 18, 24), 10, 7
# Where the second and the third of the widths of a name begin, and where there is room for a summary.
_NARROW_FROM, _WIDE_FROM, _SUMMARY_FROM = 60, 100, 120


def lines(view: View, width: int, height: int) -> list[Line]:
    """As many of the rows as there is room for."""
    return scrolled_lines(rows(view, width), width, height, view.choice.first_row)


def rows(view: View, width: int) -> list[Line]:
    """Every rule, and below them the events."""
    found = ordered(view.moment.verdict.alerts, view.acknowledged)
    firing = sum(alert.state == "firing" for alert in found)
    title = f" ALERTS  {firing} firing of {len(found)} rules" if found else " ALERTS  no rules are looked at"
    events = event_lines(view.memory.events, width, len(view.memory.events), view.look)
    return [
        fitted([(title, TITLE)], width),
        *alert_lines(view, width, found),
        fitted((), width),
        fitted([(" EVENTS, the newest first", TITLE)], width),
        *(events or [fitted([(" none so far", DIM)], width)]),
    ]


def ordered(alerts: Sequence[Alert], acknowledged: frozenset[str]) -> list[Alert]:
    """Those that fire first, the ones that nobody has seen before the others, then by severity and age."""
    return sorted(
        alerts,
        key=lambda alert: (
            _STATES.index(alert.state),
            alert.name in acknowledged,
            -alert.level,
            alert.since_seconds,
            alert.name,
        ),
    )


def alert_lines(view: View, width: int, alerts: Sequence[Alert]) -> list[Line]:
    """A line for each: sign and state, severity, name, value, since when, actions, what it is about."""
    return [_alert_line(view, width, alert) for alert in alerts]


def worst_alert(view: View, width: int) -> Line | None:
    """The firing alert that matters most, and how many there are; None where none fires."""
    firing = [alert for alert in view.moment.verdict.alerts if alert.state == "firing"]
    if not firing:
        return None
    alert = ordered(firing, view.acknowledged)[0]
    style = "" if alert.name in view.acknowledged else LEVEL_STYLES[alert.level]
    count = f"   1/{len(firing)} "
    parts = (
        f" ALRT {clock_text(alert.since_seconds)} {_SEVERITY_WORDS[alert.level]} {_name(view, alert)}",
        f" {_value(alert)}",
        f"  for {_age(view, alert)}",
        "  acked" if alert.name in view.acknowledged else "",
        f"  {_actions(view, alert)}" if alert.actions else "",
    )
    told = [(part, style) for part in parts if part]
    return (*whole(told, max(0, width - len(count))), *fitted([(count, "")], min(width, len(count))))


def _alert_line(view: View, width: int, alert: Alert) -> Line:
    is_seen = alert.name in view.acknowledged and alert.state == "firing"
    state = "acked" if is_seen else alert.state
    style = "" if is_seen else _style(alert)
    parts: list[Span] = [
        (f" {_SIGNS[alert.state]} {state.upper():<8} {_SEVERITY_WORDS[alert.level]} ", style),
        (_placed(_name(view, alert), _NAME_WIDTHS[(width >= _NARROW_FROM) + (width >= _WIDE_FROM)]), style),
        (f" {_value(alert):>{_VALUE_WIDTH}}", style),
    ]
    if alert.state != "inactive":
        parts.append((f"  {clock_text(alert.since_seconds)}", ""))
        parts.append((f" {_age(view, alert):>{_SPAN_WIDTH}}", ""))
    else:
        parts.append((" " * (_SPAN_WIDTH + 11), ""))
    parts.append((f"  {_actions(view, alert) or '-'}", ""))
    if alert.summary and width >= _SUMMARY_FROM:
        parts = [*whole(parts, min(100, width // 2 + 20)), (f" {view.look.text(printable(alert.summary))}", "")]
        return fitted(parts, width)
    return whole(parts, width)


def _style(alert: Alert) -> str:
    if alert.state == "firing":
        return LEVEL_STYLES[alert.level]
    return STRONG if alert.state == "unknown" else DIM if alert.state == "inactive" else ""


def _name(view: View, alert: Alert) -> str:
    return view.look.text(printable(alert.name))


def _value(alert: Alert) -> str:
    """Short: an alert's value is of any unit, and a column has ten cells."""
    if alert.value is None:
        return "?"
    return (
        f"{alert.value:,.0f}" if alert.value == round(alert.value) and abs(alert.value) < 1e8 else f"{alert.value:.4g}"
    )


def _age(view: View, alert: Alert) -> str:
    return format_duration(max(0.0, view.moment.sample.time_seconds - alert.since_seconds))


def _actions(view: View, alert: Alert) -> str:
    return view.look.text(printable(", ".join(alert.actions)))


def _placed(text: str, width: int) -> str:
    return cut(text, width) if width_of(text) > width else text + " " * (width - width_of(text))
