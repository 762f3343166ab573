"""Alert rules against a recording: what they would have told, and how each of them fared.

The rules are followed as in a watch: by the clock of the recording, and each series of it (a scope, and in the
memory log the program that wrote) by itself. The settings that conditions name are those of now.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from mnemo_cli.limits.rules.alerting import Alerting
from mnemo_cli.limits.rules.names import numbers_of
from mnemo_cli.limits.rules.rule import Rule, Rules
from mnemo_cli.model import Event, Level, Scope
from mnemo_cli.model.alerts import SEVERITY_LEVELS, Alert
from mnemo_cli.recording.reading.line import Recorded, Strange

# Of the lines that are no samples so many are told, and of the others how many there are.
_MOST_STRANGE = 20


class Series(NamedTuple):
    """Whose moments these are. `writer_pid` is of the program that wrote them into the memory log."""

    scope: Scope
    writer_pid: int | None = None


class Change(NamedTuple):
    """An alert that changed its state, as the event of a watch, and the series in which it did."""

    series: Series
    event: Event


class Course(NamedTuple):
    """How a rule fared: how often it fired, and at how many looks it could not be told, for want of what.

    `last` is how it stood at the last look, whichever series that was of.
    """

    rule: Rule
    last: Alert
    fired: int = 0
    unknown_looks: int = 0
    unknown_names: frozenset[str] = frozenset()


class Replay(NamedTuple):
    """What came of a recording. `span_seconds` are its first and last Unix time; without samples it has none."""

    rules: Rules
    samples: int
    span_seconds: tuple[float, float] | None
    series: tuple[Series, ...]
    changes: tuple[Change, ...]
    courses: tuple[Course, ...]
    strange: tuple[Strange, ...]
    more_strange: int

    @property
    def worst(self) -> Level | None:
        """The level of the worst alert that fired, as in --fail-on."""
        fired = [SEVERITY_LEVELS[course.rule.severity] for course in self.courses if course.fired]
        return max(fired, default=None)


def replay(lines: Iterable[Recorded | Strange], rules: Rules, settings: Mapping[str, float]) -> Replay:
    """Look at every moment once, in the order of the lines. `settings` are numbers by name."""
    followed = _Followed(rules, settings)
    strange: list[Strange] = []
    more_strange = 0
    for line in lines:
        if isinstance(line, Recorded):
            # Its own events are what the rules of then told; one that is not reported has nothing else.
            if line.moment.reported:
                followed.look(line)
        elif len(strange) < _MOST_STRANGE:
            strange.append(line)
        else:
            more_strange += 1
    return followed.replay._replace(strange=tuple(strange), more_strange=more_strange)


class _Followed:
    """The rules so far; one Alerting for each series."""

    def __init__(self, rules: Rules, settings: Mapping[str, float]) -> None:
        self._rules = rules
        self._settings = settings
        self._alertings: dict[Series, Alerting] = {}
        self._courses: dict[str, Course] = {}
        self._changes: list[Change] = []
        self._span: tuple[float, float] | None = None
        self._samples = 0

    def look(self, recorded: Recorded) -> None:
        sample, verdict = recorded.moment.sample, recorded.moment.verdict
        series = Series(sample.scope, recorded.writer_pid)
        if series not in self._alertings:
            self._alertings[series] = Alerting(self._rules, self._settings)
        alerts, events, _ = self._alertings[series].judge(sample, verdict, recorded.told)
        self._changes += [Change(series, event) for event in events]
        for rule, alert in zip(self._rules.rules, alerts, strict=True):
            lacking = self._lacking(rule, recorded) if alert.state == "unknown" else None
            self._courses[rule.name] = _after(self._courses.get(rule.name), rule, alert, lacking)
        for event in events:
            if event.fields["to"] == "firing":
                name = str(event.fields["name"])
                self._courses[name] = self._courses[name]._replace(fired=self._courses[name].fired + 1)
        self._samples += 1
        first, last = self._span or (sample.time_seconds, sample.time_seconds)
        self._span = min(first, sample.time_seconds), max(last, sample.time_seconds)

    def _lacking(self, rule: Rule, recorded: Recorded) -> frozenset[str]:
        """The names of its condition that are unknown."""
        sample, verdict = recorded.moment.sample, recorded.moment.verdict
        values = numbers_of(rule.condition.names, sample, verdict, self._settings)
        return frozenset(name for name, value in values.items() if recorded.told.get(name, value) is None)

    @property
    def replay(self) -> Replay:
        return Replay(
            rules=self._rules,
            samples=self._samples,
            span_seconds=self._span,
            series=tuple(self._alertings),
            changes=tuple(self._changes),
            courses=tuple(self._courses.values()),
            strange=(),
            more_strange=0,
        )


def _after(course: Course | None, rule: Rule, alert: Alert, lacking: frozenset[str] | None) -> Course:
    course = Course(rule, alert) if course is None else course._replace(last=alert)
    if lacking is None:
        return course
    return course._replace(unknown_looks=course.unknown_looks + 1, unknown_names=course.unknown_names | lacking)
