"""An alert: a rule about the numbers of a moment, and how it stands."""

from typing import Literal, NamedTuple, TypeAlias

from mnemo_cli.model.answers import Level

AlertState: TypeAlias = Literal["inactive", "pending", "firing", "resolved", "unknown"]
# As people write it in rules here and in Prometheus.
Severity: TypeAlias = Literal["note", "info", "warning", "error", "critical"]
SEVERITY_LEVELS: dict[Severity, Level] = {
    "note": Level.MODERATE,
    "info": Level.MODERATE,
    "warning": Level.HIGH,
    "error": Level.CRITICAL,
    "critical": Level.CRITICAL,
}


class Alert(NamedTuple):
    """How one rule stands after a sample.

    `since_seconds` is the Unix time at which this state began; of a firing one, at which it fired. `value` is
    what the left side of the condition came to; None where it is not known. A firing alert whose value is no
    longer known goes on firing, with `value` None and a gap. "unknown" is one that may or may not be due.
    """

    name: str
    state: AlertState
    severity: Severity
    since_seconds: float
    value: float | None = None
    summary: str = ""
    actions: tuple[str, ...] = ()

    @property
    def level(self) -> Level:
        """The level that its severity stands for, as in --fail-on."""
        return SEVERITY_LEVELS[self.severity]
