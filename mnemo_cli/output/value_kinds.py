"""What a shell can offer for a value where its type does not say it: processes, groups, users, kinds of files.

An option means the same in every command, so its name decides. A test holds this table against the commands.
"""

from collections.abc import Sequence
from enum import StrEnum


class ValueKind(StrEnum):
    """What a shell can offer for a value."""

    NOTHING = "nothing"
    WORDS = "words"
    LIST = "list"  # words with commas between them
    FILE = "file"  # and words, where there are some
    DIRECTORY = "directory"
    PID = "pid"
    NAME = "name"  # of a process
    GROUP = "group"
    USER = "user"
    UNIT = "unit"
    REPORT = "report"  # WORD=FILE


_KINDS = {
    "--pid": ValueKind.PID,
    "--name": ValueKind.NAME,
    "--cgroup": ValueKind.GROUP,
    "--user": ValueKind.USER,
    "--unit": ValueKind.UNIT,
    "--report": ValueKind.REPORT,
    "--root": ValueKind.DIRECTORY,
    "--output-dir": ValueKind.DIRECTORY,
    "--output": ValueKind.FILE,
    "--verify": ValueKind.FILE,
    "DIR": ValueKind.DIRECTORY,
    "PLAN": ValueKind.FILE,
    "WHAT": ValueKind.FILE,
}
_PEM = ("*.pem", "*.crt", "*.cer", "*.key")
# A shell offers what matches, and everything where nothing does.
_PATTERNS = {
    "--baseline": ("*.json", "*.ndjson"),
    "--client-ca": _PEM,
    "--config": ("*.toml",),
    "--diff": ("*.json",),
    "--plot": ("*.svg", "*.png"),
    "--record": ("*.mnr",),
    "--replay": ("*.mnr", "*.mnr.[0-9]*", "*.ndjson", "*.log", "*.log.[0-9]*"),
    "--rules": ("*.yml", "*.yaml"),
    "--tls-ca": _PEM,
    "--tls-cert": _PEM,
    "--tls-key": _PEM,
    "--verify": ("*.tar.gz",),
}
NAMED_HERE = frozenset((*_KINDS, *_PATTERNS))


def known_kind(names: Sequence[str]) -> ValueKind | None:
    """By the names of an option, or the word that stands for an argument."""
    return next((_KINDS[name] for name in names if name in _KINDS), None)


def file_patterns(names: Sequence[str]) -> tuple[str, ...]:
    return next((_PATTERNS[name] for name in names if name in _PATTERNS), ())
