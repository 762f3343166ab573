"""manifest.json of a bundle, mnemo.manifest/1, and errors.jsonl: what is in it, what is not, and why."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from mnemo_cli.diagnostics.report import CollectorReport, MemberReport
from mnemo_cli.model import Json, Scope
from mnemo_cli.recording.document import encode, timestamp

MANIFEST_SCHEMA = "mnemo.manifest/1"


class Facts(NamedTuple):
    """What the manifest says of the whole.

    `path` is the bundle's file: its name alone in the bundle itself, which should not tell whose home it was.
    `redactions` is asked last, since the manifest's own words are redacted, too; it gives None where nothing was
    redacted, at the person's wish.
    """

    version: str
    path: str
    began_seconds: float
    ended_seconds: float
    scope: Scope
    profile: str
    since_seconds: float
    budget_seconds: float
    budget_bytes: int
    interrupted: bool
    redactions: Callable[[], Mapping[str, int] | None]


def is_complete(facts: Facts, reports: Sequence[CollectorReport]) -> bool:
    """Whether everything that was wanted is there."""
    return not facts.interrupted and all(report.is_complete for report in reports)


def manifest(facts: Facts, reports: Sequence[CollectorReport], safe: Callable[[str], str]) -> dict[str, Json]:
    """The document; `safe` takes names and secrets out of what the system said."""
    collectors: list[Json] = [_collector(report, safe) for report in reports]
    scope: dict[str, Json] = {**facts.scope.json, "name": safe(facts.scope.name)}
    counts = facts.redactions()
    rules: Json = None if counts is None else dict(sorted(counts.items()))
    return {
        "schema": MANIFEST_SCHEMA,
        "version": facts.version,
        "path": facts.path,
        "complete": is_complete(facts, reports),
        "interrupted": facts.interrupted,
        "began": timestamp(facts.began_seconds),
        "ended": timestamp(facts.ended_seconds),
        "scope": scope,
        "profile": facts.profile,
        "since_seconds": facts.since_seconds,
        "budget": {"seconds": facts.budget_seconds, "bytes": facts.budget_bytes},
        "redacted": counts is not None,
        "redactions": rules,
        "collectors": collectors,
    }


def error_lines(reports: Sequence[CollectorReport], safe: Callable[[str], str]) -> bytes:
    """One line for each thing that is not there, also where the machine has no such thing."""
    lines: list[dict[str, Json]] = []
    for report in reports:
        if report.not_run is not None:
            lines.append({"collector": report.id, "source": report.id, "state": "skipped", "reason": report.not_run})
        for one in report.missing:
            source, why = safe(one.source), safe(one.reason)
            lines.append({"collector": report.id, "source": source, "state": one.state, "reason": why})
    return "".join(encode(line) + "\n" for line in lines).encode()


def _collector(report: CollectorReport, safe: Callable[[str], str]) -> dict[str, Json]:
    reason = report.reason
    return {
        "id": report.id,
        "state": report.state,
        "reason": None if reason is None else safe(reason),
        "seconds": round(report.seconds, 3),
        "members": [_member(member, safe) for member in report.members],
    }


def _member(member: MemberReport, safe: Callable[[str], str]) -> dict[str, Json]:
    return {
        "path": member.path,
        "source": safe(member.source),
        "bytes": member.size_bytes,
        "truncated": member.truncated,
        "sha256": member.sha256,
        "redactions": member.redactions,
    }
