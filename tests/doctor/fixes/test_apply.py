"""Applied as a whole or not at all; undone byte for byte; refused where somebody else has a hand in it."""

import fcntl
import os
import stat
from pathlib import Path

import pytest

from mnemo_cli.doctor.fixes.apply import apply, recover, undo
from mnemo_cli.doctor.fixes.journal import FOLDER, locked, read_record, read_records, write_record
from mnemo_cli.errors import RepairError, SourceError, UsageError
from tests.strangers import open_to_all


def test_plan_apply_undo_leaves_the_tree_byte_for_byte(debian, plan_for, photo):
    before = photo(debian)
    plan = plan_for(debian)
    done = apply(plan, now_seconds=5.0)
    assert done.record.state == "applied" and photo(debian) != before
    assert all((debian / change.path).read_bytes() == change.after for change in plan.changes)
    assert plan_for(debian).changes == ()
    assert undo(debian, plan.id).record.state == "undone"
    assert photo(debian) == before


def test_the_same_fix_can_be_made_again(debian, plan_for, photo):
    before, plan = photo(debian), plan_for(debian)
    for _ in range(2):
        apply(plan_for(debian), now_seconds=5.0)
        undo(debian, plan.id)
    assert photo(debian) == before and len(read_records(debian)) == 1


def test_fixes_are_undone_from_the_last_to_the_first(debian, plan_for, photo, server):
    before = photo(debian)
    first = apply(plan_for(debian, "pam"), now_seconds=1.0).record.id
    second = apply(plan_for(debian, "pam", wanted=server._replace(nofile=100_000)), now_seconds=2.0).record.id
    with pytest.raises(RepairError, match=f"undo fix {second} first"):
        undo(debian, first)
    undo(debian, second)
    undo(debian, first)
    assert photo(debian) == before


def test_a_file_that_somebody_has_changed_is_not_undone(debian, plan_for, photo):
    fix = apply(plan_for(debian), now_seconds=1.0).record
    (debian / "etc/security/limits.d/60-mnemo.conf").write_text("# mine now\n")
    changed = photo(debian)
    with pytest.raises(RepairError, match="was changed since"):
        undo(debian, fix.id)
    assert photo(debian) == changed and read_record(debian, fix.id).state == "applied"


def test_a_file_that_somebody_has_removed_is_not_undone(debian, plan_for):
    fix = apply(plan_for(debian, "docker"), now_seconds=1.0).record
    (debian / "etc/docker/daemon.json").unlink()
    with pytest.raises(RepairError, match="was changed since"):
        undo(debian, fix.id)
    assert not (debian / "etc/docker/daemon.json").exists()


def test_an_undone_fix_is_told_and_nothing_is_done(debian, plan_for):
    fix = apply(plan_for(debian), now_seconds=1.0).record
    undo(debian, fix.id)
    assert undo(debian, fix.id).warnings == (f"fix {fix.id} is undone already",)


@pytest.mark.parametrize("name", ["0123abcd", "", "../../x", "0123ABCD", "lock"])
def test_a_fix_that_is_not_there_is_wrong_usage(debian, name):
    with pytest.raises(UsageError, match="there is no fix"):
        undo(debian, name)
    assert not (debian / FOLDER).exists()


def test_a_file_that_changed_after_the_plan_is_not_overwritten(debian, plan_for, photo):
    plan = plan_for(debian)
    (debian / "etc/docker/daemon.json").write_text("{}\n")
    before = photo(debian)
    with pytest.raises(RepairError, match="has changed since the plan"):
        apply(plan, now_seconds=1.0)
    assert photo(debian) == before


def test_what_would_not_help_is_not_applied(root, plan_for, debian, photo):
    where = root({"etc/security/limits.d/99-z.conf": "* soft nofile 2\n"})
    before = photo(where)
    with pytest.raises(RepairError, match="this would not help"):
        apply(plan_for(where, "pam"), now_seconds=1.0)
    assert photo(where) == before and not (where / FOLDER).exists()


