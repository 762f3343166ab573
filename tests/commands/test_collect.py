"""`mnemo collect`: one tarball, its path on stdout, an exit code that says how whole it is, nothing else left."""

import gzip
import json
import os
import pty
import re
import signal
import subprocess
import sys
import sysconfig
import time
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from tests.commands.conftest import MNEMO, is_running
from tests.diagnostics.crews import Bundle

NAME = re.compile(r"mnemo-\d{8}T\d{6}Z\.tar\.gz")
# Complete, or not: what a test machine lets be read differs.
MADE = (0, 3)


def schema(name):
    return json.loads(resources.files("mnemo_cli").joinpath(f"schemas/{name}.schema.json").read_text())


@pytest.mark.parametrize("word", ["collect", "collect-diagnostics"])
def test_only_the_path_is_printed_and_only_the_bundle_is_left(run, word):
    done = run(word, "--profile", "minimal")
    assert done.returncode in MADE and NAME.fullmatch(done.stdout.strip())
    assert os.listdir() == [done.stdout.strip()]
    assert Path(done.stdout.strip()).stat().st_mode & 0o777 == 0o600
    assert (done.stderr == "") == (done.returncode == 0)


def test_the_bundle_is_verified(run):
    path = run("collect", "--profile", "minimal").stdout.strip()
    done = run("collect", "--verify", path)
    assert (done.returncode, done.stderr) == (0, "") and done.stdout.startswith(f"{path}: ok, ")


def test_a_bundle_that_was_changed_is_a_finding(run):
    path = Path(run("collect", "--profile", "minimal").stdout.strip())
    # In a member: a byte of gzip's own header, or of the padding, may change unseen.
    content = gzip.decompress(path.read_bytes())
    assert b"mnemo.versions/1" in content
    path.write_bytes(gzip.compress(content.replace(b"mnemo.versions/1", b"mnemo.versions/2")))
    done = run("collect", "--verify", str(path), "--format", "json")
    document = json.loads(done.stdout)
    assert (done.returncode, document["schema"], document["ok"]) == (1, "mnemo.verified/1", False)
    assert document["faults"]


def test_a_bundle_that_is_not_there_cannot_be_told(run):
    done = run("collect", "--verify", "none.tar.gz")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "mnemo: cannot read none.tar.gz: No such file or directory\n"


def test_what_is_no_bundle_is_named_once(run):
    Path("notes.txt").write_text("dear diary\n" * 100)
    done = run("collect", "--verify", "notes.txt")
    assert done.returncode == 1 and done.stdout.startswith("notes.txt: ") and done.stdout.count("notes.txt") == 1


def test_json_is_the_manifest_with_the_path(run, tmp_path):
    done = run("collect", "--profile", "minimal", "-o", str(tmp_path / "b.tar.gz"), "--format", "json")
    manifest = json.loads(done.stdout)
    jsonschema.Draft202012Validator(schema("manifest")).validate(manifest)
    assert manifest["path"] == str(tmp_path / "b.tar.gz")
    assert manifest["complete"] == (done.returncode == 0)
    inside = Bundle(tmp_path / "b.tar.gz").manifest
    assert {**inside, "path": manifest["path"]} == manifest


def test_nobody_is_named_in_it_unless_asked(run):
    """The person's home is in the settings' origins and in paths, whatever machine this is."""
    home = Path(os.environ["XDG_CONFIG_HOME"], "mnemosyne")
    home.mkdir(parents=True)
    (home / "config.toml").write_text("[resources]\nevent_capacity = 5\n")
    bundle = Bundle(run("collect", "--profile", "minimal").stdout.strip())
    assert bundle.manifest["redacted"] and isinstance(bundle.manifest["redactions"], dict)
    plain = Bundle(run("collect", "--profile", "minimal", "--no-redact", "-o", "plain.tar.gz").stdout.strip())
    assert not plain.manifest["redacted"] and plain.manifest["redactions"] is None


