"""Fifty secrets beside the real command: none is in its bundle, and neither is a name of the machine.

They stand in command lines and environments of real processes, in the journal, the kernel's log, configuration,
reports of runtimes and in what docker tells. What a form does not show to be a secret stays out only without --cmdline.
"""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mnemo_cli.diagnostics.archive.sink import PartFile
from mnemo_cli.diagnostics.bundle import Wish, make_bundle
from mnemo_cli.diagnostics.collectors import COLLECTORS
from mnemo_cli.diagnostics.redaction import Redactor, known_names
from tests.diagnostics.canaries import ALL, COMMANDS, ENVIRONMENT, FILES, JOURNAL, found, read, spellings, unpacked
from tests.diagnostics.collectors.scenes import MACHINE, Programs, printing, process, scene_of, write

linux = pytest.mark.skipif(sys.platform != "linux", reason="command lines are read from /proc")
SECRETS = {canary.name: canary.secret for canary in ALL}
RECOGNISABLE = {canary.name: canary.secret for canary in ALL if canary.recognisable}
# Names of nobody, which are no words of any log.
NAMES = {
    "user": "quillon",
    "host": "zanzibar-9",
    "domain": "umbrella.example",
    "stranger": "wormold",
    "home": "/srv/people/quillon",
}
JOURNALCTL = """#!/bin/sh
cat {lines}
"""
TIMEOUT_SECONDS = 60


def test_there_are_fifty_and_all_are_distinct():
    assert len(ALL) >= 50 and len({canary.secret for canary in ALL}) == len(ALL)
    assert not any(one.secret in other.secret for one in ALL for other in ALL if one is not other)


@pytest.mark.parametrize("secret", ["Zx01-canary/Kq+01", "ab"])
def test_the_search_finds_a_secret_in_every_spelling(secret):
    for spelling in spellings(secret):
        assert not spelling or found({"a": b"x" + spelling + b"y"}, {"it": secret}) == {"it": ["a"]}


@contextlib.contextmanager
def running(folder: Path) -> Iterator[list[int]]:
    """One process for each command line, that waits until its input ends; all have the secret environment."""
    environment = dict(os.environ) | {canary.name: canary.secret for canary in ENVIRONMENT}
    children = []
    try:
        for canary in COMMANDS:
            # A shell that waits; what stands after its own words is the command line in question.
            argv = (canary.argv[0], "-c", "read line", *canary.argv)
            children.append(
                subprocess.Popen(argv, executable="/bin/sh", stdin=subprocess.PIPE, env=environment, cwd=folder)
            )
        yield [child.pid for child in children]
    finally:
        for child in children:
            child.communicate()


def plant(folder: Path, pid: int) -> None:
    """Reports of runtimes in the folder that a process works in."""
    report = {
        "header": {"event": "x", "processId": pid, "commandLine": ["node", FILES["Node report, command line"].planted]},
        "javascriptHeap": {"totalMemory": 4711},
        "environmentVariables": {"X": FILES["Node report, environment"].planted},
    }
    (folder / f"report.20261122.140231.{pid}.0.001.json").write_text(json.dumps(report))
    (folder / f"hs_err_pid{pid}.log").write_text(f"#\n# There is no memory\n{FILES['JVM error log'].planted}")


def collected(folder: Path, *flags: str) -> dict[str, bytes]:
    """The files of the bundle that the real command makes of us and our descendants."""
    programs = folder / "bin"
    programs.mkdir()
    lines = folder / "journal"
    lines.write_text("".join(f"2026-11-22T14:02:31+0000 zanzibar-9 {canary.planted}\n" for canary in JOURNAL))
    for name in ("journalctl", "dmesg"):
        (programs / name).write_text(JOURNALCTL.format(lines=lines))
        (programs / name).chmod(0o755)
    settings = folder / "mnemo.toml"
    settings.write_text(FILES["settings file"].planted)
    bundle = folder / "bundle.tar.gz"
    command = (
        sys.executable,
        "-m",
        "mnemo_cli",
        "collect",
        "-o",
        str(bundle),
        "--pid",
        str(os.getpid()),
        "--config",
        str(settings),
    )
    environment = dict(os.environ) | {"PATH": f"{programs}:{os.environ['PATH']}"}
    done = subprocess.run(
        (*command, *flags), env=environment, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
    )
    assert done.returncode in (0, 3), done.stderr
    assert str(bundle) in done.stdout
    return read(bundle)