def test_two_fixes_at_once_refuse(debian, plan_for, photo):
    before, plan = photo(debian), plan_for(debian)
    with locked(debian), pytest.raises(RepairError, match="another fix is at work"):
        apply(plan, now_seconds=1.0)
    assert photo(debian) == before
    fix = apply(plan, now_seconds=1.0).record
    with (debian / FOLDER / "lock").open() as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        with pytest.raises(RepairError, match="another fix is at work"):
            undo(debian, fix.id)


def test_the_journal_is_for_its_owner_alone(debian, plan_for):
    apply(plan_for(debian), now_seconds=1.0)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [debian / FOLDER, *(debian / FOLDER).iterdir()]}
    assert modes.pop("fixes") == 0o700 and set(modes.values()) == {0o600}


def failing(at: int):
    """A runner of commands whose n-th call fails."""
    calls = []

    def run(words):
        calls.append(" ".join(words))
        return (1, "no bus") if len(calls) == at else (0, "")

    return run, calls


def test_commands_that_disturb_nobody_are_run_and_the_others_left(root, plan_for, debian):
    where = root({"run/systemd/system/x": ""})
    run, calls = failing(at=0)
    done = apply(plan_for(where), now_seconds=1.0, run=run)
    assert calls == ["systemctl daemon-reload"]
    assert done.left == ("systemctl daemon-reexec", "systemctl restart docker")


def test_without_a_runner_every_command_is_left(debian, plan_for):
    assert apply(plan_for(debian, "service"), now_seconds=1.0).left == ("systemctl daemon-reload",)


def test_a_command_that_is_not_there_is_left(root, plan_for, debian):
    where = root({"run/systemd/system/x": ""})
    assert apply(plan_for(where, "service"), now_seconds=1.0, run=lambda words: None).left == (
        "systemctl daemon-reload",
    )


def test_when_a_command_fails_all_is_taken_back(root, plan_for, debian, photo):
    where = root({"run/systemd/system/x": ""})
    before, plan = photo(where), plan_for(where)
    run, calls = failing(at=1)
    with pytest.raises(RepairError, match="taken back: `systemctl daemon-reload` failed with exit code 1: no bus"):
        apply(plan, now_seconds=1.0, run=run)
    assert photo(where) == before and read_record(where, plan.id).state == "taken_back"
    assert calls == ["systemctl daemon-reload"] * 2


def test_a_value_that_proc_does_not_show_afterwards_is_taken_back(root, plan_for, photo, server):
    where = root({"proc/sys/vm/max_map_count": "65530\n", "var/lib/present": ""})
    before = photo(where)
    plan = plan_for(where, "sysctl", wanted=server._replace(sysctls=(("vm.max_map_count", 262144),)))
    with pytest.raises(RepairError, match="max_map_count is 65530, and not 262144"):
        apply(plan, now_seconds=1.0, run=lambda words: (0, ""))
    assert photo(where) == before

    def sysctl(words):
        (where / "proc/sys/vm/max_map_count").write_text("262144\n")
        return 0, ""

    assert apply(plan, now_seconds=1.0, run=sysctl).left == ()


def test_a_command_that_fails_after_an_undo_is_left_with_a_warning(root, plan_for, debian, photo):
    where = root({"run/systemd/system/x": ""})
    before = photo(where)
    fix = apply(plan_for(where, "service"), now_seconds=1.0).record
    run, _ = failing(at=1)
    done = undo(where, fix.id, run=run)
    assert photo(where) == before and done.left == ("systemctl daemon-reload",) and "no bus" in done.warnings[0]


