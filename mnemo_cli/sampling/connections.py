"""The TCP connections of a process: how many in which state, and on which ports it listens.

The kernel lists the sockets of a whole network namespace; those of a process are the ones whose inodes its
descriptors name. https://docs.kernel.org/networking/proc_net_tcp.html
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from typing import NamedTuple

from mnemo_cli.model import Gap
from mnemo_cli.sampling.files import gap
from mnemo_cli.sampling.proc_folder import ProcessFolder

# include/net/tcp_states.h, in the words of ss(8).
_STATES = (
    "established", "syn-sent", "syn-recv", "fin-wait-1", "fin-wait-2", "time-wait", "closed", "close-wait", "last-ack",
    "listening", "closing", "new-syn-recv",
)  # fmt: skip
_LINE = re.compile(
    rb"(?m)^ *\d+: [0-9A-F]{8,32}:([0-9A-F]{4}) [0-9A-F]{8,32}:[0-9A-F]{4} ([0-9A-F]{2}) "
    rb"\S+ \S+ \S+ +\d+ +\d+ (\d{1,20}) [^\n]*\n"
)
_MOST_BYTES = 1 << 24
_FILES = ("net/tcp", "net/tcp6")


class Connections(NamedTuple):
    """By state, and the ports in ascending order."""

    states: Mapping[str, int]
    listening: tuple[int, ...]


def read_connections(folder: ProcessFolder, sockets: Collection[int], gaps: list[Gap]) -> Connections | None:
    """Of the sockets with these inodes; None, with a gap, where the list cannot be read."""
    states, ports, seen = Counter[str](), set[int](), False
    for name in _FILES:
        try:
            text = folder.read(name, _MOST_BYTES)
        except FileNotFoundError:
            continue  # tcp6 where there is no IPv6
        except OSError as err:
            gaps.append(gap("connections", f"{folder.shown}/{name}", err))
            return None
        if len(text) >= _MOST_BYTES:
            gaps.append(Gap("connections", f"{folder.shown}/{name}", "it is too long: only its beginning was read"))
            return None
        seen = True
        found = parse_connections(text, sockets)
        states.update(found.states)
        ports.update(found.listening)
    if not seen:
        gaps.append(Gap("connections", f"{folder.shown}/net/tcp", "there is no such file"))
        return None
    return Connections(states, tuple(sorted(ports)))


def parse_connections(text: bytes, sockets: Collection[int]) -> Connections:
    """A text of /proc/PID/net/tcp or tcp6; lines that cannot be read are left out."""
    states, ports = Counter[str](), set[int]()
    for match in _LINE.finditer(text):
        number = int(match[2], 16)
        if int(match[3]) not in sockets or not 0 < number <= len(_STATES):
            continue
        states[_STATES[number - 1]] += 1
        if _STATES[number - 1] == "listening":
            ports.add(int(match[1], 16))
    return Connections(states, tuple(sorted(ports)))
