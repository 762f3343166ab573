"""The completion scripts, asked in the real shells about a small tree that has every kind of word."""

import os
import pty
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mnemo_cli.output.command_tree import Argument, Command, Option, Value, ValueKind
from mnemo_cli.output.completion import completion_script


def words(*choices: str) -> Value:
    return Value(metavar="WORD", kind=ValueKind.WORDS, words=choices)


FILE = Value(metavar="FILE", kind=ValueKind.FILE, words=())
FOLDER = Value(metavar="FOLDER", kind=ValueKind.DIRECTORY, words=())
NUMBER = Value(metavar="N", kind=ValueKind.NOTHING, words=())
HELP = Option(names=("-h", "--help"), help="It's [short]: `this`.", value=None)


def option(*names: str, value: Value | None) -> Option:
    return Option(names=names, help="Don't: [ever].", value=value)


def argument(value: Value, *, repeats: bool = False) -> Argument:
    return Argument(value=value, help="What it's for: [this].", required=True, repeats=repeats)


def command(
    name: str,
    *,
    options: tuple[Option, ...] = (),
    arguments: tuple[Argument, ...] = (),
    commands: tuple[Command, ...] = (),
    takes_program: bool = False,
) -> Command:
    return Command(
        words=tuple(name.split()),
        summary="It's a command: [one]",
        description="It's a command: [one].",
        arguments=arguments,
        options=(*options, HELP),
        commands=commands,
        takes_program=takes_program,
    )


TREE = command(
    "mnemo",
    commands=(
        command(
            "mnemo watch",
            takes_program=True,
            options=(
                option("-f", "--format", value=words("json", "plain", "prometheus")),
                option("-o", "--output", value=FILE),
                option("--folder", value=FOLDER),
                option("--pid", value=NUMBER),
                option("--quiet", value=None),
            ),
        ),
        command(
            "mnemo settings",
            commands=(
                command("mnemo settings get", arguments=(argument(words("memory_high", "memory_low", "other")),)),
                command(
                    "mnemo settings copy", arguments=(argument(words("here", "there")), argument(FILE, repeats=True))
                ),
            ),
        ),
    ),
)