@pytest.mark.parametrize("obstacle", ["folder", "link"])
def test_what_cannot_be_written_takes_the_others_back(debian, plan_for, photo, obstacle):
    plan = plan_for(debian)
    last = debian / Path(plan.changes[2].path).parent
    before = photo(debian)

    def block(path):
        (debian / "elsewhere").mkdir()
        path.symlink_to(debian / "elsewhere") if obstacle == "link" else path.write_text("a file")

    real = os.mkdir

    def mkdir(name, mode=0o777, *, dir_fd=None):
        """The obstacle appears when the fix has begun."""
        if name == last.name:
            block(last)
        real(name, mode, dir_fd=dir_fd)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "mkdir", mkdir)
        with pytest.raises(RepairError, match="failed"):
            apply(plan, now_seconds=1.0)
    last.unlink()
    (debian / "elsewhere").rmdir()
    assert photo(debian) == before


def test_a_full_disk_takes_all_back(debian, plan_for, photo, monkeypatch):
    before, plan = photo(debian), plan_for(debian)
    real, written = os.write, []

    def write(descriptor, data):
        written.append(data)
        if len(written) == 3:
            raise OSError(28, "No space left on device")
        return real(descriptor, data[:7])

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(RepairError, match="No space left on device"):
        apply(plan, now_seconds=1.0)
    monkeypatch.undo()
    assert photo(debian) == before


def test_an_interrupt_takes_all_back(debian, plan_for, photo, monkeypatch):
    before, plan = photo(debian), plan_for(debian)
    real, calls = os.rename, []

    def rename(*words, **more):
        calls.append(words)
        if len(calls) == 4:
            raise KeyboardInterrupt
        real(*words, **more)

    monkeypatch.setattr(os, "rename", rename)
    with pytest.raises(KeyboardInterrupt):
        apply(plan, now_seconds=1.0)
    monkeypatch.undo()
    assert photo(debian) == before and read_record(debian, plan.id).state == "taken_back"


def test_a_damaged_record_stops_the_next_fix_and_is_named(debian, plan_for, photo):
    fix = apply(plan_for(debian, "pam"), now_seconds=1.0).record
    (debian / FOLDER / f"{fix.id}.json").write_text("{")
    before = photo(debian)
    with pytest.raises(RepairError, match=f"{fix.id}.json is damaged"):
        apply(plan_for(debian), now_seconds=2.0)
    assert photo(debian) == before


def test_no_journal_is_no_fixes_and_an_unreadable_one_is_unknown(debian):
    assert read_records(debian) == ()
    (debian / "var/lib/mnemosyne").mkdir()
    (debian / FOLDER).write_text("a file")
    with pytest.raises(SourceError):
        read_records(debian)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become somebody else")
def test_without_the_right_to_write_nothing_is_changed(debian, plan_for, photo):
    open_to_all(debian)
    before, plan = photo(debian), plan_for(debian)
    child = os.fork()
    if child == 0:
        os.setresuid(65534, 65534, 65534)
        try:
            apply(plan, now_seconds=1.0)
        except RepairError as err:
            os._exit(7 if "run as root" in str(err) else 8)
        finally:
            os._exit(9)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert photo(debian) == before


def test_a_file_that_cannot_be_read_is_no_strangers_and_stops_the_taking_back(debian, plan_for, monkeypatch):
    plan = plan_for(debian, "docker")
    fix = apply(plan, now_seconds=1.0).record
    write_record(debian, fix._replace(state="applying"))
    real = os.open

    def unreadable(path, *words, **more):
        if path == "daemon.json":
            raise OSError(5, "Input/output error", path)
        return real(path, *words, **more)

    monkeypatch.setattr(os, "open", unreadable)
    with pytest.raises(RepairError, match=r"was interrupted and cannot be taken back: .*Input/output error"):
        recover(debian)
    monkeypatch.undo()
    assert read_record(debian, fix.id).state == "applying"
    assert recover(debian) == (f"fix {fix.id} was interrupted; it was taken back",)
    assert recover(debian) == ()


def test_recovering_writes_nothing_where_nothing_was(debian):
    assert recover(debian) == () and not (debian / FOLDER).exists()
