"""Audits of one process, of many, of a command and of an image."""

import datetime
import os
import sys
from pathlib import Path

import pytest

from mnemo_cli.doctor.audit import audit, audit_all
from mnemo_cli.doctor.checks import CHECKS
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.found import Found
from mnemo_cli.doctor.result import Severity
from mnemo_cli.doctor.subjects import everybody, named, of_unit, of_user
from mnemo_cli.doctor.surroundings import Surroundings
from mnemo_cli.doctor.waivers import Waiver
from mnemo_cli.errors import TargetError
from tests.doctor import stock_hosts
from tests.doctor.stock import limits, process, status, write

TODAY = datetime.date(2026, 11, 22)
GROUP = "0::/system.slice/nginx.service\n"


def crowd_of(root: Path) -> Surroundings:
    """nginx and its workers, alike but for one, and somebody else."""
    files = stock_hosts.debian_service()
    for pid in (813, 814, 815):
        files |= process(pid, GROUP, status_text=status("nginx", pid=pid, uid=33, threads=1))
    files |= process(815, GROUP, fds=1000, status_text=status("nginx", pid=815, uid=33, threads=1))
    files |= process(900, "0::/\n", limits_text=limits(nofile=(64, 64)), status_text=status("sh", pid=900, uid=1000))
    return Surroundings(write(root, files))


def test_each_process_of_many_is_told_what_it_is_told_alone(tmp_path):
    machine = crowd_of(tmp_path)
    pids = (812, 813, 814, 815, 900)
    host, *several = audit_all(Evidence(machine, None), (Evidence(machine, pid) for pid in pids), CHECKS, today=TODAY)
    assert host.subject.kind == "host"
    for pid, one in zip(pids, several, strict=True):
        with Evidence(Surroundings(tmp_path), pid) as evidence:
            alone = {finding.id: finding for finding in audit(evidence, CHECKS, today=TODAY).findings}
        assert one.subject.pid == pid
        assert list(one.findings) == [alone[finding.id] for finding in one.findings]


def test_the_machine_is_judged_once_and_not_with_each_process(tmp_path):
    machine = crowd_of(tmp_path)
    host, one = audit_all(Evidence(machine, None), [Evidence(machine, 812)], CHECKS, today=TODAY)
    ids = [finding.id for finding in (*host.findings, *one.findings)]
    assert sorted(ids) == sorted(check.id for check in CHECKS)
    assert "FD006" in {finding.id for finding in host.findings}


def test_of_many_those_without_limits_and_those_who_have_ended_are_left_out(tmp_path):
    machine = crowd_of(tmp_path)
    write(tmp_path, process(2, "0::/\n", status_text="Name:\tkthreadd\nState:\tS (sleeping)\nPPid:\t0\nKthread:\t1\n"))
    write(tmp_path, process(5, "0::/\n", status_text=status(pid=5, state="Z (zombie)")))
    pids = (2, 5, 77, 900)
    _, *several = audit_all(Evidence(machine, None), (Evidence(machine, pid) for pid in pids), CHECKS, today=TODAY)
    assert [one.subject.pid for one in several] == [900]


def test_a_stranger_with_the_pid_passes_nothing(tmp_path):
    machine = crowd_of(tmp_path)
    old = Found(pid=812, started=1, inode=-1, name="nginx")
    with Evidence(machine, 812, found=old) as evidence:
        result = audit(evidence, [check for check in CHECKS if check.about == "limit"], today=TODAY)
    assert {finding.state for finding in result.findings} <= {"unknown", "skipped"}
    assert "another one has its pid" in result.findings[0].message


def test_the_same_process_is_known_by_its_start_even_with_another_inode(tmp_path):
    machine = crowd_of(tmp_path)
    with Evidence(machine, 812, found=Found(pid=812, started=5000, inode=-1, name="nginx")) as evidence:
        assert evidence.rlimit("RLIMIT_NOFILE") is not None


@pytest.mark.parametrize(("state", "words"), [("Z (zombie)", "a zombie"), ("X (dead)", "a zombie")])
def test_a_zombie_is_skipped(tmp_path, state, words):
    files = process(7, GROUP, status_text=status(pid=7, state=state))
    with Evidence(Surroundings(write(tmp_path, files)), 7) as evidence:
        result = audit(evidence, [check for check in CHECKS if check.about in ("use", "limit", "group")], today=TODAY)
    assert {finding.state for finding in result.findings} == {"skipped"}
    assert result.findings[0].message.startswith(words)


def test_a_command_to_come_is_judged_by_what_it_would_inherit(tmp_path):
    files = {**stock_hosts.debian_session(), **process("self", GROUP, fds=900)}
    with Evidence(Surroundings(write(tmp_path, files)), "self", kind="command", name="make") as evidence:
        result = audit(evidence, CHECKS, today=TODAY)
    found = {finding.slug: finding for finding in result.findings}
    assert (result.subject.kind, result.subject.name, result.subject.pid) == ("command", "make", None)
    assert (found["fd-soft-low"].severity, found["fd-soft-low"].used) == (Severity.NOTE, None)
    assert found["fd-soft-low"].fixes[0] == "ulimit -Sn 4096"
    assert "uses" not in found["fd-soft-low"].message
    assert found["fd-usage"].state == "skipped"