@linux
def test_no_secret_is_in_the_bundle_of_the_real_command(tmp_path):
    with running(tmp_path) as pids:
        plant(tmp_path, pids[0])
        files = collected(tmp_path)
    assert found(files, SECRETS) == {}
    assert found(files, {"host": "zanzibar-9", "user": "quillon"}) == {}
    # It was looked at: the journal's lines are there, and so is the report's one number that is told.
    assert b"was refused" in files["killers/killers.log"] and b"4711" in b"".join(files.values())
    rows = [
        json.loads(line)
        for line in files["processes/programs.jsonl"].split(b"\n")
        if line.startswith(b"{") and line.endswith(b"}")
    ]
    assert set(pids) <= {row["pid"] for row in rows}


@linux
def test_with_command_lines_no_secret_is_in_it_that_its_form_shows(tmp_path):
    with running(tmp_path) as pids:
        files = collected(tmp_path, "--cmdline")
    assert found(files, RECOGNISABLE) == {}
    text = files["processes/commands.txt"].decode()
    assert all(f"{pid} " in text for pid in pids)
    assert "https://build.example/" in text and "--verbose" in text and "page=2" in text


@linux
def test_without_redaction_the_same_search_finds_them(tmp_path):
    """The proof that the search and the planting work."""
    with running(tmp_path):
        files = collected(tmp_path, "--cmdline", "--no-redact")
    hits = found(files, SECRETS)
    assert {canary.name for canary in (*COMMANDS, *JOURNAL)} - {"basic header"} <= hits.keys()
    assert not {canary.name for canary in (*ENVIRONMENT, FILES["settings file"])} & hits.keys()


def machine(root: Path) -> Path:
    """A host of a person, with a container that holds secrets, and names in all places."""
    container = "ab" * 32
    lines = [f"6,{number},{number}000000,-;{canary.planted}\n" for number, canary in enumerate(JOURNAL)]
    lines.append(
        "6,90,90000000,-;zanzibar-9.umbrella.example: quillon on db7.umbrella.example wrote /srv/people/quillon/x\n"
    )
    lines.append("6,89,89000000,-;IN=eth0 MAC=02:fc:00:aa:00:01:aa:bb:cc:dd:ee:ff:08:00 SRC=10.9.8.7 DST=10.9.8.1\n")
    lines.append("6,91,91000000,-;sshd[7]: Failed password for wormold from 10.9.8.7 port 22 (/home/wormold)\n")
    files: dict[str, str | bytes | None] = MACHINE | {
        "etc/passwd": "root:x:0:0::/root:/bin/sh\nquillon:x:1000:1000::/srv/people/quillon:/bin/sh\n",
        "etc/hosts": "10.9.8.1 zanzibar-9.umbrella.example zanzibar-9\n",
        "proc/sys/kernel/hostname": "zanzibar-9\n",
        "etc/hostname": "zanzibar-9.umbrella.example\n",
        "proc/self/net/fib_trie": "     |-- 10.9.8.1\n        /32 host LOCAL\n",
        "sys/class/net/eth0/address": "02:fc:00:aa:00:01\n",
        "etc/sysctl.conf": "kernel.hostname = zanzibar-9\n",
        "run/docker.sock": "",
        "dev/kmsg": "".join(lines),
    }
    for number, canary in enumerate(COMMANDS):
        group = f"/system.slice/docker-{container}.scope" if number % 2 else "/quillon.slice/app.service"
        files |= process(4100 + number, name="quillon", argv=canary.argv, group=group, environ=ENVIRONMENT[0].secret)
    return write(root, files)


