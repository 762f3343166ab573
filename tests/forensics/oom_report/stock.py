"""Reports of every kernel's form, what they say, and every prefix in which logs show them."""

import json
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path

from mnemo_cli.forensics.kills import Kill, Trigger, Usage, Victim
from mnemo_cli.forensics.log import LogReading, read_log
from mnemo_cli.model import Limit

KIB = 1024
NOW_SECONDS = 1795356151.0  # 2026-11-22 14:02:31 UTC
REPORTS = {path.stem: path.read_text() for path in sorted((Path(__file__).parent / "reports").glob("*.txt"))}


class Pipe:
    """Bytes that arrive in pieces of a size of their own."""

    def __init__(self, data: bytes, piece: int = 1 << 16) -> None:
        self._data, self._piece, self._at = data, piece, 0

    def read(self, size: int = -1) -> bytes:
        begin, self._at = self._at, self._at + min(self._piece, size if size >= 0 else self._piece)
        return self._data[begin : self._at]


def reading(log: str | bytes, wanted: Sequence[bytes] = (), source: str = "log") -> LogReading:
    data = log.encode("utf-8", "surrogateescape") if isinstance(log, str) else log
    return read_log(Pipe(data), source, wanted, now_seconds=NOW_SECONDS)  # type: ignore[arg-type]


def kills(log: str | bytes) -> tuple[Kill, ...]:
    return reading(log).kills


def messages(report: str) -> list[bytes]:
    return [line.encode() for line in report.splitlines()]


def short_report(name: bytes, pid: int = 4666, group: bytes = b"/app") -> list[bytes]:
    """A whole report of 6.x about a process of this name, as the kernel's messages: one may have newlines in it."""
    number = str(pid).encode()
    return [
        name + b" invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0",
        b"CPU: 0 UID: 0 PID: " + number + b" Comm: " + name + b" Not tainted 6.18.44 #1 PREEMPT(none) ",
        b"memory: usage 98304kB, limit 98304kB, failcnt 7",
        b"Memory cgroup stats for " + group + b":",
        b"total_rss 100204544",
        b"Tasks state (memory values in pages):",
        b"[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name",
        b"[%7d]     0 %5d    27702    26548   258048        0             0 " % (pid, pid) + name,
        b"oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg="
        + group + b",task_memcg=" + group + b",task=" + name + b",pid=" + number + b",uid=0",
        b"Memory cgroup out of memory: Killed process " + number + b" (" + name + b") total-vm:110808kB, "
        b"anon-rss:100352kB, file-rss:5840kB, shmem-rss:0kB, UID:0 pgtables:252kB oom_score_adj:0",
    ]  # fmt: skip


OLD_FORMS: dict[str, Callable[[bytes, bytes], list[bytes]]] = {
    "2.6.32": lambda name, pid: [
        b"Memory cgroup out of memory: Kill process " + pid + b" (" + name + b") score 998 or sacrifice child",
        b"Killed process " + pid + b", UID 48, (" + name + b") total-vm:110804kB, anon-rss:48608kB, file-rss:1392kB",
    ],
    "2.6.32 upstream": lambda name, pid: [
        b"Out of memory: kill process " + pid + b" (" + name + b") score 45310 or a child",
        b"Killed process " + pid + b" (" + name + b")",
    ],
    "RHEL 7 late": lambda name, pid: [
        b"Killed process "
        + pid
        + b" ("
        + name
        + b"), UID 0, total-vm:110804kB, anon-rss:48608kB, file-rss:1392kB, shmem-rss:0kB",
    ],
    "4.4": lambda name, pid: [
        b"Out of memory: Kill process " + pid + b" (" + name + b") score 998 or sacrifice child",
        b"Killed process " + pid + b" (" + name + b") total-vm:110804kB, anon-rss:48608kB, file-rss:1392kB",
    ],
    "5.1": lambda name, pid: [
        b"Out of memory: Killed process "
        + pid
        + b" ("
        + name
        + b") total-vm:110804kB, anon-rss:48608kB, file-rss:1392kB, shmem-rss:0kB",
    ],
}


