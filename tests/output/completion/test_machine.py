"""Processes and memory groups in completions: read by the shell from /proc and /sys, here from folders like them."""

import pytest

from mnemo_cli.app import root_command
from mnemo_cli.output.command_tree import command_tree
from mnemo_cli.output.completion import completion_script
from tests.output.completion.shells import FILES, ask_bash, ask_fish, ask_zsh, place_script

PROCESSES = {1: "init", 17: "python3.11", 170: "tmux: server", 171: "tmux: server", 42: "g++(odd)"}
# The last is what bash is asked, which splits words at colons.
QUESTIONS = {
    "mnemo monitor --pid ": {"1", "17", "170", "171", "42"},
    "mnemo monitor --pid 17": {"17", "170", "171"},
    "mnemo monitor --name ": {"init", "python3.11", "tmux: server"},
    "mnemo monitor --name py": {"python3.11"},
    "mnemo monitor --cgroup ": {"/app/", "/idle"},
    "mnemo monitor --cgroup /": {"/app/", "/idle"},
    "mnemo monitor --cgroup /app/": {"/app/web", "/app/work"},
    "mnemo monitor --cgroup=/app/we": {"/app/web"},
    "mnemo doctor --select FD001,FD002,fd-s": {"fd-soft-low"},
    "mnemo config set doctor.profile da": {"database"},
    "mnemo explain SIGKI": {"SIGKILL"},
    "mnemo collect --profile de": {"deep"},
}


@pytest.fixture(scope="module", params=["", "memory"], ids=["v2", "v1"])
def place(tmp_path_factory, request):
    tmp_path = tmp_path_factory.mktemp("machine")
    for pid, name in PROCESSES.items():
        (tmp_path / "proc" / str(pid)).mkdir(parents=True)
        (tmp_path / "proc" / str(pid) / "comm").write_text(f"{name}\n")
    (tmp_path / "proc" / "self").symlink_to("1")
    for group in ("app/web", "app/work", "idle"):
        (tmp_path / "cgroup" / request.param / group).mkdir(parents=True)
    tree = command_tree(root_command())
    for name in FILES:
        script = completion_script(name, tree)
        script = script.replace("/proc/", f"{tmp_path}/proc/").replace("/sys/fs/cgroup", f"{tmp_path}/cgroup")
        place_script(tmp_path, name, script)
    return tmp_path


def plain(answers):
    """Without the quotes that a line needs, and without what readline or zsh keeps of the word."""
    return {answer.replace("\\", "").rpartition("=")[2].rpartition(",")[2] for answer in answers}


def test_bash_offers_what_is_there(place):
    lines = {line.replace("=", " = "): offered for line, offered in QUESTIONS.items()}
    lines |= {
        "mnemo monitor --name tmux :": {" server"},
        "mnemo monitor --name 'tm": {"tmux: server"},
    }
    answers = dict(zip(lines, map(plain, ask_bash(place, list(lines))), strict=True))
    assert answers == lines


def test_fish_offers_what_is_there(place):
    assert dict(zip(QUESTIONS, map(plain, ask_fish(place, list(QUESTIONS))), strict=True)) == QUESTIONS


@pytest.mark.terminal
def test_zsh_offers_what_is_there(place):
    assert dict(zip(QUESTIONS, map(plain, ask_zsh(place, list(QUESTIONS))), strict=True)) == QUESTIONS