def docker() -> Programs:
    inspected = {
        "Id": "ab" * 32, "Name": "/quillon-web", "Args": [FILES["docker, argument"].planted],
        "State": {"OOMKilled": True, "ExitCode": 137},
        "Config": {"Hostname": "zanzibar-9", "Env": [FILES["docker, environment"].planted],
                   "Labels": {"x": FILES["docker, label"].planted}},
    }  # fmt: skip
    listed = {
        "ID": "ab" * 32,
        "Names": "quillon-web",
        "Status": "Exited (137)",
        "Command": FILES["docker, argument"].planted,
    }
    journal = "".join(f"2026-11-22T14:02:31+0000 zanzibar-9 {canary.planted}\n" for canary in JOURNAL)
    return Programs(
        {
            ("docker", "ps"): printing(json.dumps(listed)),
            ("docker", "inspect"): printing(json.dumps([inspected])),
            ("journalctl",): printing(journal),
        }
    )


def bundle_of(root: Path, file: Path, *, command_lines: bool = False, redacted: bool = True) -> dict[str, bytes]:
    pids = tuple(range(4100, 4100 + len(COMMANDS)))
    scene = scene_of(root, run=docker(), pids=pids, command_lines=command_lines)
    wish = Wish(
        collectors=[one for one in COLLECTORS if "linux" in one.platforms],
        scene=scene,
        redaction=Redactor(os.urandom(32), known_names(root)) if redacted else None,
        version="1",
        path=str(file),
        name=file.name,
        budget_seconds=60.0,
        budget_bytes=20 << 20,
    )
    make_bundle(PartFile(file), wish)
    return unpacked(file.read_bytes())


OWN = {**NAMES, "address": "10.9.8.1", "stranger's address": "10.9.8.7", "mac": "02:fc:00:aa:00:01"}


def test_neither_secrets_nor_names_of_a_machine_are_in_its_bundle(tmp_path):
    files = bundle_of(machine(tmp_path / "root"), tmp_path / "b.tar.gz")
    assert found(files, SECRETS | OWN) == {}
    assert b'"OOMKilled": true' in files["containers/docker-inspect.json"]
    assert b"db7" not in files["kernel-log/kernel.log"] and b"port 22 (/home/user-" in files["kernel-log/kernel.log"]


def test_with_command_lines_names_and_recognisable_secrets_are_not_in_it(tmp_path):
    files = bundle_of(machine(tmp_path / "root"), tmp_path / "b.tar.gz", command_lines=True)
    assert found(files, RECOGNISABLE | OWN) == {}
    assert files["processes/commands.txt"].count(b"\n") == len(COMMANDS)


def test_a_name_has_one_alias_in_all_files_of_a_bundle_and_another_in_the_next(tmp_path):
    root = machine(tmp_path / "root")
    first, second = bundle_of(root, tmp_path / "1.tar.gz"), bundle_of(root, tmp_path / "2.tar.gz")
    rows = [json.loads(files["processes/processes.jsonl"].split(b"\n")[0])["name"] for files in (first, second)]
    assert rows[0] != rows[1] and all(row.startswith("user-") for row in rows)
    assert rows[0].encode() in first["containers/docker-ps.json"] and rows[0].encode() in first["kernel-log/kernel.log"]


def test_without_redaction_the_names_are_there(tmp_path):
    files = bundle_of(machine(tmp_path / "root"), tmp_path / "b.tar.gz", redacted=False, command_lines=True)
    assert found(files, OWN).keys() == OWN.keys()
    assert {canary.name for canary in (*COMMANDS, *JOURNAL)} - {"basic header"} <= found(files, SECRETS).keys()
