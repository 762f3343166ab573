"""By what name agents know a run, and by what number its supervisors: both are kept beside the journal.

An agent obeys the supervisor with the largest number. One that is not known is not guessed: with a smaller one than
the last had, nobody would listen, and with another run's name strangers would.
"""

import uuid
from pathlib import Path

from mnemo_cli.errors import EngineError
from mnemo_cli.redact import printable
from mnemo_cli.sampling.files import reason


def run_of(folder: Path) -> str:
    """The name by which agents know the run of this journal, also when it is taken up again."""
    file = folder / "run"
    run = _read(file)
    if run is None:
        run = uuid.uuid4().hex[:16]
        _keep(file, run)
    if not run.isalnum():
        raise EngineError(f"{printable(str(file))} has no name of a run in it: begin anew with another --journal")
    return run


def is_supervised(folder: Path) -> bool:
    """Whether this journal has had a supervisor: what is on the workers may be what that one has left."""
    return _read(folder / "epoch") is not None


def next_epoch(folder: Path) -> int:
    """One more than any supervisor of this journal has had."""
    file = folder / "epoch"
    before = _read(file)
    if before is not None and not (before.isascii() and before.isdigit()):
        raise EngineError(
            f"{printable(str(file))} has no number in it: write one there that is larger than any before, "
            f"or begin anew with another --journal"
        )
    epoch = 1 if before is None else int(before) + 1
    _keep(file, str(epoch))
    return epoch


def _read(file: Path) -> str | None:
    """None where there is none yet."""
    try:
        return file.read_text(errors="replace").strip()
    except FileNotFoundError:
        return None
    except OSError as err:
        raise EngineError(f"cannot read {printable(str(file))}: {reason(err)}") from err


def _keep(file: Path, word: str) -> None:
    """All of it or nothing."""
    written = file.with_name(f"{file.name}.new")
    try:
        written.write_text(f"{word}\n")
        written.replace(file)
    except OSError as err:
        raise EngineError(f"cannot write {printable(str(file))}: {reason(err)}") from err
