"""The 200 processes that hold most memory, and the target's: sizes, faults, OOM standing, limits, groups, descriptors.

The environment is never read. A command line is told as the program and its script, unless --cmdline asks for all
of it. Files that may wait for a process's memory lock (command lines, smaps) come last, each in a member of its own: a
process that hangs at its limit can hold that lock, and then what was written before it stays.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.diagnostics.collector import Collector, Member, Missing, Profile, Scene
from mnemo_cli.diagnostics.members import document_member, json_line, large_file
from mnemo_cli.diagnostics.process_row import process_row
from mnemo_cli.diagnostics.program_words import program_words
from mnemo_cli.diagnostics.reading import few, joined, missing, names_in, pieces
from mnemo_cli.redact import decoded
from mnemo_cli.sampling.population import hides_other_users
from mnemo_cli.sampling.proc_folder import ProcessFolder, is_live

_MOST_PROCESSES, _MOST_ROLLUPS, _MOST_MAPS = 200, 20, 20
# The target's own, however small they are.
_MOST_TARGETS = 64
_LONGEST_COMMAND_BYTES = 1 << 16
# Program and script are among the first words, even after the longest of class paths.
_COMMAND_HEAD_BYTES = 1 << 13
_STATM_BYTES, _ROLLUP_BYTES = 256, 8192


class _Chosen(NamedTuple):
    """Whom to describe, the largest first; `processes` is how many there are at all."""

    pids: tuple[int, ...]
    processes: int
    rss_bytes: int


def collect(scene: Scene) -> Iterator[Member | Missing]:
    lacks: list[Missing] = []
    chosen = _choose(scene)
    if not chosen.pids:
        yield Missing("/proc", "skipped", "there are no processes to be seen")
        return
    yield document_member(
        "processes/summary.json",
        {
            "schema": "mnemo.processes/1",
            "processes": chosen.processes,
            "described": len(chosen.pids),
            "rss_bytes": chosen.rss_bytes,
            "others_are_hidden": hides_other_users(scene.root),
        },
        "/proc/*/statm",
    )
    limits: dict[bytes, list[int]] = {}
    rows = joined(_rows(scene, chosen.pids, limits, lacks))
    yield Member("processes/processes.jsonl", rows, "document", "/proc/PID/{stat,status,oom_score,cgroup,fd}")
    yield Member("processes/limits.txt", joined(_limits(limits)), "numbers", "/proc/PID/limits")
    yield Member("processes/programs.jsonl", joined(_programs(scene, chosen.pids)), "document", "/proc/PID/cmdline")
    if scene.command_lines:
        yield Member("processes/commands.txt", joined(_commands(scene, chosen.pids)), "commands", "/proc/PID/cmdline")
    first = tuple(dict.fromkeys((*chosen.pids[:_MOST_ROLLUPS], *_present(scene.pids, chosen.pids)[:_MOST_ROLLUPS])))
    rollups = joined(_rollups(scene, first, lacks))
    yield Member("processes/smaps_rollup.txt", rollups, "numbers", "/proc/PID/smaps_rollup")
    yield from few(lacks)
    if scene.profile >= Profile.DEEP:
        for pid in _present(scene.pids, chosen.pids)[:_MOST_MAPS]:
            yield large_file(scene, scene.root / f"proc/{pid}/smaps", f"processes/smaps/{pid}", "numbers")


def _choose(scene: Scene) -> _Chosen:
    page_bytes, sizes = os.sysconf("SC_PAGE_SIZE"), list[tuple[int, int]]()
    for name in names_in(scene.root / "proc"):
        if name.isdigit():
            pages = _pages(scene.root / f"proc/{name}/statm")
            if pages is not None:
                sizes.append((pages, int(name)))
    sizes.sort(reverse=True)
    seen = {pid for _, pid in sizes}
    # A thread of the kernel has no pages, and neither has a zombie.
    largest = [pid for pages, pid in sizes[:_MOST_PROCESSES] if pages]
    targets = [pid for pid in scene.pids if pid in seen][:_MOST_TARGETS]
    return _Chosen(
        pids=tuple(dict.fromkeys((*largest, *targets))),
        processes=len(sizes),
        rss_bytes=sum(pages for pages, _ in sizes) * page_bytes,
    )


def _pages(path: Path) -> int | None:
    try:
        words = _file(path, _STATM_BYTES).split()
    except OSError:
        return None
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else None


def _present(pids: Sequence[int], described: Sequence[int]) -> list[int]:
    """The target's processes among those that are described."""
    known = set(described)
    return [pid for pid in pids if pid in known]


