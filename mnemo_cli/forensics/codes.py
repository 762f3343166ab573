"""Exit codes and signals: what each one proves, and what it does not.

A shell reports a program that a signal ended as 128 + the signal's number; a program may also exit
with such a number itself. https://pubs.opengroup.org/onlinepubs/9699919799/utilities/V3_chap02.html#tag_18_08_02
"""

import signal
from collections.abc import Iterator

from mnemo_cli.errors import EXIT_CODES, ExitCode
from mnemo_cli.forensics.page import Page

_SIGNAL_NOTES = {
    "SIGKILL": (
        "The kernel's OOM killer sends only this signal, but so do `kill -9`, a container runtime after its grace "
        "time, systemd-oomd and a hard RLIMIT_CPU. By itself it is possible evidence of an OOM kill, never proof.",
        "Proof is a counter that moved (oom_kill in the group's memory.events or memory.oom_control, or in "
        "/proc/vmstat) or the kernel's own line: `mnemo snapshot` shows the counters of each limit on the path.",
        "A container that is marked OOMKilled had some process of it killed: the main one only if it ended with 137, "
        "too. A program may also exit with the number 137 itself, and a shell hands on the end of its child.",
        "To be sure next time: `mnemo monitor -- CMD` looks at the counters before and after, and says what it was.",
    ),
    "SIGTERM": (
        "A request to end: from a person, `systemctl stop`, an orchestrator, or a user-space killer such as "
        "earlyoom. The kernel's OOM killer never sends it; 143 alone proves nothing about memory.",
        "It can be a consequence of an OOM kill: systemd stops the rest of a unit with it (OOMPolicy=stop).",
        "137 after a 143 of the same program means that it did not end within its grace time, not that memory ran out.",
    ),
    "SIGABRT": (
        "The program gave up by itself: C++ after std::bad_alloc, Node.js at its heap limit, a failed assert.",
    ),
    "SIGSEGV": ("A bad memory access; also a stack that could not grow (RLIMIT_STACK, RLIMIT_AS).",),
    "SIGXCPU": (
        "The soft RLIMIT_CPU ran out; at the hard one the kernel sends SIGKILL, which looks like an OOM kill.",
    ),
    "SIGXFSZ": ("A file grew past RLIMIT_FSIZE.",),
    "SIGBUS": ("A mapped file shrank, or a tmpfs such as /dev/shm is full.",),
}

# Who sends it, with what proves that and the command that looks for it; the likeliest first.
_SENDERS: dict[str, tuple[tuple[str, str], ...]] = {
    "SIGKILL": (
        ("the kernel's OOM killer", "its line `Killed process N` in the kernel log: `mnemo explain --last`, or "
         "`dmesg | mnemo explain -` where it is another machine's"),
        ("… in a container", "OOMKilled and exit code 137 together: `docker inspect NAME | mnemo explain -`"),
        ("… in Kubernetes", "reason OOMKilled in state or lastState: `kubectl get pod NAME -o json | mnemo explain -`"),
        ("systemd-oomd", "`systemd-oomd killed N process(es) in this unit`: `mnemo explain --unit UNIT`"),
        ("earlyoom, nohang, bustd", "`sending SIGKILL to process N` in their own log: `journalctl | mnemo explain -`"),
        ("the end of a grace time", "a stop that was asked for before: `docker stop`, a deleted pod, `systemctl stop`"),
        ("a hard RLIMIT_CPU", "a finite one: `mnemo doctor --pid N` on a process like it"),
        ("kill -9, a CI time-out", "none of the above: no counter moved, no log tells"),
    ),
    "SIGTERM": (
        ("a stop", "`Stopping …` in the journal, a deployment, a deleted pod: `mnemo explain --unit UNIT`"),
        ("earlyoom, nohang", "`sending SIGTERM to process N` in their own log: `journalctl | mnemo explain -`"),
        ("kubelet", "the pod's reason Evicted: `kubectl get pod NAME -o json | mnemo explain -`"),
        ("systemd, after an OOM kill", "result oom-kill of the unit: `mnemo explain --unit UNIT`"),
        ("Dask's nanny", "`exceeded 95% memory budget. Restarting` in the nanny's log"),
        ("GNU parallel --memfree", "15 under Signal in its joblog: `mnemo explain JOBLOG`"),
        ("a person, a CI time-out", "none of the above"),
    ),
}  # fmt: skip


def code_page(code: int) -> Page | None:
    """The page of an exit code from 0 to 255; a negative one is a signal, as Python's subprocess reports it."""
    if code < 0:
        return signal_page(-code)
    if code > 255:
        return None
    own = dict(EXIT_CODES)
    meaning = own.get(ExitCode(code)) if code in set(ExitCode) else None
    paragraphs = [f"From mnemo itself: {meaning}."] if meaning is not None else []
    number = code - 128
    rows: tuple[tuple[str, str], ...] = ()
    if number in set(signal.Signals):
        name = signal.Signals(number).name
        rows = _SENDERS.get(name, ())
        paragraphs += [
            f"{code} = 128 + {number}: ended by {name}, as a shell reports it.",
            *_SIGNAL_NOTES.get(name, ()),
        ]
    elif meaning is None:
        paragraphs.append("mnemo does not use this code: it is the program's own, see its manual.")
    if code in set(signal.Signals):
        paragraphs.append(f"As a signal: `mnemo explain -{code}` ({signal.Signals(code).name}).")
    return Page(topic=str(code), title=f"exit code {code}", paragraphs=tuple(paragraphs), rows=rows)


def signal_page(wanted: int | str) -> Page | None:
    """The page of a signal by number or name, with or without SIG."""
    found = _signal(wanted)
    if found is None:
        return None
    notes = _SIGNAL_NOTES.get(found.name, ("It has no special meaning for memory.",))
    return Page(
        topic=found.name,
        title=f"{found.name} ({found.value}), exit code {128 + found.value}",
        paragraphs=(f"{signal.strsignal(found)}.", *notes),
        rows=_SENDERS.get(found.name, ()),
    )


def codes_page() -> Page:
    """The table of mnemo's own exit codes."""
    rows = [(str(int(code)), meaning) for code, meaning in EXIT_CODES]
    rows.append(("the child's own", "for -- CMD: the child's code, or 128 + its signal"))
    return Page(topic="exit-codes", title="exit codes of mnemo", rows=tuple(rows))


def signal_names() -> Iterator[tuple[str, str]]:
    """The signals that have something to say about memory or limits, with what the system calls them."""
    for name in _SIGNAL_NOTES:
        yield name, signal.strsignal(signal.Signals[name]) or name


def _signal(wanted: int | str) -> signal.Signals | None:
    if isinstance(wanted, int):
        return signal.Signals(wanted) if wanted in set(signal.Signals) else None
    name = wanted.upper().removeprefix("SIG")
    return next((member for member in signal.Signals if member.name == f"SIG{name}"), None)
