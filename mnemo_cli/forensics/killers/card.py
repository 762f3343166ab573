"""What the reader of one killer's lines is: who writes them, the literals that find them, and a generator of kills."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from mnemo_cli.forensics.case import Notice
from mnemo_cli.forensics.kills import Evidence, Kill
from mnemo_cli.forensics.log.line import LogLine


class Card(NamedTuple):
    """`senders` are the identifiers that may write these lines, as beginnings; `literals` are parts of every line.

    `read` gets the lines of these senders only, and those whose sender is not told.
    """

    senders: tuple[str, ...]
    literals: tuple[bytes, ...]
    read: Callable[[Sequence[LogLine], str], Iterator[Kill | Notice]]


def written_by(lines: Iterable[LogLine], senders: tuple[str, ...]) -> list[LogLine]:
    """The lines that these senders may have written: an application that quotes a killer's words kills nobody."""
    return [line for line in lines if not line.from_kernel and _may_be(line.identifier, senders)]


def quote(line: LogLine, source: str) -> Evidence:
    """The line as evidence."""
    return Evidence(source=source, text=line.raw, line=line.number)


def _may_be(identifier: str | None, senders: tuple[str, ...]) -> bool:
    return identifier is None or identifier.rpartition("/")[2].lower().startswith(senders)
