"""macOS: the largest processes, the target's open descriptors by kind, and the summary of its memory map.

Only program names are asked of ps; of lsof only how many of each kind there are, for names of files and peers are
nobody's business; of vmmap only the table of regions.
"""

import re
from collections import Counter
from collections.abc import Iterator

from mnemo_cli.diagnostics.collector import Collector, Member, Missing, Scene
from mnemo_cli.diagnostics.members import ask, document_member, text_member
from mnemo_cli.model import Json
from mnemo_cli.redact import decoded, printable

_PS = ("/bin/ps", "-axm", "-o", "pid=,ppid=,uid=,rss=,vsz=,state=,etime=,comm=")
_ROW = re.compile(r"\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S+)\s+(.+)")
_KIB = 1024
_MOST_PROCESSES, _MOST_TARGETS, _LONGEST_NAME = 200, 4, 64
# From here on vmmap names every region with its file.
_VMMAP_TOLD = re.compile(
    r"(?m)^(?:(?:Process|PID|Physical footprint(?: \(peak\))?|Writable regions|ReadOnly portion)[^\n]*"
    r"|(?:REGION TYPE|=+|MALLOC[^\n]*|Stack[^\n]*|VM_ALLOCATE[^\n]*|TOTAL[^\n]*|mapped file[^\n]*|shared memory[^\n]*"
    r"|__[A-Z_]+[^\n]*|MALLOC ZONE[^\n]*)[^\n]*)$"
)


def collect(scene: Scene) -> Iterator[Member | Missing]:
    done = ask(scene, _PS)
    if isinstance(done, Missing):
        yield done
    else:
        rows = [row for line in decoded(done.output).split("\n") if (row := _row(line)) is not None]
        yield document_member("macos-processes/processes.json", rows[:_MOST_PROCESSES], "ps")
    for pid in scene.pids[:_MOST_TARGETS]:
        yield _descriptors(scene, pid)
        yield _regions(scene, pid)


def _row(line: str) -> Json:
    match = _ROW.fullmatch(line)
    if match is None:
        return None
    pid, ppid, uid, rss_kib, virtual_kib, state, elapsed, program = match.groups()
    return {
        "pid": int(pid),
        "ppid": int(ppid),
        "uid": int(uid),
        "rss_bytes": int(rss_kib) * _KIB,
        "virtual_bytes": int(virtual_kib) * _KIB,
        "state": state,
        "elapsed": elapsed,
        # The program's own path, not what it calls itself: its last name, which may have blanks.
        "program": printable(program.rpartition("/")[2])[:_LONGEST_NAME],
    }


def _descriptors(scene: Scene, pid: int) -> Member | Missing:
    done = ask(scene, ("/usr/sbin/lsof", "-n", "-P", "-w", "-p", str(pid), "-F", "ft"))
    if isinstance(done, Missing):
        return done
    lines = decoded(done.output).split("\n")
    kinds = Counter(line[1:] for line in lines if line.startswith("t") and line[1:].isalnum())
    document: Json = {
        "pid": pid,
        "descriptors": sum(line[:1] == "f" for line in lines),
        "kinds": dict(sorted(kinds.items())),
    }
    return document_member(f"macos-processes/descriptors-{pid}.json", document, "lsof")


def _regions(scene: Scene, pid: int) -> Member | Missing:
    done = ask(scene, ("/usr/bin/vmmap", "-summary", str(pid)), timeout_seconds=4.0)
    if isinstance(done, Missing):
        return done
    told = "\n".join(match[0] for match in _VMMAP_TOLD.finditer(decoded(done.output))) + "\n"
    return text_member(f"macos-processes/vmmap-{pid}.txt", told.encode(errors="replace"), "vmmap -summary")


COLLECTOR = Collector(
    "macos-processes", "the largest processes and the target's memory map on macOS", collect, platforms=("darwin",),
    timeout_seconds=12.0,
)  # fmt: skip