def _rows(scene: Scene, pids: Sequence[int], limits: dict[bytes, list[int]], lacks: list[Missing]) -> Iterator[bytes]:
    targets, live = frozenset(scene.pids), is_live(scene.root)
    for pid in pids:
        try:
            folder = ProcessFolder(pid, scene.root, live=live)
        except OSError:
            continue  # it has ended since it was listed
        try:
            row = process_row(folder, pid, is_target=pid in targets, lacks=lacks)
            yield json_line(row)
            limits.setdefault(_read(folder, "limits", lacks), []).append(pid)
        finally:
            folder.close()


def _limits(limits: dict[bytes, list[int]]) -> Iterator[bytes]:
    """Each set of limits once, with the processes that have it: most share one of a few."""
    for text, pids in limits.items():
        if text:
            yield b"==> %b <==\n%b\n" % (" ".join(map(str, pids)).encode(), text)


def _programs(scene: Scene, pids: Sequence[int]) -> Iterator[bytes]:
    for pid in pids:
        argv = _argv(scene, pid, _COMMAND_HEAD_BYTES)
        if argv:
            yield json_line({"pid": pid, "program": program_words(argv) or None})


def _commands(scene: Scene, pids: Sequence[int]) -> Iterator[bytes]:
    """One line for each process, its pid and words apart by NUL: where a word ends tells the redactor what to mask."""
    for pid in pids:
        argv = _argv(scene, pid, _LONGEST_COMMAND_BYTES)
        if argv:
            words = "\0".join((str(pid), *argv)).replace("\\", "\\\\").replace("\n", "\\n")
            yield from pieces(words.encode(errors="backslashreplace") + b"\n")


def _argv(scene: Scene, pid: int, most_bytes: int) -> list[str]:
    try:
        text = _file(scene.root / f"proc/{pid}/cmdline", most_bytes)
    except OSError:
        return []
    return decoded(text.rstrip(b"\0")).split("\0") if text else []


def _rollups(scene: Scene, pids: Sequence[int], lacks: list[Missing]) -> Iterator[bytes]:
    """Of strangers PSS is a bonus: where it is denied the text says so, and nothing that was promised is missing."""
    targets = frozenset(scene.pids)
    for pid in pids:
        try:
            text = _file(scene.root / f"proc/{pid}/smaps_rollup", _ROLLUP_BYTES)
        except OSError as err:
            lack = missing(f"/proc/{pid}/smaps_rollup", err)
            text = lack.reason.encode(errors="replace") + b"\n"
            if lack.state != "skipped" and pid in targets:
                lacks.append(lack)
        yield b"==> %d <==\n%b\n" % (pid, text)


def _file(path: Path, most_bytes: int) -> bytes:
    """In one read, which is enough for these files, and half the price of asking twice."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        return os.read(descriptor, most_bytes)
    finally:
        os.close(descriptor)


def _read(folder: ProcessFolder, name: str, lacks: list[Missing]) -> bytes:
    try:
        return folder.read(name)
    except OSError as err:
        if lack := _lack(f"{folder.shown}/{name}", err):
            lacks.append(lack)
        return b""


def _lack(source: str, err: OSError) -> Missing | None:
    """A process that ended meanwhile is simply gone."""
    lack = missing(source, err)
    return None if lack.state == "skipped" else lack


COLLECTOR = Collector("processes", "the largest processes and the target's", collect, timeout_seconds=5.0)
