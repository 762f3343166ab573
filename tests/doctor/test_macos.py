"""The evidence of macOS, from captured texts: the same checks judge it, and Linux's own are skipped."""

import datetime
import os

import pytest

from mnemo_cli.doctor.audit import audit
from mnemo_cli.doctor.check import EVERYWHERE
from mnemo_cli.doctor.checks import CHECKS
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.macos import MacSurroundings
from mnemo_cli.doctor.profiles import Needs
from mnemo_cli.doctor.result import Severity
from mnemo_cli.errors import SourceError
from mnemo_cli.model import UNLIMITED
from mnemo_cli.sampling.rlimits import Rlimit

KNOBS = (
    "kern.maxfiles: 122880\nkern.maxfilesperproc: 61440\nkern.num_files: 5231\nkern.maxproc: 4000\n"
    "kern.maxprocperuid: 2666\nkern.num_tasks: 612\n"
)
LAUNCHCTL = "\tmaxproc     2666           4000           \n\tmaxfiles    256            unlimited      \n"
STOCK = {"RLIMIT_NOFILE": Rlimit(256, UNLIMITED), "RLIMIT_NPROC": Rlimit(2666, 4000)}


def tools(knobs=KNOBS, launchctl=LAUNCHCTL):
    return lambda argv: launchctl if argv[0].endswith("launchctl") else knobs


def found_on(root, *, run=None, limits=STOCK, fds=3, pid="self", **asked):
    for number in range(fds + 1):  # listing opens one more
        (root / "dev/fd").mkdir(parents=True, exist_ok=True)
        (root / f"dev/fd/{number}").write_text("")
    machine = MacSurroundings(run or tools(), root, rlimits_of_self=lambda: limits)
    with Evidence(machine, pid, **asked) as evidence:
        result = audit(evidence, CHECKS, today=datetime.date(2026, 11, 22))
    return {finding.slug: finding for finding in result.findings}


def test_a_stock_mac_has_no_error(tmp_path):
    found = found_on(tmp_path)
    assert not [each for each in found.values() if each.severity is Severity.ERROR]
    assert found["fd-soft-low"].severity is Severity.NOTE
    assert found["fd-soft-low"].source == "launchctl limit"
    assert found["fd-soft-low"].fixes[0] == "ulimit -Sn 4096"
    assert (found["file-max"].used, found["file-max"].limit) == (5231, 122880)
    assert (found["threads-max"].used, found["threads-max"].limit) == (612, 4000)
    assert (found["fd-usage"].used, found["fd-usage"].limit) == (3, 256)


def test_what_only_linux_has_is_skipped(tmp_path):
    found = found_on(tmp_path)
    linux = {check.slug for check in CHECKS if check.systems != EVERYWHERE}
    assert {found[slug].state for slug in linux} == {"skipped"}


@pytest.mark.parametrize(
    ("changes", "slug", "severity"),
    [
        ({"fds": 240}, "fd-usage", Severity.ERROR),
        ({"needs": Needs(nofile=10240)}, "fd-soft-low", Severity.ERROR),
        ({"limits": {**STOCK, "RLIMIT_NOFILE": Rlimit(256, 1024)}}, "fd-hard-low", Severity.WARNING),
        ({"run": tools(KNOBS.replace("5231", "120000"))}, "file-max", Severity.ERROR),
        ({"run": tools(KNOBS.replace("612", "3900"))}, "threads-max", Severity.ERROR),
        ({"limits": {**STOCK, "RLIMIT_NPROC": Rlimit(100, 100)}}, "task-limit-low", Severity.WARNING),
    ],
)
def test_a_planted_fault_is_found(tmp_path, changes, slug, severity):
    assert found_on(tmp_path, **changes)[slug].severity is severity


def test_fixes_use_the_systems_own_words(tmp_path):
    found = found_on(tmp_path, run=tools(KNOBS.replace("5231", "120000")))
    assert found["file-max"].fixes == ("sysctl -w kern.maxfiles=245760",)


def test_without_its_tools_the_machine_is_unknown(tmp_path):
    def refuse(argv):
        raise SourceError("cannot run it")

    found = found_on(tmp_path, run=refuse)
    assert found["file-max"].state == found["threads-max"].state == "unknown"
    assert "cannot run it" in found["file-max"].message


def test_another_process_cannot_be_read_and_passes_nothing(tmp_path):
    found = found_on(tmp_path, pid=os.getppid())
    own = [found[check.slug] for check in CHECKS if check.about in ("use", "limit", "group")]
    assert {finding.state for finding in own} == {"unknown", "skipped"}
    assert "macOS lets nobody read another process's limits" in found["fd-soft-low"].message
