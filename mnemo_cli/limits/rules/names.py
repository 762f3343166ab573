"""The names of conditions, and what they are at a moment; only what is asked for is read. Unknown is None.

No limit is infinite, as in the metrics. A sum over trackers is of those that tell the number: where nobody
tells it, nobody counts, and it is unknown. Of dead workers the counters live on; they hold nothing any more.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import inf
from typing import TypeAlias

from mnemo_cli.limits.rules.variables import SERIES, VARIABLES, VARIABLES_BY_NAME, Variable
from mnemo_cli.model import Component, Limit, Sample, Unlimited, Verdict

__all__ = ["SERIES", "VARIABLES", "VARIABLES_BY_NAME", "Values", "Variable", "numbers_of", "values_of"]

Answer: TypeAlias = Limit | float | None


class _Facts:
    """A moment, and its components by name: each with whether its program lives."""

    def __init__(self, sample: Sample, verdict: Verdict, settings: Mapping[str, float]) -> None:
        self.sample, self.verdict, self.settings = sample, verdict, settings
        self._parts: dict[str, list[tuple[Component, bool]]] | None = None

    def parts(self, name: str) -> Sequence[tuple[Component, bool]]:
        if self._parts is None:
            self._parts = {}
            for tracker in self.sample.trackers:
                for part in tracker.components:
                    self._parts.setdefault(part.name, []).append((part, tracker.pid is not None))
        return self._parts.get(name, ())


_Reader: TypeAlias = Callable[[_Facts], Answer]
_COMPONENTS = {
    "event_queue_size": "event_queue",
    "work_queue_size": "work_queue",
    "db_connections": "db_connections",
    "network_connections": "network_connections",
    "active_tasks": "active_tasks",
    "history_ops": "operation_history",
}


class Values(Mapping[str, float | None]):
    """Every name with its value, read when it is first asked for."""

    def __init__(self, facts: _Facts) -> None:
        self._facts = facts
        self._found: dict[str, float | None] = {}

    def __getitem__(self, name: str) -> float | None:
        found = self._found
        if name not in found:
            found[name] = _number((_READERS.get(name) or _made(name))(self._facts))
        return found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(VARIABLES_BY_NAME)

    def __len__(self) -> int:
        return len(VARIABLES_BY_NAME)


def values_of(sample: Sample, verdict: Verdict, settings: Mapping[str, float]) -> Values:
    """The values at this moment. `settings` are numbers by name ("db_pool_size"), in the setting's own unit."""
    return Values(_Facts(sample, verdict, settings))


def numbers_of(
    names: Iterable[str], sample: Sample, verdict: Verdict, settings: Mapping[str, float]
) -> dict[str, float | None]:
    """The same for some names, all at once: what is asked at every moment should cost no more than it must."""
    facts = _Facts(sample, verdict, settings)
    return {name: _number((_READERS.get(name) or _made(name))(facts)) for name in names}


def _number(answer: Answer) -> float | None:
    if answer is None:
        return None
    return inf if isinstance(answer, Unlimited) else float(answer)


def _made(name: str) -> _Reader:
    """The function that reads it; made once for each name."""
    return _READERS.setdefault(name, _new(name))


def _new(name: str) -> _Reader:
    variable = VARIABLES_BY_NAME[name]  # KeyError for a name that there is not, as of any mapping
    if variable.origin == "settings":
        return lambda facts: facts.settings.get(name)
    if variable.origin == "trackers":
        return _of_trackers(name)
    part, _, field = name.partition("_")
    match part:
        case "memory":
            return lambda facts: getattr(facts.verdict.binding, field, None)
        case "host":
            return lambda facts: getattr(facts.sample.host, field, None)
        case "forecast":
            return lambda facts: getattr(facts.verdict.forecast, field, None)
        case _:
            return lambda facts: getattr(getattr(facts.sample, part), field, None)


def _of_trackers(name: str) -> _Reader:
    if name in _COMPONENTS:
        return _summed_components(_COMPONENTS[name], lambda component: component.used)
    if name.endswith("_limit"):
        return _summed_components(name.removesuffix("_limit"), lambda component: component.limit)
    field = name.removeprefix("tracker_")
    return lambda facts: _total([getattr(tracker, field) for tracker in facts.sample.trackers])


def _usage_pct(facts: _Facts) -> Answer:
    ratio = None if facts.verdict.binding is None else facts.verdict.binding.used_ratio
    return None if ratio is None else ratio * 100


def _summed_components(name: str, answer_of: Callable[[Component], Limit | None]) -> _Reader:
    return lambda facts: _total([answer_of(part) for part, _ in facts.parts(name)])


def _db_pool_size(facts: _Facts) -> Answer:
    """Over the programs that count connections what each allows itself, else the setting; the setting without any."""
    setting = facts.settings.get("db_pool_size")
    pools = [pool for pool, lives in facts.parts("db_connections") if lives and pool.used is not None]
    if not pools:
        return setting
    sizes = [setting if pool.limit is None else pool.limit for pool in pools]
    return None if None in sizes else _total(sizes)


def _total(answers: Iterable[Answer]) -> Answer:
    """The sum of those that are known, if any is."""
    total: float | None = None
    for answer in answers:
        if answer is not None:
            number = inf if isinstance(answer, Unlimited) else answer
            total = number if total is None else total + number
    return total


_READERS: dict[str, _Reader] = {
    "memory_usage_pct": _usage_pct,
    "memory_peak_bytes": lambda facts: facts.verdict.peak_used_bytes,
    "process_count": lambda facts: facts.sample.process_count,
    "host_oom_kills_total": lambda facts: facts.sample.host_oom_kills_total,
    "embeddings_cache_bytes": _summed_components("embeddings_cache", lambda component: component.used_bytes),
    "db_pool_size": _db_pool_size,
}