# Files and a folder in the folder of the test. What stands before the cursor → what is offered:
FILES = {"mark one.txt", "mark two.txt", "market"}
QUESTIONS = {
    "mnemo ": {"watch", "settings"},
    "mnemo wa": {"watch"},
    "mnemo settings ": {"get", "copy"},
    "mnemo settings g": {"get"},
    "mnemo settings get mem": {"memory_high", "memory_low"},
    "mnemo settings get -- --": set(),
    "mnemo settings copy t": {"there"},
    "mnemo settings copy there mark": FILES,
    "mnemo settings copy there x mark": FILES,
    "mnemo watch --fo": {"--folder", "--format"},
    "mnemo watch --format p": {"plain", "prometheus"},
    "mnemo watch -f p": {"plain", "prometheus"},
    "mnemo watch --quiet --format js": {"json"},
    "mnemo watch --output mark": FILES,
    "mnemo watch --folder mar": {"market"},
    "mnemo watch --output settings --format js": {"json"},
    "mnemo watch --pid ": set(),
    "mnemo watch -- marked": {"marked-program"},
    "mnemo watch --quiet -- marked-program mark": FILES,
}
ONLY_BASH = {
    "mnemo watch --format = p": {"plain", "prometheus"},
    "mnemo watch --format =": {"json", "plain", "prometheus"},
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tmp_path = tmp_path_factory.mktemp("completion")
    for name in FILES - {"market"}:
        (tmp_path / name).touch()
    (tmp_path / "market").mkdir()
    program = tmp_path / "bin" / "marked-program"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for shell in ("bash", "zsh", "fish"):
        (tmp_path / f"_mnemo.{shell}").write_text(completion_script(shell, TREE))
    return tmp_path


def shell(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def environment(place: Path) -> dict[str, str]:
    return {**os.environ, "PATH": f"{place / 'bin'}:{os.environ['PATH']}", "HOME": str(place), "TERM": "xterm"}


@pytest.mark.parametrize(
    ("checker", "file"),
    [("bash -n", "bash"), ("zsh -n", "zsh"), ("fish -n", "fish"), ("shellcheck", "bash")],
)
def test_a_script_with_every_kind_of_word_is_valid(place, checker, file):
    program, *flags = checker.split()
    done = subprocess.run(
        [shell(program), *flags, place / f"_mnemo.{file}"], capture_output=True, text=True, timeout=30
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


BASH_DRIVER = """
source ./_mnemo.bash
COMP_WORDS=("${@}") COMP_CWORD=$(($# - 1))
_mnemo
((${#COMPREPLY[@]} == 0)) || printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.mark.parametrize(("line", "offered"), [*QUESTIONS.items(), *ONLY_BASH.items()])
def test_bash_offers(place, line, offered):
    done = subprocess.run(
        [shell("bash"), "--norc", "-euc", BASH_DRIVER, "bash", *line.split(" ")],
        capture_output=True, text=True, timeout=30, cwd=place, env=environment(place),
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert set(done.stdout.splitlines()) == offered


@pytest.mark.parametrize(("line", "offered"), QUESTIONS.items())
def test_fish_offers(place, line, offered):
    done = subprocess.run(
        [shell("fish"), "--no-config", "-c", "source ./_mnemo.fish; complete -C $argv[1]", line],
        capture_output=True, text=True, timeout=30, cwd=place, env=environment(place),
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    answers = (answer.partition("\t")[0] for answer in done.stdout.splitlines())
    assert {answer.rstrip("/").replace("\\ ", " ") for answer in answers} == offered


# zsh completes only while it edits a line: candidates are noted as they are added, and printed at the end.
ZSH_SET_UP = """
PS1= RPROMPT= ; unsetopt zle_bracketed_paste prompt_cr; unset zle_bracketed_paste
fpath=($PWD/zsh $fpath); autoload -Uz compinit; compinit -u -D
zstyle ':completion:*' completer _complete
typeset -ga noted
compadd() {
    local -a hits
    [[ " ${(j: :)@[1,(i)--]} " == *' -'[a-zA-Z12]#[OAD]' '* ]] || { builtin compadd -O hits "$@"; noted+=($hits) }
    builtin compadd "$@"
}
tell() { print -r -- "<<${(j:|:)noted}>>"; noted=(); compstate[insert]=''; compstate[list]='' }
ask() { comppostfuncs=(tell); zle complete-word }
zle -N ask; bindkey '^T' ask
setopt extended_glob
print -r -- "<<""ready>>"
"""


class Zsh:
    """An interactive zsh on a terminal of its own, in which one can press a key after some words."""

    def __init__(self, program: str, place: Path) -> None:
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(place)
            os.execve(program, ["zsh", "-f", "-i"], environment(place))
        (place / "set-up.zsh").write_text(ZSH_SET_UP)
        self.type("source ./set-up.zsh\n")
        assert self.answer() == "ready"

    def ask(self, line: str) -> set[str]:
        """Clear the line, type `line`, and press the key that tells the candidates."""
        self.type(f"\x15{line}\x14")
        return set(filter(None, self.answer().split("|")))

    def type(self, keys: str) -> None:
        os.write(self.terminal, keys.encode())

    def answer(self) -> str:
        seen, deadline = "", time.monotonic() + 20
        while ">>" not in seen:
            ready, _, _ = select.select([self.terminal], [], [], deadline - time.monotonic())
            assert ready, f"zsh did not answer: {seen!r}"
            seen += os.read(self.terminal, 4096).decode(errors="replace")
        return seen.rpartition("<<")[2].partition(">>")[0]

    def close(self) -> None:
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)
        os.close(self.terminal)


@pytest.fixture(scope="module")
def zsh(place: Path) -> Iterator[Zsh]:
    program = shell("zsh")
    (place / "zsh").mkdir()
    (place / "zsh" / "_mnemo").write_text(completion_script("zsh", TREE))
    asked = Zsh(program, place)
    yield asked
    asked.close()


@pytest.mark.terminal
@pytest.mark.parametrize(("line", "offered"), QUESTIONS.items())
def test_zsh_offers(zsh, line, offered):
    assert {answer.replace("\\ ", " ") for answer in zsh.ask(line)} == offered
