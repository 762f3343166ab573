"""Every fix that was applied, with the old and the new content of its files; one writer at a time.

A record is written whole before the first file is touched, so whatever happens after that can be taken back.
"""

import contextlib
import fcntl
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

from mnemo_cli.doctor.fixes.record import Record, record_document, record_of
from mnemo_cli.doctor.fixes.tree import content_of, make_folder, missing_folders, replace
from mnemo_cli.errors import RepairError, SourceError, UsageError
from mnemo_cli.sampling.files import reason

FOLDER = "var/lib/mnemosyne/fixes"
_ID = re.compile(r"[0-9a-f]{8}")
_TOKEN = "journal"


def read_records(root: Path) -> tuple[Record, ...]:
    """All fixes, the oldest first. SourceError where the journal cannot be read."""
    folder = root / FOLDER
    try:
        names = sorted(path.name for path in folder.iterdir() if _ID.fullmatch(path.stem) and path.suffix == ".json")
    except FileNotFoundError:
        return ()
    except OSError as err:
        raise SourceError(f"cannot read {folder}: {reason(err)}; run as root") from err
    records = [_read(root, name.removesuffix(".json")) for name in names]
    return tuple(sorted((record for record in records if record is not None), key=lambda record: record.time_seconds))


def read_record(root: Path, fix_id: str) -> Record:
    """UsageError where there is no fix of that name."""
    record = _read(root, fix_id) if _ID.fullmatch(fix_id) else None
    if record is None:
        raise UsageError(f"there is no fix {fix_id!r} in {root / FOLDER}; `mnemo ulimit fix --list` shows them")
    return record


def write_record(root: Path, record: Record) -> None:
    """In one step. Raises OSError."""
    content = json.dumps(record_document(record), indent=1).encode() + b"\n"
    replace(root, _path(record.id), content, _TOKEN, new_mode=0o600)


@contextlib.contextmanager
def locked(root: Path) -> Iterator[None]:
    """Hold the journal, which is made if need be. RepairError when another fix is at work, or it cannot be written."""
    try:
        for folder in missing_folders(root, f"{FOLDER}/lock"):
            make_folder(root, folder, 0o700 if folder == FOLDER else 0o755)
        content_of(root, f"{FOLDER}/lock")  # refuses a symbolic link on the way
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(root / FOLDER / "lock", flags, 0o600)
    except OSError as err:
        raise RepairError(f"cannot write {root / FOLDER}: {reason(err)}; nothing was changed, run as root") from err
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as err:
            raise RepairError(
                f"another fix is at work below {root} (it holds {root / FOLDER / 'lock'}); nothing was changed, "
                "try again when it has ended"
            ) from err
        _sweep(root)
        yield
    finally:
        os.close(descriptor)


def _sweep(root: Path) -> None:
    """Half-written records of a program that was killed; nobody else is writing, since we hold the lock."""
    for path in (root / FOLDER).glob(f".*.{_TOKEN}.new"):
        with contextlib.suppress(OSError):
            path.unlink()


def _path(fix_id: str) -> str:
    return f"{FOLDER}/{fix_id}.json"


def _read(root: Path, fix_id: str) -> Record | None:
    content = content_of(root, _path(fix_id))
    if content is None:
        return None
    try:
        return record_of(json.loads(content))
    except (ValueError, KeyError, RecursionError) as err:
        raise RepairError(
            f"{root / _path(fix_id)} is damaged ({type(err).__name__}: {err}); move it away after a look at it"
        ) from err
