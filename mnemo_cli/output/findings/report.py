"""Further reports of one audit, `--report FORMAT=FILE`, and how a result is written to a file: whole or not at all."""

import os
import stat
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.errors import OutputError, UsageError
from mnemo_cli.output.findings import FindingsFormat, Report, render
from mnemo_cli.redact import printable

_EXAMPLE = "write FORMAT=FILE, such as sarif=mnemo.sarif"


class ReportFile(NamedTuple):
    """Which format goes where."""

    format: FindingsFormat
    path: Path


def parse_reports(texts: Iterable[str]) -> tuple[ReportFile, ...]:
    """The files that `--report` asks for; UsageError before anything is done where one could not be written."""
    files = tuple(_parsed(text) for text in texts)
    seen: set[str] = set()
    for file in files:
        place = os.path.realpath(file.path)
        if place in seen and not _takes_several(file.path):
            raise UsageError(f"--report: {printable(str(file.path))} is named twice; give each report its own file")
        seen.add(place)
    return files


def write_reports(report: Report, files: Sequence[ReportFile], *, verbose: bool = False) -> None:
    """Render all of them, then write each; OutputError names the first that cannot be written."""
    texts = [(file.path, render(report, file.format, verbose=verbose)) for file in files]
    for path, text in texts:
        write_whole(path, text)


def write_whole(path: Path, text: str | bytes) -> None:
    """Put the text in the place of the file in one step; a pipe or a device is written to as it is."""
    content = text.encode("utf-8", "backslashreplace") if isinstance(text, str) else text
    try:
        if _takes_several(path):
            path.write_bytes(content)
        else:
            # A symbolic link stays one: the file it names is replaced.
            _replace(Path(os.path.realpath(path)), content)
    except OSError as err:
        raise OutputError(f"cannot write {printable(str(path))}: {err.strerror}; name another file") from err


def _parsed(text: str) -> ReportFile:
    word, equals, name = text.partition("=")
    known = [known.value for known in FindingsFormat]
    if not equals or not name:
        raise UsageError(f"--report {text!r} names no file; {_EXAMPLE}")
    if word not in known:
        raise UsageError(f"--report: there is no format {word!r}{_hint(word, known)}")
    path = Path(name)
    if path.is_dir():
        raise UsageError(f"--report: {printable(name)} is a folder; {_EXAMPLE}")
    if _is_own_output(path):
        raise UsageError(f"--report: {printable(name)} is where the result itself goes; choose its format by --format")
    if not path.parent.is_dir():
        raise UsageError(f"--report: there is no folder {printable(str(path.parent))}; make it first")
    return ReportFile(FindingsFormat(word), path)


def _hint(word: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word.lower(), known, n=1)
    return f"; did you mean {near[0]}?" if near else f"; the formats are {' '.join(known)}"


def _is_own_output(path: Path) -> bool:
    """/dev/stdout that was sent to a file: replacing it would lose what else is written there."""
    with suppress(OSError):
        named = path.stat()
        return stat.S_ISREG(named.st_mode) and any(os.path.samestat(named, os.fstat(stream)) for stream in (1, 2))
    return False


def _takes_several(path: Path) -> bool:
    """Whether it is a pipe, a terminal or a device such as /dev/stdout, which nothing may take the place of."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _replace(path: Path, content: bytes) -> None:
    # Not tempfile, which makes files that only their owner may read: a report is made for others.
    temporary = path.with_name(f".mnemo-{os.urandom(8).hex()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            with suppress(FileNotFoundError):
                os.fchmod(stream.fileno(), stat.S_IMODE(path.stat().st_mode))
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
