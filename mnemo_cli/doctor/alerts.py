"""Alert rules as findings: which of them hold now, and which of them nobody would hear of.

Only rules that somebody wrote are judged: the built-in ones say what the memory level says, too. One look
cannot wait for a rule's `for`: whatever holds now counts.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mnemo_cli.doctor.result import Finding, Severity
from mnemo_cli.limits.rules.names import values_of
from mnemo_cli.limits.rules.rule import Rule, Rules
from mnemo_cli.model import Moment
from mnemo_cli.model.alerts import SEVERITY_LEVELS
from mnemo_cli.redact import printable

RULE_ID, UNHEARD_ID = "AL001", "AL002"
SLUGS = {RULE_ID: "alert-rule", UNHEARD_ID: "alert-unheard"}


class Judge(NamedTuple):
    """The rules, the settings that they may name as numbers, and one sentence for each action without a destination."""

    rules: Rules
    settings: Mapping[str, float]
    unheard: Sequence[str] = ()

    def findings(self, moment: Moment) -> tuple[Finding, ...]:
        """One for each rule, and one for each action that leads nowhere."""
        if self.rules.are_built_in:
            return no_rules("the built-in alert rules do not gate; name your own with --rules or alerts.rules")
        values = values_of(moment.sample, moment.verdict, self.settings)
        judged = tuple(self._judged(rule, values) for rule in self.rules.rules)
        unheard = tuple(
            Finding(UNHEARD_ID, SLUGS[UNHEARD_ID], "finding", Severity.WARNING, printable(sentence))
            for sentence in self.unheard
        )
        heard = Finding(UNHEARD_ID, SLUGS[UNHEARD_ID], "pass", None, "every action of the rules has a destination")
        return judged + (unheard or (heard,))

    def _judged(self, rule: Rule, values: Mapping[str, float | None]) -> Finding:
        holds, value = rule.condition.holds(values), rule.condition.value(values)
        finding = Finding(
            RULE_ID, SLUGS[RULE_ID], "pass", None, "", layer=f"rule {rule.name}", source=self.rules.source
        )
        what = f"{rule.name}: {rule.condition.text}"
        if holds is None:
            unknown = ", ".join(sorted(name for name in rule.condition.names if values.get(name) is None))
            return finding._replace(state="unknown", message=f"{what}: unknown is {unknown}")
        if not holds:
            return finding._replace(message=f"{what} does not hold")
        shown = "" if value is None else f", at {value:,.6g}"
        about = f"; {rule.summary}" if rule.summary else ""
        severity = Severity.of(SEVERITY_LEVELS[rule.severity])
        return finding._replace(state="finding", severity=severity, message=f"{what} holds{shown}{about}")


def no_rules(reason: str) -> tuple[Finding, ...]:
    """Where no rule is judged."""
    return tuple(Finding(id_, slug, "skipped", None, reason) for id_, slug in SLUGS.items())
