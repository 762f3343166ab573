"""A TAB in real shells: CPU of one completion, beside git's own completion in the same shell, and a start of Python.

bash calls the completion function with COMP_WORDS set, fish runs `complete -C`, and zsh completes in its line editor
on a terminal. What a completion that asks its own program would cost at least is the start of Python with typer.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.measure import NOT_INSTALLED, Table, child_cpu_seconds, milliseconds, process_cpu_seconds
from tests.output.completion.shells import Zsh, place_script

COMPLETIONS = Path(__file__).parents[2] / "completions"
MOST_MS = 10
RUNS = 7
TABS_PER_RUN = 20
PROCESSES = 300
LINES = ("mnemo ", "mnemo monitor --", "mnemo monitor --format ", "mnemo doctor --select FD", "mnemo explain ")
OF_PROCESSES = ("mnemo monitor --pid ", "mnemo monitor --name ")
PEER_LINE = "git che"
GIT_FOR_BASH = Path("/usr/share/bash-completion/completions/git")
BASH = """
source {script}
COMP_LINE={line!r} COMP_POINT={length}
IFS=' ' read -ra COMP_WORDS <<<"$COMP_LINE"
[[ $COMP_LINE != *' ' ]] || COMP_WORDS+=('')
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
for ((tab = 0; tab < {tabs}; tab++)); do {function}; done
"""
FISH = """
set fish_complete_path $__fish_data_dir/completions
set fish_function_path $__fish_data_dir/functions
test -f {script}; and source {script}
complete -C {line!r} >/dev/null
for tab in (seq {tabs}); complete -C {line!r}; end
"""
Tab = Callable[[str], float]


def run() -> None:
    table = Table(f"completion: one TAB, CPU (median of {RUNS} × {TABS_PER_RUN})")
    shells: dict[str, Callable[[Path], Iterator[Tab]]] = {"bash": _bash, "zsh": _zsh, "fish": _fish}
    slowest = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for name, shell in shells.items():
            if shutil.which(name) is None:
                table.add(f"{name}: a TAB", NOT_INSTALLED, "", None, MOST_MS, " ms")
                continue
            with contextmanager(shell)(Path(folder)) as tab:
                slowest = max(slowest, _measure(table, name, tab))
    if not slowest:
        return
    started = statistics.median(child_cpu_seconds([sys.executable, "-c", "import typer"]) for _ in range(RUNS))
    row = "the slowest of these TABs; a start of Python with typer"
    table.add(row, milliseconds(slowest), milliseconds(started), slowest / started, 1)


def _measure(table: Table, name: str, tab: Tab) -> float:
    """The slowest of them, in seconds."""
    slowest = 0.0
    has_git = shutil.which("git") and (name != "bash" or GIT_FOR_BASH.exists())
    peer = milliseconds(_median(tab, PEER_LINE)) if has_git else NOT_INSTALLED
    for line in LINES:
        seconds = _median(tab, line)
        slowest = max(slowest, seconds)
        table.add(f"{name}: {line!r}; git: {PEER_LINE!r}", milliseconds(seconds), peer, seconds * 1e3, MOST_MS, " ms")
    with _processes() as count:
        for line in OF_PROCESSES:
            seconds = _median(tab, line)
            slowest = max(slowest, seconds)
            row = f"{name}: {line!r}, {count} processes"
            table.add(row, milliseconds(seconds), "", seconds * 1e3, MOST_MS, " ms")
    return slowest


def _median(tab: Tab, line: str) -> float:
    tab(line)
    return statistics.median(tab(line) for _ in range(RUNS))


@contextmanager
def _processes() -> Iterator[int]:
    """At least so many processes."""
    there = sum(entry.name.isdigit() for entry in Path("/proc").iterdir())
    started = [subprocess.Popen(["sleep", "600"]) for _ in range(max(0, PROCESSES - there))]
    try:
        yield there + len(started)
    finally:
        for process in started:
            process.kill()
            process.wait()


def _bash(_: Path) -> Iterator[Tab]:
    def argv(line: str, tabs: int) -> list[str]:
        script, function = (COMPLETIONS / "mnemo.bash", "_mnemo")
        if line == PEER_LINE:
            script, function = GIT_FOR_BASH, "__git_wrap__git_main"
        text = BASH.format(script=script, line=line, length=len(line), tabs=tabs, function=function)
        return ["bash", "--norc", "-c", text]

    yield lambda line: _per_tab(lambda tabs: argv(line, tabs))


def _fish(_: Path) -> Iterator[Tab]:
    def argv(line: str, tabs: int) -> list[str]:
        return ["fish", "--no-config", "-c", FISH.format(script=COMPLETIONS / "mnemo.fish", line=line, tabs=tabs)]

    yield lambda line: _per_tab(lambda tabs: argv(line, tabs))


def _per_tab(argv: Callable[[int], list[str]]) -> float:
    """A shell that completes, less one that only starts and reads the script; programs that it runs are counted."""
    return max(0.0, child_cpu_seconds(argv(TABS_PER_RUN)) - child_cpu_seconds(argv(0))) / TABS_PER_RUN


def _zsh(folder: Path) -> Iterator[Tab]:
    place_script(folder, "zsh", (COMPLETIONS / "_mnemo").read_text())
    program = shutil.which("zsh")
    assert program is not None
    zsh = Zsh(program, folder)
    # What notes the candidates for tests would be measured, too.
    zsh.type("unfunction compadd; print -r -- '<<''ready>>'\n")
    zsh.answer()

    def tab(line: str) -> float:
        begun = process_cpu_seconds(zsh.pid)
        for _ in range(TABS_PER_RUN):
            zsh.ask(line)
        return (process_cpu_seconds(zsh.pid) - begun) / TABS_PER_RUN

    try:
        yield tab
    finally:
        zsh.close()


if __name__ == "__main__":
    run()
