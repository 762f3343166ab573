"""SUMMARY.md of a bundle: what `mnemo explain` says of the logs in it, for whoever opens it first."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from mnemo_cli.diagnostics.collector import Member
from mnemo_cli.forensics.case import Case
from mnemo_cli.forensics.explanation import Explanation
from mnemo_cli.forensics.kills import Evidence
from mnemo_cli.forensics.live.instant import Instant
from mnemo_cli.forensics.live.logs import Logs
from mnemo_cli.forensics.truth import judge
from mnemo_cli.redact import printable

_Result = TypeVar("_Result")

_MOST_LINES = 20
_ABOUT = """\
# Summary

Made by mnemo from the logs in this bundle, after redaction. `mnemo explain BUNDLE` says the same with the newest
rules. `manifest.json` lists what is here, `errors.jsonl` what is not, and why; `sha256sum -c SHA256SUMS` checks it.
"""


class Summary:
    """Reads the logs as they go by; what fails here costs the bundle its summary and nothing else."""

    def __init__(self, now: Instant, root: Path) -> None:
        self._logs = Logs(root, now)
        self._failure: str | None = None

    def hear(self, member: Member, chunks: Iterator[bytes]) -> None:
        """Read a member, if it is a log. `chunks` have been redacted."""
        if member.content != "log" or self._failure is not None:
            return
        is_kernel = member.path.startswith("kernel-log/")
        self._tried(
            f"{member.path} could not be read", lambda: self._logs.add(member.path, chunks, is_kernel=is_kernel)
        )

    def text(self) -> str:
        """Markdown. The words of strangers stand in it as code, on a line of their own."""
        if self._failure is None and not self._logs.were_read:
            return f"{_ABOUT}\nThere is no log in this bundle, so nothing can be said of kills.\n"
        told = None
        if self._failure is None:
            told = self._tried("the logs could not be judged", lambda: tuple(_told(judge(self._logs.into(Case())))))
        if told is None:
            return f"{_ABOUT}\nThere is no more here: {self._failure}.\n"
        return "\n".join((_ABOUT, *told)) + "\n"

    def _tried(self, failure: str, work: Callable[[], _Result]) -> _Result | None:
        try:
            return work()
        except Exception as bug:  # noqa: BLE001 evidence is worth more than its reading
            self._failure = f"{failure}: {type(bug).__name__}"
            return None


def _told(explanation: Explanation) -> Iterator[str]:
    yield f"## {_plain(explanation.headline)}\n\nVerdict: {explanation.verdict}, {explanation.confidence}\n"
    for paragraph in explanation.paragraphs:
        yield f"{_plain(paragraph)}\n"
    for cause in explanation.causes:
        yield f"- {cause.confidence}: {_plain(cause.sentence)}\n"
        yield from _quoted(cause.evidence)
    if explanation.next_steps:
        yield "## What to do\n"
    for step in explanation.next_steps:
        yield f"- {_plain(step.text)}\n" + ("" if step.command is None else f"\n      {printable(step.command)}\n")
    if explanation.gaps:
        yield "## What is missing to be sure\n"
    for gap in explanation.gaps:
        yield f"- {_plain(gap.field)}: {_plain(gap.source)}: {_plain(gap.reason)}"


def _quoted(evidence: tuple[Evidence, ...]) -> Iterator[str]:
    """Indented by more than a list item, which makes it code."""
    if len(evidence) > _MOST_LINES:
        yield f"      {len(evidence) - _MOST_LINES} earlier lines …"
    for one in evidence[-_MOST_LINES:]:
        place = one.source if one.line is None else f"{one.source}:{one.line}"
        yield f"      {printable(place)}: {printable(one.text)}"
    if evidence:
        yield ""


def _plain(text: str) -> str:
    """Words of ours that may hold a stranger's name: it must not become a link or a picture."""
    return printable(text).replace("[", "\\[").replace("<", "&lt;").replace("`", "'")