def _each(stamp: Callable[[int], bytes], lines: Sequence[bytes]) -> bytes:
    """Every line of every message behind its stamp, as the kernel does it for syslog(2)."""
    return b"".join(
        stamp(at) + piece + b"\n" for at, message in enumerate(lines) for piece in message.split(b"\n")
    )  # fmt: skip


def _stamped(text: str) -> Callable[[Sequence[bytes]], bytes]:
    """`{s}` are seconds since boot, `{t}` the second of the minute."""
    return lambda lines: _each(
        lambda at: text.format(s=f"{10469 + at / 1000:12.6f}", t=f"{at % 60:02}").encode(), lines
    )


def _set_in(lines: Sequence[bytes]) -> bytes:
    """As dmesg shows a message of several lines: the further ones set in by the width of the stamp."""
    stamp = b"[10469.000000] "
    return b"".join(stamp + message.replace(b"\n", b"\n" + b" " * len(stamp)) + b"\n" for message in lines)


def _kmsg(lines: Sequence[bytes]) -> bytes:
    def escaped(message: bytes) -> bytes:
        return b"".join(
            b"\\x%02x" % code if code < 32 or code > 126 or code == 92 else bytes([code]) for code in message
        )

    return b"".join(
        b"4,%d,%d,-;%s\n SUBSYSTEM=memory\n DEVICE=+memory:0\n" % (at, 10469000000 + at, escaped(message))
        for at, message in enumerate(lines)
    )  # fmt: skip


def _json_text(message: bytes) -> str | list[int]:
    """As the journal writes a field: a list of bytes where it is not plain text."""
    try:
        text = message.decode()
    except UnicodeDecodeError:
        return list(message)
    return text if all(character.isprintable() or character in "\n\t" for character in text) else list(message)


def _journal_json(lines: Sequence[bytes]) -> bytes:
    records = (
        {
            "__CURSOR": f"s=0;i={at}", "__REALTIME_TIMESTAMP": str(1795356100000000 + at), "_TRANSPORT": "kernel",
            "__MONOTONIC_TIMESTAMP": str(10469000000 + at), "_HOSTNAME": "node7", "SYSLOG_IDENTIFIER": "kernel",
            "PRIORITY": "4", "MESSAGE": _json_text(message),
        }
        for at, message in enumerate(lines)
    )  # fmt: skip
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def _dmesg_json(lines: Sequence[bytes]) -> bytes:
    entries = [
        '      {{\n         "pri": 4,\n         "time": {:.6f},\n         "msg": {}\n      }}'.format(
            10469 + at / 1000, json.dumps(message.decode("utf-8", "surrogateescape"), ensure_ascii=False)
        )
        for at, message in enumerate(lines)
    ]
    return ('{\n   "dmesg": [\n' + ",".join(entries) + "\n   ]\n}\n").encode("utf-8", "surrogateescape")


def _syslog_escaped(lines: Sequence[bytes]) -> bytes:
    def escaped(message: bytes) -> bytes:
        return b"".join(b"#%03o" % code if code < 32 or code == 127 else bytes([code]) for code in message)

    return b"".join(b"Nov 22 14:02:31 node7 kernel: [10469.000000] " + escaped(message) + b"\n" for message in lines)


