"""A plan carried out under the journal, taken back when a step fails, recovered after a crash, undone on request.

Killed at any moment, every file is the old or the new one, whole, and the journal knows both: the next fix or undo
first finishes what was begun.
"""

import contextlib
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.doctor.fixes.activate import Runner, activate
from mnemo_cli.doctor.fixes.journal import locked, read_record, read_records, write_record
from mnemo_cli.doctor.fixes.plan import Change, Plan
from mnemo_cli.doctor.fixes.record import Record
from mnemo_cli.doctor.fixes.scene import Activation
from mnemo_cli.doctor.fixes.tree import (
    Tree,
    content_of,
    make_folder,
    missing_folders,
    remove,
    remove_folder,
    remove_leftover,
    replace,
)
from mnemo_cli.errors import RepairError, StrangeFileError
from mnemo_cli.sampling.files import reason


class Done(NamedTuple):
    """A fix after it was applied or undone, the commands that are left to a person, and what was found on the way."""

    record: Record
    left: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def apply(plan: Plan, *, now_seconds: float, run: Runner | None = None) -> Done:
    """All of the plan or nothing of it. RepairError when it could not be made; then all files are as they were."""
    root = plan.root
    if plan.unmet:
        raise RepairError(f"this would not help, and nothing was changed: {'; '.join(plan.unmet)}")
    with locked(root):
        if warnings := _recover(root, run):
            raise RepairError(f"{'; '.join(warnings)}; that is all that was done, plan and apply anew")
        for change in plan.changes:
            if content_of(root, change.path) != change.before:
                raise RepairError(
                    f"{root / change.path} has changed since the plan was made; nothing was changed, try again"
                )
        folders = {folder: None for change in plan.changes for folder in missing_folders(root, change.path)}
        record = Record(
            id=plan.id,
            state="applying",
            time_seconds=now_seconds,
            worlds=plan.worlds,
            changes=plan.changes,
            made_folders=tuple(folders),
            activate=plan.activate,
            restart=plan.restart,
            verify=plan.verify,
        )
        left = _carry_out(plan, record, run)
    return Done(record._replace(state="applied"), left)


def recover(root: Path, *, run: Runner | None = None) -> tuple[str, ...]:
    """Before planning: take back what was interrupted, and say so. Nothing is written where nothing was."""
    if not any(_is_interrupted(record) for record in read_records(root)):
        return ()
    with locked(root):
        return _recover(root, run)


def undo(root: Path, fix_id: str, *, run: Runner | None = None) -> Done:
    """Put back what a fix has replaced. RepairError when somebody has changed one of its files since."""
    read_record(root, fix_id)  # a wrong name is told before anything is written
    with locked(root):
        warnings = _recover(root, run)
        record = read_record(root, fix_id)
        if record.state in ("undone", "taken_back"):
            return Done(record, (), (*warnings, f"fix {fix_id} is {record.state.replace('_', ' ')} already"))
        for change in record.changes:
            if content_of(root, change.path) != change.after:
                raise RepairError(_changed_since(root, record, change))
        try:
            write_record(root, record._replace(state="undoing"))
            _put_back(root, record)
            record = record._replace(state="undone")
            write_record(root, record)
        except (OSError, RepairError) as err:
            raise RepairError(f"undoing {fix_id} stopped: {_told(root, err)}; run the same command again") from err
        try:
            left = activate(_reversed(record), run)
        except RepairError as err:
            left, warnings = tuple(step.line for step in _reversed(record)), (*warnings, str(err))
    return Done(record, left, warnings)


def _carry_out(plan: Plan, record: Record, run: Runner | None) -> tuple[str, ...]:
    """Whatever ends this early, an interrupt too, takes it back."""
    root = plan.root
    with contextlib.ExitStack() as failing:
        try:
            write_record(root, record)
            failing.callback(_take_back, root, record, run)
            for folder in record.made_folders:
                make_folder(root, folder)
            for change in record.changes:
                replace(root, change.path, change.after, record.id)
            for change in record.changes:
                if content_of(root, change.path) != change.after:
                    raise RepairError(f"{root / change.path} reads back differently from what was written")
            left = activate(record.activate, run)
            _verify_live(plan, run, left)
            write_record(root, record._replace(state="applied"))
        except (OSError, RepairError) as err:
            raise RepairError(f"the fix failed and was taken back: {_told(root, err)}") from err
        failing.pop_all()
    return left


