"""Real shells, asked what they offer for lines: bash by calling the function, fish and zsh by completing."""

import contextlib
import os
import pty
import select
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

FILES = {"bash": "mnemo.bash", "zsh": "zsh/_mnemo", "fish": "mnemo.fish"}


def shell(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def environment(place: Path) -> dict[str, str]:
    return {**os.environ, "PATH": f"{place / 'bin'}:{os.environ['PATH']}", "HOME": str(place), "TERM": "xterm"}


def place_script(place: Path, name: str, script: str) -> None:
    (place / FILES[name]).parent.mkdir(exist_ok=True)
    (place / FILES[name]).write_text(script)


# What readline would keep of a word is not in COMPREPLY; the words are given as bash splits them.
BASH_DRIVER = r"""
source ./mnemo.bash
while IFS= read -r line; do
    IFS=$'\t' read -ra COMP_WORDS <<<"$line"
    [[ $line != *$'\t' ]] || COMP_WORDS+=('')
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _mnemo
    ((${#COMPREPLY[@]} == 0)) || printf '%s\n' "${COMPREPLY[@]}"
    printf '\f\n'
done
"""
FISH_DRIVER = r"""
source ./mnemo.fish
while read -l line
    complete -C $line
    printf '\f\n'
end
"""


def ask_bash(place: Path, lines: Sequence[str]) -> list[set[str]]:
    """Blanks part the words; a blank that belongs to one is written `\\ `."""
    given = [line.replace("\\ ", "\0").replace(" ", "\t").replace("\0", "\\ ") for line in lines]
    return _asked([shell("bash"), "--norc", "-euc", BASH_DRIVER], place, given)


def ask_fish(place: Path, lines: Sequence[str]) -> list[set[str]]:
    asked = _asked([shell("fish"), "--no-config", "-c", FISH_DRIVER], place, lines)
    return [{answer.partition("\t")[0] for answer in answers} for answers in asked]


def _asked(argv: Sequence[str], place: Path, lines: Sequence[str]) -> list[set[str]]:
    asked = "".join(f"{line}\n" for line in lines)
    done = subprocess.run(
        argv, input=asked, capture_output=True, text=True, timeout=60, cwd=place, env=environment(place)
    )
    assert (done.returncode, done.stderr) == (0, "")
    answers = done.stdout.split("\f\n")[:-1]
    assert len(answers) == len(lines)
    return [{line for line in answer.split("\n") if line} for answer in answers]


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
# Keys that mean nothing to a terminal before zsh has it.
zle -N ask; bindkey '^T' ask '^P' list-choices
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

    def shown(self, line: str) -> str:
        """All that the terminal gets when the candidates are listed."""
        self.type(f"\x15{line}\x10\x14")
        return self._written()

    def type(self, keys: str) -> None:
        os.write(self.terminal, keys.encode())

    def answer(self) -> str:
        return self._written().rpartition("<<")[2].partition(">>")[0]

    def _written(self) -> str:
        seen, deadline = "", time.monotonic() + 20
        while ">>" not in seen:
            ready, _, _ = select.select([self.terminal], [], [], deadline - time.monotonic())
            assert ready, f"zsh did not answer: {seen!r}"
            seen += os.read(self.terminal, 4096).decode(errors="replace")
        return seen

    def close(self) -> None:
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)
        os.close(self.terminal)


@contextlib.contextmanager
def in_zsh(place: Path) -> Iterator[Zsh]:
    asked = Zsh(shell("zsh"), place)
    try:
        yield asked
    finally:
        asked.close()


def ask_zsh(place: Path, lines: Sequence[str]) -> list[set[str]]:
    with in_zsh(place) as zsh:
        return [zsh.ask(line) for line in lines]
