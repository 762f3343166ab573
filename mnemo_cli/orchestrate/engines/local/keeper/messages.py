"""What supervisor and keeper say to each other, and the record to whoever comes later: JSON arrays, one a line.

To the keeper (JOB is an id, NUMBER which attempt, from 1):
    ["start", JOB, NUMBER, program, argv, env, cwd, stdin, stdout, stderr, limit_bytes, oom_score_adj]
    ["adopt", JOB, NUMBER, pid, ticks, group, freezer, limit_bytes, began_unix]     a job of a keeper that is dead
    ["only", [[JOB, NUMBER], ...]]     nobody else is known: others are ended, and with none the record begins anew
    ["stop", JOB, NUMBER, grace_seconds]
    ["freeze", JOB, NUMBER]     ["thaw", JOB, NUMBER]
From it:
    ["keeper", pid, ticks, boot_id, memory_folder, freezer_folder]     the first line to each supervisor
    ["started", JOB, NUMBER, pid, ticks, group, freezer, limit_bytes]  ticks null: it ended before it could be read
    ["refused", JOB, NUMBER, code, reason]
    ["ended", JOB, NUMBER, status, seconds, cpu_seconds, maxrss_bytes, tree_peak_bytes, group_peak_bytes,
              group_cache_bytes, oom_kills, capped]
    ["frozen", JOB, NUMBER, whether it is]                             the answer to "freeze"
    ["use", [[JOB, NUMBER, bytes], ...]]                               of trees; groups anybody can read
The record holds the lines keeper, started, refused and ended, each with the Unix time as its last member.
"""

import json

# json.dumps with separators makes a new encoder at every call.
_ENCODER = json.JSONEncoder(separators=(",", ":"))


def line(*words: object) -> bytes:
    """One message."""
    return _ENCODER.encode(words).encode("ascii") + b"\n"


def timed(message: bytes, unix_seconds: float) -> bytes:
    """The same message as a line of the record."""
    return b"%b,%.3f]\n" % (message[:-2], unix_seconds)


class Lines:
    """Whole lines out of what comes in pieces."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that are complete now."""
        whole, newline, rest = data.rpartition(b"\n")
        if not newline:
            self._rest += data
            return []
        lines = (self._rest + whole).split(b"\n")
        self._rest = rest
        return lines
