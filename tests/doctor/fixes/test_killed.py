"""Killed (SIGKILL) at any step of a fix or an undo: every file is whole, and the next fix or undo finishes the matter.

The child is the real code, which kills itself before its n-th change of the disk, or in the middle of its n-th
write. By default every fifth step is tried; MNEMO_KILL_EVERY=1 tries them all.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mnemo_cli.doctor.fixes.apply import apply, recover, undo
from mnemo_cli.doctor.fixes.journal import FOLDER, read_records
from mnemo_cli.errors import RepairError, UsageError

EVERY = int(os.environ.get("MNEMO_KILL_EVERY", "5"))
CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.chown", "os.setxattr"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def kills_itself(step: int, action: Callable[[], object]) -> bool:
    """Whether a child that does `action` got as far as its `step`-th change, where it was killed."""
    child = os.fork()
    if child == 0:
        try:
            count_down(step)
            action()
            os._exit(0)
        finally:
            os._exit(1)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, -signal.SIGKILL), status
    return status != 0


def count_down(step: int) -> None:
    left = [step]
    write, fsync = os.write, os.fsync

    def tick():
        left[0] -= 1
        return left[0] == 0

    def die():
        os.kill(os.getpid(), signal.SIGKILL)

    def hook(event, arguments):
        if (event in CHANGES or (event == "open" and arguments[2] & WRITING)) and tick():
            die()

    def half_write(descriptor, data):
        if tick():
            write(descriptor, data[: len(data) // 2])
            die()
        return write(descriptor, data)

    def no_fsync(descriptor):
        if tick():
            die()
        return fsync(descriptor)

    os.write, os.fsync = half_write, no_fsync
    sys.addaudithook(hook)


def every_step(original: Path, action: Callable[[Path], object]):
    """A fresh copy of the root after the death at each step; ends when the action came through."""
    offset = 0
    for step in range(1 + offset, 10_000, EVERY):
        where = original.with_name("copy")
        shutil.rmtree(where, ignore_errors=True)
        shutil.copytree(original, where, symlinks=True)
        if not kills_itself(step, lambda where=where: action(where)):
            assert step > 40, "too few steps: does the child still count them?"
            return
        yield where


def all_whole(where: Path, plan) -> None:
    for change in plan.changes:
        path = where / change.path
        assert (path.read_bytes() if path.exists() else None) in (change.before, change.after), path
    for path in (where / FOLDER).glob("[0-9a-f]*.json"):
        assert path.read_bytes().endswith(b"}\n")


@pytest.fixture
def mixed(root, debian):
    """Files to make, to replace, folders to make; the journal's own folder is there, as after a first fix."""
    (debian / FOLDER).mkdir(parents=True)
    return root({"etc/security/limits.d/60-mnemo.conf": "# of an older fix\n"})


def test_a_fix_that_was_killed_is_taken_back_by_the_next_one(mixed, plan_for, photo):
    before = photo(mixed)
    for where in every_step(mixed, lambda where: apply(plan_for(where), now_seconds=1.0)):
        plan = plan_for(mixed)
        all_whole(where, plan)
        recover(where)
        # Killed after the last record was in its place: then the fix is made, and there is nothing to take back.
        if [record.state for record in read_records(where)] != ["applied"]:
            assert plan_for(where).id == plan.id
            apply(plan_for(where), now_seconds=2.0)
        assert all((where / change.path).read_bytes() == change.after for change in plan.changes)
        undo(where, plan.id)
        after = {path: seen for path, seen in photo(where).items() if path not in ("var", "var/lib")}
        assert after == {path: seen for path, seen in before.items() if path not in ("var", "var/lib")}
        assert {record.state for record in read_records(where)} <= {"undone", "taken_back"}


def test_a_fix_that_was_killed_is_taken_back_by_undoing_it(mixed, plan_for, photo):
    before, fix = photo(mixed), plan_for(mixed).id
    for where in every_step(mixed, lambda where: apply(plan_for(where), now_seconds=1.0)):
        try:
            done = undo(where, fix)
        except UsageError:  # killed before the record was there, and so before anything was changed
            done = None
        assert photo(where) == before
        assert done is None or done.record.state in ("undone", "taken_back")
        leftovers = [path for path in where.rglob(".*.new") if FOLDER not in str(path)]
        assert leftovers == []


def test_an_undo_that_was_killed_is_finished_by_the_next_one(mixed, plan_for, photo):
    before, plan = photo(mixed), plan_for(mixed)
    apply(plan, now_seconds=1.0)
    for where in every_step(mixed, lambda where: undo(where, plan.id)):
        all_whole(where, plan)
        assert undo(where, plan.id).record.state == "undone"
        assert photo(where) == before


def test_what_somebody_changed_after_the_death_is_left_alone(mixed, plan_for, photo):
    paths = [change.path for change in plan_for(mixed).changes]
    seen = 0
    for where in every_step(mixed, lambda where: apply(plan_for(where), now_seconds=1.0)):
        path = where / paths[0]
        if not read_records(where) or path.read_bytes() == b"# of an older fix\n":
            continue
        path.write_text("# by hand\n")
        done = undo(where, plan_for(mixed).id)
        assert path.read_text() == "# by hand\n"
        seen += any("changed since by somebody else" in warning for warning in done.warnings)
        if seen:
            return
    pytest.fail("no step was after the first file")


def test_a_plan_made_over_half_a_fix_is_not_applied(mixed, plan_for, photo):
    before, seen = photo(mixed), 0
    for where in every_step(mixed, lambda where: apply(plan_for(where), now_seconds=1.0)):
        plan = plan_for(where)
        if plan.changes and plan.id != plan_for(mixed).id:
            with pytest.raises(RepairError, match=r"was interrupted; it was taken back; .*plan and apply anew"):
                apply(plan, now_seconds=2.0)
            assert photo(where) == before
            seen += 1
    assert seen


def test_the_lock_of_a_killed_program_is_free(mixed, plan_for):
    where = next(every_step(mixed, lambda where: apply(plan_for(where), now_seconds=1.0)))
    recover(where)
    assert apply(plan_for(where), now_seconds=2.0).record.state == "applied"