PREFIXES: dict[str, Callable[[Sequence[bytes]], bytes]] = {
    "dmesg": _stamped("[{s}] "),
    "dmesg, set in": _set_in,
    "dmesg, caller": _stamped("[{s}][ T4700] "),
    "dmesg -T": _stamped("[Sun Nov 22 14:02:{t} 2026] "),
    "dmesg -T, German": _stamped("[So Nov 22 14:02:{t} 2026] "),
    "dmesg -T, French": _stamped("[dim. nov. 22 14:02:{t} 2026] "),
    "dmesg -T, Chinese": _stamped("[日 11月 22 14:02:{t} 2026] "),
    "dmesg -T, Russian": _stamped("[Вс ноя 22 14:02:{t} 2026] "),
    "dmesg -x": _stamped("kern  :warn  : [{s}] "),
    "dmesg -x -T": _stamped("kern  :err   : [Sun Nov 22 14:02:{t} 2026] "),
    "dmesg -r": _stamped("<4>[{s}] "),
    "dmesg -d": _stamped("[{s} <    0.000013>] "),
    "dmesg -e": _stamped("[  +0.000013] "),
    "dmesg -t": _stamped(""),
    "dmesg iso": _stamped("2026-11-22T14:02:{t},004000+00:00 "),
    "dmesg colour": _stamped("\x1b[32m[{s}] \x1b[0m"),
    "dmesg -J": _dmesg_json,
    "syslog": _stamped("Nov 22 14:02:{t} node7 kernel: [{s}] "),
    "syslog without time since boot": _stamped("Nov 22 14:02:{t} node7 kernel: "),
    "syslog iso": _stamped("2026-11-22T14:02:{t}.004000+00:00 node7 kernel: [{s}] "),
    "syslog with priority": _stamped("<4>Nov 22 14:02:{t} node7 kernel: [{s}] "),
    "syslog 5424": _stamped("<4>1 2026-11-22T14:02:{t}.004Z node7 kernel - - - [{s}] "),
    "syslog #012": _syslog_escaped,
    "journal short-monotonic": _stamped("[{s}] node7 kernel: "),
    "journal short-precise": _stamped("Nov 22 14:02:{t}.004000 node7 kernel: "),
    "journal short-iso": _stamped("2026-11-22T14:02:{t}+0000 node7 kernel: "),
    "journal short-full": _stamped("Sun 2026-11-22 14:02:{t} UTC node7 kernel: "),
    "journal short-unix": _stamped("1795356151.0040{t} node7 kernel: "),
    "journal no host": _stamped("Nov 22 14:02:{t} kernel: "),
    "journal json": _journal_json,
    "kmsg": _kmsg,
    "mail quote": _stamped("> [{s}] "),
    "two mail quotes": _stamped("> > [{s}] "),
}


def one_line(lines: Sequence[bytes], newline: bytes) -> bytes:
    """A whole report in one line, as some collectors send it."""
    return b"Nov 22 14:02:31 node7 kernel: " + newline.join(lines) + b"\n"


def wrapped(log: bytes, width: int) -> bytes:
    """As a mail program breaks long lines at blanks."""
    lines = log.decode().splitlines()
    pieces = (textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False) for line in lines)
    return "".join(f"{piece}\n" for line in pieces for piece in line).encode()


def folded(log: bytes, width: int) -> bytes:
    """As a terminal breaks long lines: anywhere."""
    return b"".join(
        line[at : at + width] + b"\n" for line in log.splitlines() for at in range(0, max(1, len(line)), width)
    )  # fmt: skip


class Facts:
    """What a report says; only what is given is compared."""

    def __init__(self, *victims: Victim, **fields: "Limit | str | bool | Trigger | Usage | None") -> None:
        self.victims = victims
        self.fields = fields


def victim(
    pid: int, name: str, uid: int | None, anon: int | None, file: int | None,
    shmem: int | None = None, tables: int | None = None, adj: int | None = None,
) -> Victim:  # fmt: skip
    """Sizes in KiB, as reports have them."""
    sizes = [None if kib is None else kib * KIB for kib in (anon, file, shmem, tables)]
    return Victim(pid, name, uid, sizes[0], sizes[1], sizes[2], sizes[3], adj)


