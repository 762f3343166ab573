"""Processes and memory groups in completions: read by the shell from /proc and /sys, here from folders like them."""

import pytest

from mnemo_cli.app import root_command
from mnemo_cli.output.command_tree import command_tree
from mnemo_cli.output.completion import completion_script
from tests.output.completion.shells import FILES, ask_bash, ask_fish, ask_zsh, in_zsh, place_script

PROCESSES = {
    1: "init",
    17: "python3.11",
    170: "tmux: server",
    171: "tmux: server",
    42: "g++(odd)",
    9: "red\x1b[31m\nforged",
}
# The last is what bash is asked, which splits words at colons.
QUESTIONS = {
    "mnemo monitor --pid ": {"1", "9", "17", "170", "171", "42"},
    "mnemo monitor --pid 17": {"17", "170", "171"},
    "mnemo monitor --name ": {"init", "python3.11", "tmux: server"},
    "mnemo monitor --name py": {"python3.11"},
    "mnemo monitor --cgroup ": {"/app/", "/idle", "/odd/"},
    "mnemo monitor --cgroup /": {"/app/", "/idle", "/odd/"},
    "mnemo monitor --cgroup /app/": {"/app/web", "/app/work"},
    "mnemo monitor --cgroup=/app/we": {"/app/web"},
    "mnemo doctor --select FD001,FD002,fd-s": {"fd-soft-low"},
    "mnemo config set doctor.profile da": {"database"},
    "mnemo explain SIGKI": {"SIGKILL"},
    "mnemo collect --profile de": {"deep"},
}


# A name from the machine may hold what a shell takes for its own: as it stands on the line after a TAB.
QUOTED_BY_BASH = {
    "mnemo monitor --cgroup /odd/": {r"/odd/s\\x2dg/", r"/odd/a\$\(x\)", r"/odd/it\'s"},
    r"mnemo monitor --cgroup /odd/s\\x2dg/": {r"/odd/s\\x2dg/in"},
    r"mnemo monitor --cgroup /odd/a\$": {r"/odd/a\$\(x\)"},
    "mnemo monitor --cgroup '/odd/": {r"/odd/s\x2dg/"},
    'mnemo monitor --cgroup "/odd/': {r"/odd/s\x2dg/"},
    "mnemo doctor --unit ": {r"a\\x2db.service"},
    r"mnemo doctor --unit a\\": {r"a\\x2db.service"},
    # Where readline is not told that they are files (bash 3.2, and here, where none asks): quoted as well.
    "mnemo orchestrate plan": {r"plan\$\(x\).yaml"},
}


ZSH_GROUPS = {
    "mnemo monitor --cgroup /odd/s": {r"/odd/s\x2dg/"},
    r"mnemo monitor --cgroup /odd/s\\x2dg/": {r"/odd/s\x2dg/in"},
    "mnemo monitor --cgroup '/odd/s\\x2dg/": {r"/odd/s\x2dg/in"},
    'mnemo monitor --cgroup "/odd/s\\x2dg/': {r"/odd/s\x2dg/in"},
}


@pytest.fixture(scope="module", params=["", "memory"], ids=["v2", "v1"])
def place(tmp_path_factory, request):
    tmp_path = tmp_path_factory.mktemp("machine")
    for pid, name in PROCESSES.items():
        (tmp_path / "proc" / str(pid)).mkdir(parents=True)
        (tmp_path / "proc" / str(pid) / "comm").write_text(f"{name}\n")
    (tmp_path / "proc" / "self").symlink_to("1")
    for group in ("app/web", "app/work", "idle", r"odd/s\x2dg/in", "odd/a$(x)", "odd/it's"):
        (tmp_path / "cgroup" / request.param / group).mkdir(parents=True)
    (tmp_path / "units").mkdir()
    (tmp_path / "units" / r"a\x2db.service").touch()
    (tmp_path / "plan$(x).yaml").touch()
    tree = command_tree(root_command())
    for name in FILES:
        script = completion_script(name, tree)
        script = script.replace("/proc/", f"{tmp_path}/proc/").replace("/sys/fs/cgroup", f"{tmp_path}/cgroup")
        script = script.replace("/{etc,run,usr/lib,lib}/systemd/system", f"{tmp_path}/units")
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


def test_bash_offers_names_quoted_as_the_line_is(place):
    assert dict(zip(QUOTED_BY_BASH, ask_bash(place, list(QUOTED_BY_BASH)), strict=True)) == QUOTED_BY_BASH


def test_fish_offers_what_is_there(place):
    assert dict(zip(QUESTIONS, map(plain, ask_fish(place, list(QUESTIONS))), strict=True)) == QUESTIONS


@pytest.mark.terminal
def test_zsh_offers_what_is_there(place):
    assert dict(zip(QUESTIONS, map(plain, ask_zsh(place, list(QUESTIONS))), strict=True)) == QUESTIONS


@pytest.mark.terminal
def test_zsh_goes_down_below_a_name_with_a_backslash(place):
    assert dict(zip(ZSH_GROUPS, ask_zsh(place, list(ZSH_GROUPS)), strict=True)) == ZSH_GROUPS


@pytest.mark.terminal
def test_a_name_of_a_process_cannot_write_to_the_terminal_of_zsh(place):
    with in_zsh(place) as zsh:
        shown = zsh.shown("mnemo monitor --pid ")
    assert "9  -- red?[31m?forged" in shown
    assert "\x1b[31m" not in shown