@pytest.mark.parametrize("slug", ["address-space-limited", "data-limited"])
def test_of_a_command_to_come_nothing_is_said_to_be_taken(tmp_path, slug):
    text = limits(as_=(600 << 20, 600 << 20), data=(600 << 20, 600 << 20))
    files = {**stock_hosts.debian_session(), **process("self", GROUP, limits_text=text)}
    checks = [check for check in CHECKS if check.slug == slug]
    with Evidence(Surroundings(write(tmp_path, files)), "self", kind="command", name="make") as evidence:
        (finding,) = audit(evidence, checks, today=TODAY).findings
    assert "600M" in finding.message
    assert "reserved" not in finding.message and "taken" not in finding.message


def test_self_names_no_pid_since_it_is_gone_when_the_report_is_read(tmp_path):
    text = status("mnemo", pid=31337)
    files = {**stock_hosts.debian_session(), **process("self", GROUP, fds=900, status_text=text)}
    with Evidence(Surroundings(write(tmp_path, files)), "self", name="self") as evidence:
        result = audit(evidence, CHECKS, today=TODAY)
    found = {finding.slug: finding for finding in result.findings}
    assert (result.subject.kind, result.subject.name, result.subject.pid) == ("process", "self", None)
    assert found["fd-usage"].state == "finding" and found["fd-usage"].fixes[0].startswith("ulimit -Sn ")
    assert "31337" not in str(result)


def test_an_image_is_judged_by_its_files_alone(tmp_path):
    files = {
        "etc/os-release": "ID=fedora\n",
        "etc/security/limits.d/90-all.conf": "* hard nofile 2000000\nnonsense\n",
        "etc/docker/daemon.json": "{",
    }
    with Evidence(Surroundings(write(tmp_path, files)), None, kind="tree") as evidence:
        result = audit(evidence, CHECKS, today=TODAY)
    found = {finding.slug: finding for finding in result.findings}
    assert result.subject.kind == "tree"
    # Without a kernel its default ceiling counts.
    assert (found["limits-lock-out"].severity, found["limits-lock-out"].limit) == (Severity.ERROR, 1048576)
    assert {found[slug].state for slug in ("limits-malformed", "docker-limits")} == {"finding"}
    assert {
        found[check.slug].state for check in CHECKS if check.about in ("use", "limit", "group", "user", "host")
    } == {"skipped"}


def test_the_hosts_knobs_are_information_inside_a_container(tmp_path):
    files = {**stock_hosts.alpine_container(), "proc/sys/vm/panic_on_oom": "2\n", "proc/sys/fs/file-nr": "99\t0\t100\n"}
    with Evidence(Surroundings(write(tmp_path, files)), 1) as evidence:
        result = audit(evidence, CHECKS, today=TODAY)
    found = {finding.slug: finding for finding in result.findings}
    for slug in ("panic-on-oom", "file-max"):
        assert found[slug].severity is Severity.NOTE and "of the host, not of this container" in found[slug].message
        assert found[slug].fixes == ()


def test_a_waived_finding_is_still_counted(tmp_path):
    machine = crowd_of(tmp_path)
    waiver = Waiver("fd-soft-low", "sh", "a test", TODAY)
    with Evidence(machine, 900) as evidence:
        result = audit(evidence, CHECKS, waivers=[waiver], today=TODAY)
    assert result.summary["waived"] == 1
    assert sum(result.summary.values()) == len(CHECKS)


def test_a_finding_shows_what_it_stands_on(tmp_path):
    with Evidence(crowd_of(tmp_path), 815) as evidence:
        result = audit(evidence, [check for check in CHECKS if check.slug == "fd-usage"], today=TODAY)
    assert ("/proc/815/fd", "1000") in result.findings[0].evidence
    assert ("/proc/815/limits", "RLIMIT_NOFILE soft 1024, hard 524288") in result.findings[0].evidence


def test_subjects_are_found_by_name_user_and_unit(tmp_path):
    machine = crowd_of(tmp_path)
    for pid, name in ((812, "nginx"), (900, "sh")):
        (tmp_path / f"proc/{pid}/stat").write_text(
            f"{pid} ({name}) S 1 1 1 0 -1 0 0 0 0 0 1 1 0 0 20 0 1 0 5000 1 1 0\n"
        )
    assert [found.pid for found in everybody(machine)] == [1, 812, 813, 814, 815, 900]
    assert [found.pid for found in named(machine, "^ng")] == [812]
    assert [found.pid for found in of_unit(machine, "nginx")] == [812, 813, 814, 815]
    owner = str((tmp_path / "proc").stat().st_uid)
    assert len(of_user(machine, owner)) == 5


def test_a_name_that_the_kernel_cut_is_found_by_the_whole(tmp_path):
    machine = crowd_of(tmp_path)
    (tmp_path / "proc/812/stat").write_text(
        "812 (systemd-journal) S 1 1 1 0 -1 0 0 0 0 0 1 1 0 0 20 0 1 0 5000 1 1 0\n"
    )
    (tmp_path / "proc/812/cmdline").write_text("/lib/systemd/systemd-journald\0")
    assert [found.pid for found in named(machine, "journald$")] == [812]


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda machine: named(machine, "nobody-here"), "no process has a name like 'nobody-here'"),
        (lambda machine: named(machine, "("), "is not a regular expression"),
        (lambda machine: of_unit(machine, "none"), "no process has the unit none.service"),
        (lambda machine: of_user(machine, "mallory"), "there is no user 'mallory' in /etc/passwd"),
    ],
)
def test_nobody_is_an_error_with_words(tmp_path, ask, words):
    with pytest.raises(TargetError, match=words.replace("(", r"\(")):
        ask(crowd_of(tmp_path))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_we_are_among_everybody():
    assert os.getpid() in {found.pid for found in everybody(Surroundings())}