MIB50 = 51200 * KIB
FACTS = {
    "2.6.32-v1": Facts(
        victim(4666, "python", 48, 48608, 1392), scope="memcg", limit_cgroup="/lxc/web", victim_cgroup="/lxc/web/job",
        limit_bytes=MIB50, used_bytes=MIB50, limit_hits_total=1203, page_bytes=4096, killer="kernel",
        trigger=Trigger(4666, "python", 0, "0xd0"), usage=None,
    ),
    "2.6.32-upstream-global": Facts(
        victim(4666, "apache2", None, None, None), scope="global", limit_cgroup=None, victim_cgroup=None,
        limit_bytes=None, page_bytes=None, trigger=Trigger(4100, "apache2", 0, "0x201da"),
        usage=Usage(swap_bytes=524284 * KIB),
    ),
    "3.10-rhel7-early-sacrificed-child": Facts(
        victim(4666, "postgres", None, 236000, 4000), scope="global", limit_bytes=None, page_bytes=4096,
        trigger=Trigger(4100, "java", 0, "0x201da"),
        usage=Usage(
            anon_bytes=247500 * 4096, file_bytes=550 * 4096, shmem_bytes=500 * 4096, slab_bytes=2000 * 4096,
            swap_bytes=524288 * KIB,
        ),
    ),
    "3.10-rhel7-late-v1": Facts(
        victim(4666, "python", 1000, 48608, 1392, 0), scope="memcg",
        limit_cgroup="/system.slice/docker-0123456789ab.scope", victim_cgroup="/system.slice/docker-0123456789ab.scope",
        limit_bytes=MIB50, used_bytes=MIB50, limit_hits_total=88, page_bytes=4096,
        trigger=Trigger(4666, "python", 0, "0xd0"),
        usage=Usage(anon_bytes=51196 * KIB, file_bytes=4 * KIB, kernel_bytes=0, swap_bytes=0),
    ),
    "4.4-v1-ancestor": Facts(
        victim(4666, "stress", None, 60008, 1392), scope="memcg", limit_cgroup="/kubepods/burstable/podabc",
        victim_cgroup="/kubepods/burstable/podabc/0123456789ab", limit_bytes=2 * MIB50, used_bytes=2 * MIB50,
        limit_hits_total=32, trigger=Trigger(4700, "stress", 0, "0x24000c0"),
        usage=Usage(anon_bytes=101400 * KIB, file_bytes=1000 * KIB, kernel_bytes=0),
    ),
    "4.18-rhel8": Facts(
        victim(4666, "python3", 1000, 48608, 1392, 0), scope="memcg", limit_cgroup="/user.slice/job",
        victim_cgroup="/user.slice/job", limit_bytes=MIB50, limit_hits_total=14, page_bytes=4096,
        trigger=Trigger(4666, "python3", 0, "0x6000c0"),
    ),
    "4.19-v1": Facts(
        victim(4666, "python3", None, 48608, 1392, 0), scope="memcg", limit_cgroup="/app", victim_cgroup="/app/job",
        limit_bytes=MIB50, limit_hits_total=3, trigger=Trigger(4666, "python3", 0, "0x6000c0"),
        usage=Usage(
            anon_bytes=50788 * KIB, file_bytes=12 * KIB, shmem_bytes=4 * KIB, kernel_bytes=400 * KIB, swap_bytes=0
        ),
    ),
    "5.0-v1": Facts(
        victim(4666, "python3", 0, 48608, 1392, 0), scope="memcg", limit_cgroup="/app", victim_cgroup="/app",
        limit_bytes=MIB50, limit_hits_total=21, trigger=Trigger(4700, "python3", 0, "0x6000c0"),
    ),
    "5.1-v1": Facts(
        victim(4666, "python3", 0, 48608, 1392, 0), scope="memcg", limit_cgroup="/app", limit_bytes=MIB50,
    ),
    "5.3-v2-pgtables-without-uid": Facts(
        victim(4666, "python3", 0, 48608, 1392, 0, 140, -998), scope="memcg", limit_cgroup="/app", limit_bytes=MIB50,
        usage=Usage(anon_bytes=51200000, file_bytes=4096, shmem_bytes=4096, slab_bytes=278528, swap_bytes=0),
    ),
    "5.4-global": Facts(
        victim(4666, "Plex Media Serv", 1000, 879000, 1000, 0, 1856, 0), scope="global", limit_cgroup=None,
        victim_cgroup="/user.slice/user-1000.slice/session-3.scope", limit_bytes=None, used_bytes=None,
        page_bytes=4096, trigger=Trigger(312, "systemd-journal", 0, "0x100cca"),
        usage=Usage(
            anon_bytes=247500 * 4096, file_bytes=550 * 4096, shmem_bytes=500 * 4096, slab_bytes=2000 * 4096,
            swap_bytes=524284 * KIB,
        ),
    ),
    "5.15-cpuset-64k-pages": Facts(
        victim(4666, "qemu-system-aar", 107, 1000000, 24000, 0, 960, 0), scope="cpuset", page_bytes=65536,
        limit_cgroup=None, victim_cgroup="/machine.slice/guest-1", trigger=Trigger(4700, "CPU 2/KVM", 0, "0x500cca"),
        usage=Usage(anon_bytes=32000 * 65536, file_bytes=450 * 65536, shmem_bytes=400 * 65536, slab_bytes=2000 * 65536),
    ),
    "6.1-mempolicy-16k-pages": Facts(
        victim(4666, "node", 1000, 250000, 6000, 0, 960, 0), scope="mempolicy", page_bytes=16384,
        limit_cgroup=None, victim_cgroup="/user.slice", trigger=Trigger(4666, "node", 0, "0x140dca"),
    ),
    "6.8-v2-oom-group": Facts(
        victim(4666, "postgres", 27, 48000, 2000, 0, 140, 0), victim(4600, "postgres", 27, 3600, 2000, 400, 60, 0),
        victim(4700, "postgres", 27, 2000, 1600, 400, 60, 0), scope="memcg", group_kill=True,
        limit_cgroup="/system.slice/db.service", victim_cgroup="/system.slice/db.service", limit_bytes=MIB50,
        trigger=Trigger(4700, "postgres", 0, "0xcc0"), page_bytes=4096,
        usage=Usage(
            anon_bytes=50331648, file_bytes=8192, shmem_bytes=4096, slab_bytes=700000, kernel_bytes=1507328,
            swap_bytes=1024 * KIB,
        ),
    ),
    "6.12-sysrq": Facts(
        victim(4666, "python3", 0, 48000, 2000, 0, 140, 0), killer="sysrq", scope="global", victim_cgroup="/",
        trigger=Trigger(4500, "kworker/0:1", -1, "0xcc0"), page_bytes=4096,
    ),
    "6.18-v1": Facts(
        victim(4666, "python3", 0, 100352, 5840, 0, 252, 0), killer="kernel", scope="memcg", limit_cgroup="/app",
        victim_cgroup="/app/job", limit_bytes=98304 * KIB, used_bytes=98304 * KIB, limit_hits_total=7,
        trigger=Trigger(4600, "sh", 0, "0xcc0"), page_bytes=4096, group_kill=False,
        usage=Usage(
            anon_bytes=100204544, file_bytes=8192, shmem_bytes=4096, kernel_bytes=204 * KIB, swap_bytes=0
        ),
    ),
    # Memory has room: the limit of memory and swap together is the one that was hit. The victim is tiny: its
    # memory is in a tmpfs.
    "6.18-v1-memsw": Facts(
        victim(4666, "dd", 0, 352, 1840, 0, 56, 0), scope="memcg", limit_cgroup="/app", limit_bytes=131072 * KIB,
        used_bytes=131072 * KIB, limit_hits_total=19, page_bytes=4096,
        usage=Usage(
            anon_bytes=1204544, file_bytes=58720256, shmem_bytes=57671680, kernel_bytes=204 * KIB, swap_bytes=72777728
        ),
    ),
}  # fmt: skip
