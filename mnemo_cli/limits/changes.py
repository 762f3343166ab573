"""What happened between two samples: level changes, changed limits, OOM kills."""

from mnemo_cli.model import Event, Json, Level, Limit, LimitSource, Memory, Sample, limit_json


def level_event(before: Level | None, after: Level | None, sample: Sample, binding: Memory | None) -> Event:
    """The level of the binding limit has changed; None is unknown."""
    limit: dict[str, Json] = {}
    if binding is not None:
        limit = {
            "used_bytes": binding.used_bytes,
            "limit_bytes": limit_json(binding.limit_bytes),
            "used_ratio": binding.used_ratio,
            "limit_source": binding.source.json,
        }
    where = binding.source.sentence if binding is not None else sample.scope.name
    return Event(
        time_seconds=sample.time_seconds,
        event="level",
        level=after,
        text=f"{_word(before)} → {_word(after)} ({where})",
        fields={"from": _json_word(before), "to": _json_word(after), **limit},
    )


def limit_changes(before: Sample, after: Sample) -> tuple[Event, ...]:
    """Limits that somebody raised or lowered meanwhile."""
    known = {memory.source: memory.limit_bytes for memory in before.limits}
    return tuple(
        _limit_change(known[memory.source], memory, after)
        for memory in after.limits
        if memory.limit_bytes is not None
        and known.get(memory.source) is not None
        and known[memory.source] != memory.limit_bytes
    )


def oom_kills(before: Sample, after: Sample) -> tuple[Event, ...]:
    """Kills since the sample before, each told once: by the innermost group that counted it, else by the machine.

    A group counts the kills of the groups below it too, and the machine counts all.
    """
    known = {memory.source: memory.oom_kills_total for memory in before.limits}
    events: list[Event] = []
    told: list[tuple[str, int]] = []
    for memory in sorted(after.limits, key=_depth, reverse=True):
        total, path = memory.oom_kills_total, memory.source.path
        kills = _risen(known.get(memory.source), total)
        if path is None or total is None or not kills:
            continue
        own = kills - sum(below for inner, below in told if _is_below(inner, path))
        if own > 0:
            told.append((path, own))
            events.append(_kill_event(after, memory.source, own, total))
    total = after.host_oom_kills_total
    elsewhere = _risen(before.host_oom_kills_total, total) - sum(kills for _, kills in told)
    if total is not None and elsewhere > 0:
        events.append(_kill_event(after, LimitSource(kind="host"), elsewhere, total))
    return tuple(events)


def _limit_change(earlier: Limit | None, memory: Memory, sample: Sample) -> Event:
    return Event(
        time_seconds=sample.time_seconds,
        event="limit_change",
        level=Level.MODERATE,
        text=f"{memory.source.sentence}: limit {limit_json(earlier)} → {limit_json(memory.limit_bytes)} bytes",
        fields={
            "limit_source": memory.source.json,
            "from": limit_json(earlier),
            "to": limit_json(memory.limit_bytes),
        },
    )


def _kill_event(sample: Sample, source: LimitSource, kills: int, total: int) -> Event:
    processes = "1 process" if kills == 1 else f"{kills} processes"
    where = f"in {source.sentence}" if source.kind == "cgroup" else "on this machine"
    return Event(
        time_seconds=sample.time_seconds,
        event="oom_kill",
        level=Level.CRITICAL,
        text=f"the OOM killer ended {processes} {where} ({total} in all)",
        fields={"limit_source": source.json, "kills": kills, "oom_kills_total": total},
    )


def _risen(earlier: int | None, now: int | None) -> int:
    """How far a counter rose; 0 where it is unknown, and where it began anew."""
    return 0 if earlier is None or now is None else max(0, now - earlier)


def _depth(memory: Memory) -> int:
    return len((memory.source.path or "").rstrip("/").split("/"))


def _is_below(path: str, ancestor: str) -> bool:
    return path != ancestor and path.startswith(f"{ancestor.rstrip('/')}/")


def _word(level: Level | None) -> str:
    return "unknown" if level is None else level.word


def _json_word(level: Level | None) -> str | None:
    return None if level is None else level.word
