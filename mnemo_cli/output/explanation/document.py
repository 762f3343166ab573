"""mnemo.explain/1: the verdict, every victim in order, the lines that prove it, and what to do."""

from collections.abc import Iterable

from mnemo_cli.forensics.explanation import Cause, Explanation, Step
from mnemo_cli.forensics.kills import Evidence, Kill, Task
from mnemo_cli.model import Json, Limit, limit_json
from mnemo_cli.recording.document import gap_documents
from mnemo_cli.redact import printable

EXPLAIN_SCHEMA = "mnemo.explain/1"
# A report may have ten thousand candidates.
_MOST_TASKS = 20


def explanation_document(explanation: Explanation) -> dict[str, Json]:
    """`evidence` is that of the verdict; each cause has its own, too."""
    first = explanation.causes[0] if explanation.causes else None
    return {
        "schema": EXPLAIN_SCHEMA,
        "verdict": explanation.verdict,
        "confidence": explanation.confidence,
        "headline": printable(explanation.headline),
        "owner": explanation.owner,
        "kills": [_kill(kill) for kill in explanation.kills],
        "evidence": _quotes(first.evidence if first is not None else ()),
        "causes": [_cause(cause) for cause in explanation.causes],
        "paragraphs": [printable(paragraph) for paragraph in explanation.paragraphs],
        "next_steps": [printable(_shortest(step)) for step in explanation.next_steps],
        "steps": [_step(step) for step in explanation.next_steps],
        "last_lines": _quotes(explanation.last_lines),
        "gaps": [
            {name: printable(text) if isinstance(text, str) else text for name, text in gap.items()}
            for gap in gap_documents(explanation.gaps)
            if isinstance(gap, dict)
        ],
    }


def _shortest(step: Step) -> str:
    return step.command if step.command is not None else step.text


def _step(step: Step) -> Json:
    return {"text": printable(step.text), "command": _text(step.command)}


def _cause(cause: Cause) -> Json:
    return {
        "verdict": cause.verdict,
        "confidence": cause.confidence,
        "sentence": printable(cause.sentence),
        "evidence": _quotes(cause.evidence),
    }


def _quotes(evidence: Iterable[Evidence]) -> list[Json]:
    return [{"source": printable(each.source), "line": each.line, "text": printable(each.text)} for each in evidence]


def _kill(kill: Kill) -> Json:
    victim, trigger, usage = kill.victim, kill.trigger, kill.usage
    return {
        "killer": kill.killer,
        "signal": kill.signal,
        "victim": {**victim._asdict(), "name": _text(victim.name)},
        "trigger": None
        if trigger is None
        else {**trigger._asdict(), "name": _text(trigger.name), "gfp_mask": _text(trigger.gfp_mask)},
        "scope": kill.scope,
        "limit_cgroup": _text(kill.limit_cgroup),
        "victim_cgroup": _text(kill.victim_cgroup),
        "limit_bytes": _limit(kill.limit_bytes),
        "used_bytes": kill.used_bytes,
        "limit_hits_total": kill.limit_hits_total,
        "usage": None if usage is None else dict(usage._asdict()),
        "tasks": [_task(task) for task in kill.tasks[:_MOST_TASKS]],
        "task_count": len(kill.tasks),
        "group_kill": kill.group_kill,
        "page_bytes": kill.page_bytes,
        "time_seconds": kill.time_seconds,
        "clock": kill.clock,
        "suspicion": _text(kill.suspicion),
        "evidence": _quotes(kill.evidence),
    }


def _task(task: Task) -> Json:
    return {**task._asdict(), "name": printable(task.name)}


def _limit(limit: Limit | None) -> Json:
    return None if limit is None else limit_json(limit)


def _text(text: str | None) -> str | None:
    return None if text is None else printable(text)
