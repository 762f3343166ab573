"""A rule: which numbers are worth an alert, how long they must be so, and what is done then."""

from typing import Literal, NamedTuple, TypeAlias, get_args

from mnemo_cli.limits.rules.condition import Condition, parse
from mnemo_cli.model.alerts import Severity

ActionName: TypeAlias = Literal["log", "page_operator", "webhook", "exec", "throttle_requests", "restart_recommended"]
ACTIONS: tuple[ActionName, ...] = get_args(ActionName)
# The same locally and in the Prometheus rules that are made of it (facts/ecosystem §1).
DEFAULT_FOR_SECONDS = 30.0


class Rule(NamedTuple):
    """One alert rule. `for_seconds` is how long the condition must hold before it fires, `keep_firing_seconds`
    how long it goes on firing after it holds no more, as Prometheus has them.
    """

    name: str
    condition: Condition
    severity: Severity
    actions: tuple[ActionName, ...] = ("log",)
    for_seconds: float = DEFAULT_FOR_SECONDS
    keep_firing_seconds: float = 0.0
    summary: str = ""


class Rules(NamedTuple):
    """The rules that hold, and where they are from: a file, or "built in"; those from a file gate."""

    rules: tuple[Rule, ...]
    source: str = "built in"

    @property
    def are_built_in(self) -> bool:
        return self.source == "built in"


BUILT_IN = Rules(
    (
        Rule(
            "MemoryHigh", parse("memory_usage_pct > 60"), "warning", ("log",),
            summary="Memory use is high: caches should shrink and work that can wait should be put off",
        ),
        Rule(
            "MemoryCritical", parse("memory_usage_pct > 80"), "error", ("page_operator",),
            summary="Memory use is critical: the kernel may kill soon",
        ),
        Rule(
            "WorkQueueFull", parse("work_queue_size > 9000"), "warning", ("throttle_requests",),
            summary="The work queue is nearly full: producers should slow down",
        ),
        Rule(
            "ConnectionLeaks", parse("db_connections > db_pool_size * 2"), "error", ("restart_recommended",),
            summary="More connections are open than the pool can make: some are made beside the pool and never closed",
        ),
    )
)  # fmt: skip
