"""The units as systemd itself reads and grades them."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from mnemo_cli.degrade.actions.destinations import Destinations
from mnemo_cli.degrade.actions.notifier import Notifier
from mnemo_cli.output.prometheus.server.listening import MOST_CONNECTIONS
from mnemo_cli.settings import load
from mnemo_cli.settings.alerts import destinations
from tests.deploy.files import UNITS
from tests.live.debian_packages import unpacked

# systemd-analyze prints the grade as 1.2 and takes it as 12; a unit without any hardening has 9.6.
WORST_GRADE = 15
# Of the libraries that it is linked with, those that a small Debian image lacks.
_PACKAGES = ("systemd", "libsystemd-shared", "libseccomp2", "libip4tc2", "libkmod2", "libapparmor1")
_VENV = "/opt/mnemo/bin/mnemo"
# One destination of each kind: the most threads that telling takes.
EVERYWHERE = Destinations(
    log_to=("stderr", "syslog", "journald"),
    webhook_url="http://127.0.0.1:1/",
    pagerduty_key="key",
    exec_argv=("/bin/true",),
)
# The main one, that which takes connections, and one to spare.
_OTHER_TASKS = 3


class Analyze(NamedTuple):
    """`systemd-analyze`, and what it needs in its environment."""

    program: Path
    environment: Mapping[str, str]

    def __call__(self, *words: str | Path) -> "subprocess.CompletedProcess[str]":
        environment = {**os.environ, **self.environment}
        return subprocess.run([self.program, *words], capture_output=True, text=True, env=environment)


@pytest.fixture(scope="session")
def analyze(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Analyze]:
    if installed := shutil.which("systemd-analyze"):
        yield Analyze(Path(installed), {})
        return
    with unpacked("systemd-analyze", _PACKAGES, tmp_path_factory) as place:
        libraries = [str(file.parent) for file in place.rglob("*.so.*") if file.is_file()]
        shared = [str(file.parent) for file in place.rglob("libsystemd-shared-*.so")]
        found = Analyze(
            place / "usr" / "bin" / "systemd-analyze",
            {
                "LD_LIBRARY_PATH": ":".join(dict.fromkeys([*shared, *libraries])),
                "SYSTEMD_UNIT_PATH": str(place / "lib" / "systemd" / "system"),
            },
        )
        version = found("--version")
        if version.returncode:
            pytest.skip(f"systemd-analyze cannot start here: {version.stderr.strip()}")
        yield found


@pytest.fixture(params=UNITS, ids=[unit.name for unit in UNITS])
def unit(request, tmp_path):
    """One that starts a program that is here: that it is there is checked too."""
    copy = tmp_path / request.param.name
    copy.write_text(request.param.read_text().replace(_VENV, sys.executable))
    return copy


def test_systemd_has_nothing_to_say_about_it(analyze, unit):
    """Not the exit code: a misspelt key is a warning only."""
    done = analyze("verify", "--man=no", unit)
    assert (done.stderr, done.returncode) == ("", 0)


def test_a_misspelt_key_would_be_found(analyze, unit):
    unit.write_text(unit.read_text().replace("ProtectHome=", "ProtectHouse="))
    assert "ProtectHouse" in analyze("verify", "--man=no", unit).stderr


def test_it_is_hardened(analyze, unit):
    done = analyze("security", "--offline=true", "--no-pager", f"--threshold={WORST_GRADE}", unit)
    assert done.returncode == 0, done.stdout.splitlines()[-1]


def test_without_its_hardening_the_grade_would_be_worse(analyze, unit):
    kept = [line for line in unit.read_text().splitlines() if not re.match(r"(Protect|Restrict|SystemCall)", line)]
    unit.write_text("\n".join(kept))
    assert analyze("security", "--offline=true", "--no-pager", f"--threshold={WORST_GRADE}", unit).returncode


@pytest.mark.parametrize("path", UNITS, ids=[unit.name for unit in UNITS])
def test_it_has_limits_of_its_own_and_comes_back(path):
    keys = dict(re.findall(r"^(\w+)=(.*)$", path.read_text(), re.MULTILINE))
    assert {"MemoryMax", "MemoryHigh", "TasksMax", "CPUQuota"} <= keys.keys()
    assert keys["Restart"] == "always" and keys["CapabilityBoundingSet"] == ""
    assert keys["ExecStart"].startswith(f"{_VENV} ")


def keys_of(name):
    (text,) = (unit.read_text() for unit in UNITS if unit.name == name)
    return dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))


def test_there_are_tasks_enough_for_every_connection_and_destination():
    notifier = Notifier(EVERYWHERE)
    lanes = len(notifier.status)
    notifier.close()
    assert lanes >= 8
    assert int(keys_of("mnemo-export.service")["TasksMax"]) >= MOST_CONNECTIONS + lanes + _OTHER_TASKS
    # Its program may start others.
    assert int(keys_of("mnemo-monitor.service")["TasksMax"]) > lanes + _OTHER_TASKS


@pytest.mark.parametrize("path", UNITS, ids=[unit.name for unit in UNITS])
def test_the_owners_of_other_processes_are_seen_as_they_are(path):
    """In a user namespace of its own everybody else would be user 65534, and so would the label uid say."""
    assert "\nPrivateUsers=" not in path.read_text()


def test_only_one_of_the_two_tells_of_alerts():
    assert "--no-actions" in keys_of("mnemo-export.service")["ExecStart"].split()
    assert "--no-actions" not in keys_of("mnemo-monitor.service")["ExecStart"]


def with_the_example(text):
    """The unit with its commented lines about a secret in force."""
    return re.sub(r"^#((?:LoadCredential|Environment)=)", r"\1", text, flags=re.MULTILINE)


def test_the_example_of_a_secret_is_one_that_systemd_takes(analyze, unit):
    text = unit.read_text()
    if "monitor" in unit.name:
        assert with_the_example(text) != text
    unit.write_text(with_the_example(text))
    done = analyze("verify", "--man=no", unit)
    assert (done.stderr, done.returncode) == ("", 0)


@pytest.mark.parametrize("mode", [0o400, 0o440])
def test_the_example_of_a_secret_is_one_that_mnemo_reads(tmp_path, monkeypatch, mode):
    """systemd makes credentials readable for the service alone; an access list of the service's user shows as 440."""
    (monitor,) = (unit.read_text() for unit in UNITS if unit.name == "mnemo-monitor.service")
    lines = with_the_example(monitor)
    name = re.search(r"^LoadCredential=([\w.]+):/\S+$", lines, re.MULTILINE)[1]
    variable, value = re.search(r"^Environment=(MNEMOSYNE_\w+)=(\S+)$", lines, re.MULTILINE).groups()
    assert value == f"%d/{name}"
    (tmp_path / name).write_text("the key\n")
    (tmp_path / name).chmod(mode)
    monkeypatch.setenv(variable, value.replace("%d", str(tmp_path)))
    assert destinations(load()).pagerduty_key == "the key"


def test_only_the_monitor_keeps_files():
    """Two services of dynamic users cannot share one state directory: each start would take it from the other."""
    assert [unit.name for unit in UNITS if "\nStateDirectory=" in unit.read_text()] == ["mnemo-monitor.service"]


def test_the_monitor_tells_the_manager_how_it_stands_and_reads_its_settings_again():
    (monitor,) = [unit for unit in UNITS if unit.name == "mnemo-monitor.service"]
    keys = dict(re.findall(r"^(\w+)=(.*)$", monitor.read_text(), re.MULTILINE))
    assert (keys["Type"], keys["NotifyAccess"], keys["ExecReload"]) == ("notify", "main", "/bin/kill -HUP $MAINPID")
    assert keys["WatchdogSec"] == "3min" and keys["ExecStart"].endswith(" --headless")


def test_the_exporter_talks_to_this_machine_alone():
    (exporter,) = [unit for unit in UNITS if unit.name == "mnemo-export.service"]
    assert "\nIPAddressDeny=any\nIPAddressAllow=localhost\n" in exporter.read_text()
