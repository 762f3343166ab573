"""`mnemo explain FILE`: opens a log, a record or an archive, from a file, a FIFO or stdin, and has it judged."""

import io
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from mnemo_cli.errors import BundleError, SourceError
from mnemo_cli.forensics.explanation import Explanation
from mnemo_cli.forensics.live.evidence import Peeked, case_of_logs, read_evidence
from mnemo_cli.forensics.live.instant import Instant
from mnemo_cli.forensics.live.logs import Logs
from mnemo_cli.forensics.truth import judge
from mnemo_cli.model import Gap
from mnemo_cli.output.log import tell
from mnemo_cli.redact import printable

if TYPE_CHECKING:
    from mnemo_cli.forensics.case import Case

_PIECE_BYTES = 1 << 18
_TAR_MAGIC_END = 262


def explain_evidence(what: str, root: Path) -> Explanation:
    """Raises SourceError where it cannot be read or holds no evidence."""
    now = Instant.now()
    source = "stdin" if what == "-" else printable(what)
    with _opened(what, source) as stream:
        try:
            peeked = Peeked(stream)
            if not peeked.head:
                raise SourceError(f"{source} is empty")
            whole = io.BufferedReader(peeked, _PIECE_BYTES)
            if peeked.form == "archive":
                return judge(_of_archive(whole, peeked.head, source, root, now))
            return judge(read_evidence(peeked.form, iter(lambda: whole.read1(_PIECE_BYTES), b""), source, root, now))
        except OSError as err:
            raise SourceError(f"cannot read {source}: {err.strerror or err}") from err


def _of_archive(stream: BinaryIO, head: bytes, source: str, root: Path, now: Instant) -> "Case":
    """The kernel logs in a tar, or a log that is packed; of a damaged one what comes before the damage."""
    from mnemo_cli.diagnostics.archive.kernel_logs import kernel_logs, why_no_log
    from mnemo_cli.diagnostics.archive.reader import FOREIGN
    from mnemo_cli.diagnostics.archive.unpacked import pieces_of, unpacked

    logs = Logs(root, now)
    manifests: deque[bytes] = deque(maxlen=1)
    try:
        if _holds_tar(head, source):
            for path, chunks in kernel_logs(stream, source, manifests.append):
                logs.add(f"{source}: {printable(path)}", chunks)
        else:
            logs.add(source, unpacked(pieces_of(stream, source), source, FOREIGN))
    except BundleError as err:
        if not logs.tell_anything:
            raise
        logs.gaps.append(Gap("bundle", source, str(err)))
    if not logs.tell_anything and manifests and (why := why_no_log(manifests[-1])) is not None:
        raise SourceError(f"{source} is a bundle without the kernel's log: {why}")
    return case_of_logs(logs, source)


def _holds_tar(head: bytes, source: str) -> bool:
    """A packed tar and a packed log differ only inside; the little that the beginning unpacks to is enough."""
    from mnemo_cli.diagnostics.archive.unpacked import Bounds, unpacked

    inside = b""
    try:
        for piece in unpacked(iter((head,)), source, Bounds()):
            inside += piece
            if len(inside) >= _TAR_MAGIC_END:
                break
    except BundleError:  # it is cut: that is its beginning only
        pass
    return inside[257:_TAR_MAGIC_END] == b"ustar"


@contextmanager
def _opened(what: str, source: str) -> Iterator[BinaryIO]:
    if what == "-":
        if sys.stdin is None:
            raise SourceError("stdin is closed; pipe a log into it, or name a file")
        if sys.stdin.isatty():
            tell("reading from the terminal; end with Ctrl-D")
        yield sys.stdin.buffer
        return
    if Path(what).is_dir():
        raise SourceError(f"{source} is a folder; give a file in it, or tar c {source} | mnemo explain -")
    try:
        stream = open(what, "rb")  # noqa: SIM115
    except OSError as err:
        raise SourceError(f"cannot read {source}: {err.strerror}") from err
    with stream:
        yield stream
