"""A verdict as text: the answer first, then what proves it, then what to type. Commands are never wrapped."""

from collections.abc import Iterable, Iterator

from mnemo_cli.forensics.explanation import Cause, Explanation
from mnemo_cli.forensics.kills import Evidence, Kill, Victim
from mnemo_cli.forensics.owner import owner_of
from mnemo_cli.output.tables import aligned
from mnemo_cli.output.words import size
from mnemo_cli.output.wrapping import wrapped
from mnemo_cli.redact import printable

_MOST_QUOTES = 12
_MOST_KILLS = 20
_INDENT = "  "


def explanation_text(explanation: Explanation, width: int = 80) -> str:
    """Sections with a blank line between them; a section with nothing to say is left out."""
    first = explanation.causes[0] if explanation.causes else None
    sections = [
        _wrapped(explanation.headline, width),
        *(_wrapped(paragraph, width) for paragraph in explanation.paragraphs[:2]),
        _quoted(f"Evidence ({explanation.confidence}):", first.evidence if first is not None else ()),
        "\n".join(_killed(explanation.kills)),
        *(_wrapped(paragraph, width) for paragraph in explanation.paragraphs[2:]),
        "\n".join(_others(explanation.causes[1:], width)),
        _quoted("The memory log's last lines:", explanation.last_lines),
        "\n".join(_next(explanation, width)),
        "\n".join(_missing(explanation, width)),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def headline_line(explanation: Explanation) -> str:
    """The verdict in one line, safe for a terminal."""
    return printable(explanation.headline)


def _wrapped(text: str, width: int, indent: str = "") -> str:
    return "\n".join(wrapped(printable(text), width, indent))


def _quoted(title: str, evidence: tuple[Evidence, ...]) -> str:
    """Source, line and the text as it stands; of very many the first and the last."""
    if not evidence:
        return ""
    half = _MOST_QUOTES // 2
    many = len(evidence) > _MOST_QUOTES
    shown = [*evidence[:half], *evidence[-half:]] if many else list(evidence)
    lines = [f"{_INDENT}{_place(each)}: {printable(each.text)}" for each in shown]
    if many:
        lines.insert(half, f"{_INDENT}… {len(evidence) - 2 * half} lines more")
    return "\n".join([title, *lines])


def _place(evidence: Evidence) -> str:
    source = printable(evidence.source)
    return source if evidence.line is None else f"{source}:{evidence.line}"


def _killed(kills: tuple[Kill, ...]) -> Iterator[str]:
    """One victim in a sentence, several as a table; the one who asked for the memory is named as such."""
    if not kills:
        return
    yield "Killed:" if len(kills) == 1 else f"Killed, in this order ({len(kills)}):"
    rows = [_row(kill) for kill in kills[-_MOST_KILLS:]]
    heads = ("killer", "signal", "pid", "name", "anon", "file", "shmem", "adj", "asked by", "limit of")
    used = [column for column in range(len(heads)) if any(row[column] for row in rows)]
    cells = [[heads[column] for column in used], *([row[column] for column in used] for row in rows)]
    numbers = frozenset(place for place, column in enumerate(used) if heads[column] in _NUMBERS)
    yield from (f"{_INDENT}{line}" for line in aligned(cells, right=numbers))
    if len(kills) > _MOST_KILLS:
        yield f"{_INDENT}and {len(kills) - _MOST_KILLS} before them"
    for reason in dict.fromkeys(kill.suspicion for kill in kills if kill.suspicion is not None):
        yield f"{_INDENT}not to be trusted: {printable(reason)}"


_NUMBERS = {"pid", "anon", "file", "shmem", "adj"}


def _row(kill: Kill) -> tuple[str, ...]:
    victim = kill.victim
    trigger = "" if kill.trigger is None or kill.trigger.name is None else printable(kill.trigger.name)
    return (
        kill.killer,
        kill.signal,
        _number(victim.pid),
        printable(victim.name) if victim.name is not None else "",
        *_sizes(victim),
        _number(victim.oom_score_adj),
        trigger,
        _limit_of(kill),
    )


def _sizes(victim: Victim) -> Iterable[str]:
    parts = (victim.anon_rss_bytes, victim.file_rss_bytes, victim.shmem_rss_bytes)
    return ("" if part is None else size(part) for part in parts)


def _limit_of(kill: Kill) -> str:
    if kill.limit_cgroup is not None:
        return printable(owner_of(kill.limit_cgroup).words)
    return "the machine" if kill.scope == "global" and kill.killer in ("kernel", "sysrq") else ""


def _number(number: int | None) -> str:
    return "" if number is None else str(number)


def _others(causes: tuple[Cause, ...], width: int) -> Iterator[str]:
    if causes:
        yield "Other causes:"
    for cause in causes:
        yield _wrapped(f"{cause.confidence}: {cause.verdict}: {cause.sentence}", width, _INDENT)
        yield from (f"{_INDENT * 2}{_place(each)}: {printable(each.text)}" for each in cause.evidence[:_MOST_QUOTES])


def _next(explanation: Explanation, width: int) -> Iterator[str]:
    if explanation.next_steps:
        yield "What to do next:"
    for step in explanation.next_steps:
        yield _wrapped(step.text, width, _INDENT)
        if step.command is not None:
            yield f"{_INDENT * 3}{printable(step.command)}"


def _missing(explanation: Explanation, width: int) -> Iterator[str]:
    if explanation.gaps:
        yield "What is missing to be sure:"
    for line in dict.fromkeys(f"{gap.source}: {gap.reason}" for gap in explanation.gaps):
        yield _wrapped(line, width, _INDENT)
