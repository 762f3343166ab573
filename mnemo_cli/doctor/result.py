"""What an audit says of its target: one Finding per check, in the words of mnemo.findings/1.

A check that could not be made is never a pass: it is `unknown`, with what would make it known, or
`skipped`, with why it does not apply here.
"""

from collections import Counter
from collections.abc import Mapping
from enum import IntEnum
from typing import Literal, NamedTuple, TypeAlias

from mnemo_cli.model import Level, Limit

State: TypeAlias = Literal["pass", "finding", "unknown", "skipped", "waived"]
STATES: tuple[State, ...] = ("pass", "finding", "unknown", "skipped", "waived")


class Severity(IntEnum):
    """How bad a finding is.

    On the gates' common ladder note stands beside moderate, warning beside high, error beside critical.
    """

    NOTE = 1
    WARNING = 2
    ERROR = 3

    @property
    def word(self) -> str:
        return self.name.lower()

    @classmethod
    def of(cls, level: Level | None) -> "Severity | None":
        """How bad a level is; None for normal, and where it is unknown."""
        return None if not level else cls(level.value)


class Item(NamedTuple):
    """One piece of evidence: a file (or a setting's name) and what it said."""

    path: str
    value: str


class Finding(NamedTuple):
    """What one check found. `severity` is set for findings and waived findings only.

    `used`, `limit` and `headroom` are in the unit of the check (descriptors, tasks, bytes); `used_ratio` is 0 to 1
    and above 1 where a limit was lowered below the use. `layer` names what binds ("soft", "hard", "user",
    "cgroup /a/b", "sysctl", "machine"), `source` who set it ("unit nginx.service LimitNOFILE",
    "limits.d/60-x.conf line 3", "container runtime", "inherited"), `hits` how often it was already reached
    (None: no counter tells).
    `fixes` are commands and lines that mend it, ready to be typed.
    """

    id: str
    slug: str
    state: State
    severity: Severity | None
    message: str
    used: int | None = None
    limit: Limit | None = None
    headroom: Limit | None = None
    unit: str = ""
    layer: str | None = None
    source: str | None = None
    hits: int | None = None
    evidence: tuple[Item, ...] = ()
    fixes: tuple[str, ...] = ()

    @property
    def used_ratio(self) -> float | None:
        """None where either number is unknown or nothing is bounded."""
        if self.used is None or not isinstance(self.limit, int):
            return None
        return self.used / self.limit if self.limit else 1.0


class Subject(NamedTuple):
    """Whom the findings are about: the "target" of mnemo.findings/1.

    `kind` is process, user, unit, host, tree or command. We ourselves are a process without a pid: it ends at once.
    """

    kind: Literal["process", "user", "unit", "host", "tree", "command"]
    pid: int | None = None
    name: str | None = None
    user: str | None = None
    unit: str | None = None


class Audit(NamedTuple):
    """Every finding about one subject under one profile."""

    subject: Subject
    profile: str
    findings: tuple[Finding, ...]

    @property
    def summary(self) -> Mapping[State, int]:
        counts = Counter(finding.state for finding in self.findings)
        return {state: counts[state] for state in STATES}
