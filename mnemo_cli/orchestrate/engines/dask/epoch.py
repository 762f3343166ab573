"""By what name agents know a run, and by what number its supervisors: both are kept beside the journal."""

import uuid
from pathlib import Path


def run_of(folder: Path) -> str:
    """The name by which agents know the run of this journal, also when it is taken up again."""
    file = folder / "run"
    try:
        return file.read_text().strip()
    except FileNotFoundError:
        run = uuid.uuid4().hex[:16]
        file.write_text(f"{run}\n")
        return run


def next_epoch(folder: Path) -> int:
    """One more than any supervisor of this journal has had."""
    file = folder / "epoch"
    try:
        epoch = int(file.read_text()) + 1
    except (FileNotFoundError, ValueError):
        epoch = 1
    written = file.with_name("epoch.new")
    written.write_text(f"{epoch}\n")
    written.replace(file)
    return epoch