def test_a_folder_takes_the_bundle_under_its_own_name(run, tmp_path):
    (tmp_path / "out").mkdir()
    path = Path(run("collect", "--profile", "minimal", "-o", str(tmp_path / "out")).stdout.strip())
    assert path.parent == tmp_path / "out" and NAME.fullmatch(path.name) and path.exists()


def test_stdout_takes_the_bundle_and_nothing_else():
    done = subprocess.run(
        [*MNEMO, "collect", "--profile", "minimal", "-o", "-"],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
    )
    assert done.returncode in MADE and os.listdir() == []
    Path("b.tar.gz").write_bytes(done.stdout)
    assert "manifest.json" in Bundle("b.tar.gz").files
    checked = subprocess.run([*MNEMO, "collect", "--verify", "-"], input=done.stdout, capture_output=True, timeout=60)
    assert checked.returncode == 0 and checked.stdout.startswith(b"-: ok")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--list", "--dry-run"], "--list, --dry-run and --verify are three different things; give one of them"),
        (["-o", "-", "--format", "json"], "-o - and --format json both want stdout; write the bundle to a file"),
        (["--budget-time", "soon"], "flag --budget-time: collect.budget_time: 'soon' is not a duration"),
        (["--budget-size", "1k"], "flag --budget-size: collect.budget_size: 1024 is out of range"),
        (["--since", "ever"], "--since: 'ever' is not a duration"),
        (["--host", "--pid", "1"], "more than one target was given"),
        (["--pid", "4194304"], "there is no process 4194304"),
        (["-o", "here.tar.gz"], "here.tar.gz is there already; remove it, or name another file with -o"),
    ],
)
def test_wrong_usage_is_said_and_nothing_is_made(run, words, message):
    Path("here.tar.gz").write_text("mine")
    done = run("collect", *words)
    assert (done.returncode, done.stdout) == (2, "") and message in done.stderr
    assert os.listdir() == ["here.tar.gz"] and Path("here.tar.gz").read_text() == "mine"


def test_a_place_that_cannot_be_written_is_exit_1(run):
    done = run("collect", "--profile", "minimal", "-o", "no/such/folder/x.tar.gz")
    assert (done.returncode, done.stdout) == (1, "")
    assert "No such file or directory; name another place with -o" in done.stderr


def test_the_list_shows_every_collector_and_which_run(run):
    table = run("collect", "--list", "--profile", "minimal")
    rows = [line.split()[:3] for line in table.stdout.splitlines()[1:]]
    assert ["kernel-log", "minimal", "yes"] in rows and [row for row in rows if row[2] == "no"]
    document = json.loads(run("collect", "--list", "--format", "json").stdout)
    jsonschema.Draft202012Validator(schema("collectors")).validate(document)
    assert [one["id"] for one in document["collectors"]] == [row[0] for row in rows]


def test_a_dry_run_names_the_members_and_writes_nothing(run):
    done = run("collect", "--dry-run", "--profile", "minimal")
    assert done.returncode == 0 and re.search(r"^host-memory/meminfo +/proc/meminfo$", done.stdout, re.MULTILINE)
    document = json.loads(run("collect", "--dry-run", "--profile", "minimal", "--format", "json").stdout)
    jsonschema.Draft202012Validator(schema("collectors")).validate(document)
    assert os.listdir() == []


def test_a_target_has_its_processes_looked_at(run, hold):
    held = hold(1 << 20)
    bundle = Bundle(run("collect", "--pid", str(held.pid), "--profile", "minimal").stdout.strip())
    assert bundle.manifest["scope"] == {"kind": "process", "name": f"pid {held.pid}", "pid": held.pid}
    assert str(held.pid).encode() in bundle.files["processes/processes.jsonl"]


