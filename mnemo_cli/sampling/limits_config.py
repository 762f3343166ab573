"""The lines of /etc/security/limits.conf and limits.d, as pam_limits reads them, and who asks pam_limits at all.

They count for sessions opened through PAM only: never for system services, containers or what runs already.
Later lines win within the same specificity; a user's line beats a group's beats `*`, whatever the order.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, NamedTuple

from mnemo_cli.model import UNLIMITED, Gap, Limit
from mnemo_cli.redact import printable
from mnemo_cli.sampling.config_files import conf_files, names_in, read_files

# The words of limits.conf(5), by the names of getrlimit(2), and how many units of the kernel one of theirs is.
ITEMS: dict[str, tuple[str, int]] = {
    "core": ("RLIMIT_CORE", 1024), "data": ("RLIMIT_DATA", 1024), "fsize": ("RLIMIT_FSIZE", 1024),
    "memlock": ("RLIMIT_MEMLOCK", 1024), "nofile": ("RLIMIT_NOFILE", 1), "rss": ("RLIMIT_RSS", 1024),
    "stack": ("RLIMIT_STACK", 1024), "cpu": ("RLIMIT_CPU", 60), "nproc": ("RLIMIT_NPROC", 1),
    "as": ("RLIMIT_AS", 1024), "locks": ("RLIMIT_LOCKS", 1), "sigpending": ("RLIMIT_SIGPENDING", 1),
    "msgqueue": ("RLIMIT_MSGQUEUE", 1), "nice": ("RLIMIT_NICE", 1), "rtprio": ("RLIMIT_RTPRIO", 1),
}  # fmt: skip
_OTHER_ITEMS = {"maxlogins", "maxsyslogins", "priority", "nonewprivs", "chroot"}
_NO_LIMIT = {"-1", "unlimited", "infinity"}
# From the weakest to the strongest place for a file of the same name.
_FOLDERS = ("usr/lib/security/limits.d", "usr/etc/security/limits.d", "etc/security/limits.d")
_FIELD = "limits_config"


class LimitLine(NamedTuple):
    """One line, in the kernel's units. `kind` is soft, hard or - (both)."""

    path: str
    number: int
    domain: str
    kind: Literal["soft", "hard", "-"]
    name: str
    limit: Limit


class BadLine(NamedTuple):
    """A line that pam_limits cannot use; `text` is safe to show."""

    path: str
    number: int
    text: str


class LimitsConfig(NamedTuple):
    """Every line in the order in which they count.

    `skips_root` is True where `*` and `@group` leave root out: Debian and its children patch pam_limits so.
    """

    lines: tuple[LimitLine, ...] = ()
    bad_lines: tuple[BadLine, ...] = ()
    skips_root: bool = False


def read_limits_config(root: Path, gaps: list[Gap]) -> LimitsConfig:
    """What the files below `root` say: limits.conf, then limits.d in C order; a missing folder is an empty one."""
    good: list[LimitLine] = []
    bad: list[BadLine] = []
    named = conf_files((root / folder for folder in _FOLDERS), root, field=_FIELD, gaps=gaps)
    for path, text in read_files([root / "etc/security/limits.conf", *named], root, field=_FIELD, gaps=gaps):
        lines, unusable = parse_limits(text, path)
        good += lines
        bad += unusable
    return LimitsConfig(tuple(good), tuple(bad), _is_debian(root))


def read_pam_services(root: Path, gaps: list[Gap]) -> frozenset[str]:
    """The services whose file, or one that it includes, has an active pam_limits line."""
    folder = root / "etc/pam.d"
    files = (folder / name for name in names_in(folder, root, field=_FIELD, gaps=gaps))
    asks, includes = set[str](), dict[str, set[str]]()
    for path, text in read_files(files, root, field=_FIELD, gaps=gaps):
        name = path.rpartition("/")[2]
        includes[name] = set()
        for line in text.split("\n"):
            words = line.partition("#")[0].split()
            if len(words) >= 3 and words[0].lstrip("-") == "session" and "pam_limits.so" in words[2:]:
                asks.add(name)
            if len(words) == 2 and words[0] == "@include":
                includes[name].add(words[1])
            elif len(words) >= 3 and words[1] in ("include", "substack"):
                includes[name].add(words[2])
    for _ in includes:  # an include may itself include: as often as there are files is enough
        asks |= {name for name, included in includes.items() if included & asks}
    return frozenset(asks)


def parse_limits(text: str, path: str) -> tuple[list[LimitLine], list[BadLine]]:
    """The lines of one file. Items of other kinds (maxlogins, …) are good and left out."""
    good: list[LimitLine] = []
    bad: list[BadLine] = []
    for number, line in enumerate(text.split("\n"), start=1):
        domain, *rest = line.partition("#")[0].split() or [""]
        if not domain or rest == ["-"]:  # "user -" exempts a user from all limits
            continue
        # pam_limits makes them small itself, and not the names of users and groups.
        words = [domain, *map(str.lower, rest)]
        found = _line(words, path, number)
        if found is not None:
            good.append(found)
        elif len(words) != 4 or words[2] not in _OTHER_ITEMS:
            bad.append(BadLine(path, number, printable(line.strip())[:120]))
    return good, bad


def winning_line(
    lines: Iterable[LimitLine], name: str, kind: Literal["soft", "hard"], user: str, groups: Iterable[str] = ()
) -> LimitLine | None:
    """The line that decides one limit of a user's session; None where none does."""
    best: tuple[int, LimitLine] | None = None
    group_words = {f"@{group}" for group in groups}
    for line in lines:
        if line.name != name or line.kind not in (kind, "-"):
            continue
        rank = 3 if line.domain == user else 2 if line.domain in group_words else 1 if line.domain == "*" else 0
        if rank and (best is None or rank >= best[0]):
            best = rank, line
    return best[1] if best else None


def _line(words: list[str], path: str, number: int) -> LimitLine | None:
    if len(words) != 4:
        return None
    domain, kind, item, word = words
    if kind not in ("soft", "hard", "-") or item not in ITEMS:
        return None
    name, factor = ITEMS[item]
    if word in _NO_LIMIT:
        limit: Limit = UNLIMITED
    elif (word.isascii() and word.isdigit() and len(word) < 20) or (item == "nice" and _is_signed(word)):
        limit = int(word) * factor
    else:
        return None
    known: Literal["soft", "hard", "-"] = "soft" if kind == "soft" else "hard" if kind == "hard" else "-"
    return LimitLine(path, number, printable(domain), known, name, limit)


def _is_signed(word: str) -> bool:
    return word[:1] == "-" and word[1:].isdigit() and word.isascii() and len(word) < 4


def _is_debian(root: Path) -> bool:
    try:
        text = os.fsdecode((root / "etc/os-release").read_bytes())
    except OSError:
        return (root / "etc/debian_version").exists()
    values = [line.partition("=")[2].strip("\"'") for line in text.split("\n") if line.startswith(("ID=", "ID_LIKE="))]
    return bool({"debian", "ubuntu"} & {word for value in values for word in value.split()})
