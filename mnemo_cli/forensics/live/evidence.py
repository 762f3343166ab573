"""A file or a pipe, of which only the content tells what it is: a record of containers or of a unit, or a log."""

import io
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from mnemo_cli.errors import SourceError
from mnemo_cli.forensics.case import Case
from mnemo_cli.forensics.live.instant import Instant
from mnemo_cli.forensics.live.logs import Logs
from mnemo_cli.forensics.records import Form, joblog_kills, read_records, read_unit, recognise
from mnemo_cli.forensics.records.recognition import HEAD_BYTES
from mnemo_cli.redact import decoded

# `kubectl get pods -A -o json` of a thousand pods has 20 MiB.
_MOST_DOCUMENT_BYTES = 256 << 20


class Peeked(io.RawIOBase):
    """A stream whose beginning was looked at, and which still begins there: pipes cannot be wound back."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.head = stream.read(HEAD_BYTES)
        self._rest = self.head

    @property
    def form(self) -> Form:
        return recognise(self.head)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        """As io asks for it."""
        text = self._rest[: len(buffer)] if self._rest else self._stream.read(len(buffer))
        self._rest = self._rest[len(text) :]
        buffer[: len(text)] = text
        return len(text)


def read_evidence(form: Form, chunks: Iterable[bytes], source: str, root: Path, now: Instant) -> Case:
    """What it tells; with a record also what the logs of this machine say of the same container or unit.

    Raises SourceError for a record that is damaged, and for what is neither record nor log.
    """
    logs = Logs(root, now)
    if form == "log":
        logs.add(source, chunks)
        return case_of_logs(logs, source)
    text = decoded(_whole(chunks, source))
    if form == "joblog":
        return Case(kills=joblog_kills(text, source), logs=(source,))
    case = _case_of_record(form, text, source)
    logs.read_kernel()
    logs.read_journal()
    return logs.into(case)


def case_of_logs(logs: Logs, source: str) -> Case:
    """What log files told; SourceError where none of them was a kernel's and nobody told of a kill."""
    if not logs.tell_anything:
        raise SourceError(
            f"{source} holds no line of a kernel and no record that mnemo knows; give a kernel log, a bundle, or what "
            "`docker inspect` or `kubectl get pod -o json` prints"
        )
    return logs.into(Case())


def _case_of_record(form: Form, text: str, source: str) -> Case:
    if form == "unit":
        unit = read_unit(text, source)
        if unit is None:
            raise SourceError(f"{source} names no unit; give all that `systemctl show UNIT` prints")
        return Case(unit=unit)
    records = read_records(text, source)
    if not records:
        raise SourceError(f"{source} holds no container and no pod; give what `docker inspect CONTAINER` prints")
    return Case(records=records)


def _whole(chunks: Iterable[bytes], source: str) -> bytes:
    parts, length = [], 0
    for chunk in chunks:
        parts.append(chunk)
        if (length := length + len(chunk)) > _MOST_DOCUMENT_BYTES:
            raise SourceError(f"{source} has more than {_MOST_DOCUMENT_BYTES} bytes; give the part about one container")
    return b"".join(parts)
