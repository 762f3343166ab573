"""`mnemo limits show`: the right target in the chosen format, a budget from the settings, and honest exit codes."""

import json
import os
import resource
import subprocess
import sys

import pytest

from mnemo_cli.app import main
from tests.doctor.stock import GIB, process, v2_group, write
from tests.doctor.stock_hosts import debian_service

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture
def tree(tmp_path):
    return write(tmp_path / "tree", debian_service())


@pytest.fixture
def show(capsys):
    """Exit code, stdout and stderr of one call."""

    def call(*words):
        code = main(["limits", "show", *map(str, words)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.fixture
def document(show):
    """The one target of a call that went well."""

    def call(*words):
        code, text, _ = show("--format", "json", *words)
        assert code == 0
        (one,) = json.loads(text)["targets"]
        return one

    return call


@pytest.fixture
def sleeper():
    """Processes that wait for their end, with a soft limit of 64 descriptors."""
    started = []

    def start():
        child = subprocess.Popen([sys.executable, "-I", "-S", "-c", "input()"], stdin=subprocess.PIPE)
        resource.prlimit(child.pid, resource.RLIMIT_NOFILE, (64, 4096))
        started.append(child)
        return child

    yield start
    for child in started:
        child.kill()
        child.communicate()


def limit(one, name):
    return next(row for row in one["limits"] if row["name"] == name)


def test_without_a_target_it_is_this_process(document):
    one = document()
    target = one["target"]
    assert (target["kind"], target["name"], target["pid"]) == ("process", "self", None)
    assert limit(one, "RLIMIT_NOFILE")["soft"] == resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    assert limit(one, "RLIMIT_NOFILE")["used"] > 0


def test_a_process_by_its_pid_has_its_own_limits(document, sleeper):
    child = sleeper()
    one = document("--pid", child.pid)
    assert (limit(one, "RLIMIT_NOFILE")["soft"], limit(one, "RLIMIT_NOFILE")["hard"]) == (64, 4096)
    assert one["headroom"][0]["binding"]["limit"] == 64


def test_processes_by_name_are_one_document(show, sleeper):
    children = {sleeper().pid, sleeper().pid}
    with open(f"/proc/{min(children)}/comm") as file:
        name = file.read().strip()
    code, text, _ = show("--name", f"^{name}$", "--format", "json")
    pids = {one["target"]["pid"] for one in json.loads(text)["targets"]}
    assert code == 0 and children <= pids and os.getpid() not in pids


def test_the_whole_machine_has_no_rlimits(document):
    one = document("--host")
    assert one["target"]["kind"] == "host"
    assert {row["scope"] for row in one["limits"]} >= {"machine"}
    assert not [row for row in one["limits"] if row["name"].startswith("RLIMIT_")]


def test_a_program_is_not_started_but_what_it_would_get_is_told(document, tmp_path):
    one = document("--", "touch", str(tmp_path / "started"))
    assert (one["target"]["kind"], one["target"]["pid"]) == ("command", None)
    assert limit(one, "RLIMIT_NOFILE")["used"] == 0
    assert not (tmp_path / "started").exists()


def test_a_process_of_a_captured_tree(document, tree):
    one = document("--root", tree, "--pid", 812)
    assert (one["target"]["name"], one["target"]["user"], one["target"]["unit"]) == (
        "nginx",
        "www-data",
        "nginx.service",
    )
    assert limit(one, "pids.max")["soft"] == 4915


def test_a_captured_tree_alone_shows_its_machine_and_the_groups_it_was_captured_in(document, tree):
    one = document("--root", tree)
    assert one["target"]["kind"] == "tree"
    assert [row["layer"] for row in one["limits"] if row["name"] == "pids.max"] == [
        "cgroup /system.slice/nginx.service", "cgroup /system.slice",
    ]  # fmt: skip
    assert limit(one, "kernel.threads-max")["soft"] == 126000


@pytest.mark.parametrize("path", ["/system.slice/nginx.service", "/sys/fs/cgroup/system.slice/nginx.service"])
def test_a_control_group_by_either_path(document, tree, path):
    one = document("--root", tree, "--cgroup", path)
    assert (one["target"]["kind"], one["target"]["group"]) == ("cgroup", "/system.slice/nginx.service")
    assert limit(one, "pids.max")["used"] == 3


def test_the_budget_is_that_of_the_settings_against_the_limit_that_binds(document, tmp_path, monkeypatch):
    path = "/system.slice/nginx.service"
    tree = write(tmp_path / "tree", {**debian_service(), **v2_group(path, memory_max=str(2 * GIB))})
    monkeypatch.setenv("MNEMOSYNE_WORK_QUEUE_MAX", "20000")
    monkeypatch.setenv("MNEMOSYNE_FIXED_MEMORY", "1Gi")
    budget = document("--root", tree, "--pid", 812, "--budget", "--item-bytes", "2KiB", "--dimensions", "384")["budget"]
    parts = {part["name"]: part for part in budget["parts"]}
    assert (parts["work queue"]["most"], parts["work queue"]["low_bytes"]) == (20000, 20000 * 2048)
    assert parts["embeddings cache"]["low_bytes"] == 10_000 * (384 * 4 + 64)
    assert parts["fixed memory"]["low_bytes"] == GIB
    assert (budget["binding"], budget["limit_bytes"]) == (f"memory.max of {path}", 2 * GIB)
    assert budget["low_bytes"] == sum(part["low_bytes"] for part in parts.values())


def test_the_edges_of_the_settings_judge_the_budget(document, tree, monkeypatch):
    assert document("--root", tree, "--budget")["budget"]["level"] == "normal"
    monkeypatch.setenv("MNEMOSYNE_MEMORY_MODERATE_PCT", "0.01")
    monkeypatch.setenv("MNEMOSYNE_MEMORY_RELEASE_MARGIN_PCT", "0")
    assert document("--root", tree, "--budget")["budget"]["level"] == "moderate"


def test_off_a_terminal_the_format_is_plain_and_holds_nothing_else(show, tree):
    code, text, warnings = show("--root", tree, "--pid", 812)
    assert (code, warnings) == (0, "")
    assert text.startswith("target  nginx (pid 812)  user www-data  unit nginx.service")
    assert "\x1b" not in text


def test_a_table_can_be_asked_for_anywhere(show, tree):
    text = show("--root", tree, "--pid", 812, "--format", "table")[1]
    assert ["HEADROOM", "LEFT", "BINDS"] in [line.split() for line in text.splitlines()]


def test_nothing_readable_of_the_target_is_shown_and_exits_3(show, tmp_path):
    files = {name: text for name, text in debian_service().items() if not name.startswith("proc/812/")}
    tree = write(tmp_path / "tree", {**files, "proc/812/limits": None, "proc/812/status": None})
    code, text, _ = show("--root", tree, "--pid", 812)
    assert code == 3
    assert "unlimited" not in "".join(line for line in text.splitlines() if "RLIMIT" in line)
    assert show("--root", write(tmp_path / "empty", {"etc/passwd": ""}))[0] == 3


def test_a_process_of_which_something_can_be_read_exits_0(show, tmp_path):
    files = {**debian_service(), **process(812, "0::/\n")}
    del files["proc/812/limits"]
    assert show("--root", write(tmp_path / "tree", {**files, "proc/812/limits": None}), "--pid", 812)[0] == 0


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--pid", "4194303"), "there is no process 4194303"),
        (("--pid", "0"), "--pid"),
        (("--name", "no-such-name-anywhere"), "no process has a name"),
        (("--name", "("), "is not a regular expression"),
        (("--name", ""), "--name is empty"),
        (("--cgroup", "/no/such/group"), "no memory control group"),
        (("--host", "--pid", "1"), "more than one target"),
        (("--root", "/no/such/folder"), "there is no such folder"),
        (("--item-bytes", "1KiB"), "--budget"),
        (("--budget", "--item-bytes", "much"), "is not a size"),
        (("--budget", "--item-bytes", "0"), "1 byte to"),
        (("--budget", "--dimensions", "0"), "--dimensions"),
        (("--root", "/tmp", "--", "true"), "no program can start there"),
        (("--format", "csv"), "csv"),
    ],
)
def test_wrong_usage_says_what_is_wrong_and_exits_2(show, words, complaint):
    code, text, error = show(*words)
    assert (code, text) == (2, "")
    assert complaint in error