def _verify_live(plan: Plan, run: Runner | None, left: tuple[str, ...]) -> None:
    if run is None or any(step.automatic and step.line in left for step in plan.activate):
        return
    for path, minimum in plan.live:
        value = Tree(plan.root).number(path)
        if value is None or value < minimum:
            raise RepairError(f"{plan.root / path} is {value}, and not {minimum}, after all was done")


def _take_back(root: Path, record: Record, run: Runner | None) -> None:
    try:
        strange = _put_back(root, record)
        write_record(root, record._replace(state="taken_back"))
    except (OSError, RepairError) as err:
        raise RepairError(
            f"the fix failed, and taking it back failed too: {_told(root, err)}; "
            f"`mnemo ulimit fix --undo {record.id}` tries again"
        ) from err
    with contextlib.suppress(RepairError):
        activate(_reversed(record), run)
    if strange:
        names = ", ".join(str(root / path) for path in strange)
        raise RepairError(f"the fix failed and was taken back, but for what somebody else changed meanwhile: {names}")


def _recover(root: Path, run: Runner | None) -> tuple[str, ...]:
    """Finish what a program that was killed has begun: half-applied fixes are taken back, half-undone ones undone."""
    warnings: list[str] = []
    for record in read_records(root):
        if not _is_interrupted(record):
            continue
        try:
            strange = _put_back(root, record)
            write_record(root, record._replace(state="undone" if record.state == "undoing" else "taken_back"))
        except (OSError, RepairError) as err:
            raise RepairError(f"fix {record.id} was interrupted and cannot be taken back: {_told(root, err)}") from err
        with contextlib.suppress(RepairError):
            activate(_reversed(record), run)
        warnings.append(f"fix {record.id} was interrupted; it was taken back")
        warnings += [f"{root / path} was changed since by somebody else, and left as it is" for path in strange]
    return tuple(warnings)


def _is_interrupted(record: Record) -> bool:
    return record.state in ("applying", "undoing")


def _put_back(root: Path, record: Record) -> list[str]:
    """The old content of every file that has the new one; returns the files that somebody else has changed.

    Raises the first OSError or RepairError, after all that could be put back was.
    """
    strange: list[str] = []
    failures: list[OSError | RepairError] = []
    for change in reversed(record.changes):
        remove_leftover(root, change.path, record.id)
        try:
            _put_back_one(root, change, record.id)
        except StrangeFileError:
            strange.append(change.path)
        except (OSError, RepairError) as err:
            failures.append(err)
    if failures:
        raise failures[0]
    for folder in reversed(record.made_folders):
        remove_folder(root, folder)
    return strange


def _put_back_one(root: Path, change: Change, token: str) -> None:
    content = content_of(root, change.path)
    if content == change.before:
        return
    if content != change.after:
        raise StrangeFileError(f"{root / change.path} is neither the old nor the new file")
    if change.before is None:
        remove(root, change.path)
    else:
        replace(root, change.path, change.before, token)


def _reversed(record: Record) -> list[Activation]:
    return [step.reverse for step in record.activate if step.reverse.words]


def _changed_since(root: Path, record: Record, change: Change) -> str:
    later = [
        other.id
        for other in read_records(root)
        if other.state == "applied"
        and other.time_seconds >= record.time_seconds
        and other.id != record.id
        and any(mine.path == change.path for mine in other.changes)
    ]
    advice = f"undo fix {later[-1]} first" if later else "put it right by hand"
    return f"{root / change.path} was changed since fix {record.id}; nothing was undone, {advice}"


def _told(root: Path, err: OSError | RepairError) -> str:
    return str(err) if isinstance(err, RepairError) else f"{err.filename or root}: {reason(err)}"