def wait_for(holds):
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, "it did not come to that in time"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_half_way_closes_the_archive(start, tmp_path, number):
    """Half way is where a collector hangs: a program in the PATH that ignores being asked to end."""
    trap = hanging_programs(tmp_path)
    environment = {**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
    process = start("collect", "--budget-time", "60s", "-o", "b.tar.gz", env=environment)
    try:
        wait_for(lambda: trap.exists() and trap.read_text().strip())
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    finally:
        for pid in trap.read_text().split():
            assert wait_for(lambda pid=pid: not is_running(int(pid))) is None
    assert (process.returncode, out) == ({signal.SIGTERM: 143, signal.SIGINT: 130}[number], "b.tar.gz\n")
    assert err.startswith("mnemo: the bundle is partial, it was interrupted: ")
    manifest = Bundle("b.tar.gz").manifest
    assert (manifest["interrupted"], manifest["complete"]) == (True, False)
    assert os.listdir() == ["b.tar.gz"]


def hanging_programs(folder):
    """Programs of the system that hang and ignore SIGTERM; each notes its pid in the file that is returned."""
    if not Path("/proc/self").exists():
        pytest.skip("the collectors of other systems run other programs")
    (folder / "bin").mkdir()
    notes = folder / "notes"
    script = (
        f"#!{sys.executable} -IS\nimport os, signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"with open({str(notes)!r}, 'a') as notes: notes.write(f'{{os.getpid()}}\\n')\ntime.sleep(600)\n"
    )
    for name in ("journalctl", "systemctl", "dmesg", "docker", "lsof"):
        program = folder / "bin" / name
        program.write_text(script)
        program.chmod(0o755)
    return notes


def test_programs_that_hang_cost_their_time_limit_and_no_more(run, tmp_path):
    notes = hanging_programs(tmp_path)
    environment = {**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
    done = run("collect", "--profile", "minimal", "-o", "b.tar.gz", env=environment)
    assert done.returncode == 3
    bundle = Bundle("b.tar.gz")
    assert "timeout" in bundle.states().values() and bundle.states()["host-memory"] == "ok"
    assert all(not is_running(int(pid)) for pid in notes.read_text().split())


def test_on_a_terminal_a_bar_is_drawn_on_stderr_and_a_bundle_is_refused_on_stdout(tmp_path):
    leader, follower = pty.openpty()
    try:
        done = subprocess.run(
            [*MNEMO, "collect", "--profile", "minimal", "-o", "b.tar.gz"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=follower, timeout=60,
        )  # fmt: skip
        assert done.returncode in MADE and done.stdout == b"b.tar.gz\n"
        assert b"collecting" in os.read(leader, 100_000)
        refused = subprocess.run(
            [*MNEMO, "collect", "-o", "-"],
            stdin=subprocess.DEVNULL, stdout=follower, stderr=subprocess.PIPE, timeout=60, text=True,
        )  # fmt: skip
    finally:
        os.close(follower)
        os.close(leader)
    assert refused.returncode == 2 and "a bundle is no text for a terminal" in refused.stderr


def as_nobody():
    """mnemo as an ordinary user, by a Python that such a user may run."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    folders = [str(Path(__file__).parents[2]), sysconfig.get_path("purelib")]
    change = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", "HOME=/nonexistent"]
    change += [f"PYTHONPATH={':'.join(folders)}", "PYTHONDONTWRITEBYTECODE=1"]
    for python in (sys.executable, "/usr/bin/python3"):
        words = [*change, python, "-m", "mnemo_cli"]
        if subprocess.run([*words, "--version"], capture_output=True, cwd="/", timeout=60).returncode == 0:
            return words
    pytest.skip("an ordinary user may run no Python here that has our packages")


def test_an_ordinary_user_gets_a_bundle(tmp_path):
    done = subprocess.run(
        [*as_nobody(), "collect", "-o", "-"], capture_output=True, cwd="/", timeout=60, stdin=subprocess.DEVNULL
    )
    assert done.returncode in MADE, done.stderr
    (tmp_path / "b.tar.gz").write_bytes(done.stdout)
    bundle = Bundle(tmp_path / "b.tar.gz")
    assert bundle.states()["host-memory"] in ("ok", "partial")
    assert "internal" not in done.stderr.decode() and bundle.files["processes/processes.jsonl"]
