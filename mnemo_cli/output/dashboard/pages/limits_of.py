"""The limits of one process as rows: soft and hard, what counts against them, and the share, the fullest first."""

from mnemo_cli.model import Limit, Unlimited
from mnemo_cli.output.dashboard.look import DIM, STRONG, TITLE
from mnemo_cli.output.dashboard.spans import Line, fitted
from mnemo_cli.sampling.one_process import OneProcess
from mnemo_cli.sampling.rlimits import Rlimit
from mnemo_cli.units import format_duration, format_percent, format_size

# In the order of getrlimit(2)'s fame; the kernel counts the use of the first seven.
_NAMES = {
    "RLIMIT_NOFILE": "open files",
    "RLIMIT_NPROC": "tasks of its user",
    "RLIMIT_AS": "address space",
    "RLIMIT_DATA": "data",
    "RLIMIT_STACK": "stack",
    "RLIMIT_MEMLOCK": "locked memory",
    "RLIMIT_SIGPENDING": "queued signals",
    "RLIMIT_CORE": "core file",
    "RLIMIT_FSIZE": "file size",
    "RLIMIT_CPU": "CPU time",
    "RLIMIT_RSS": "resident (not enforced)",
    "RLIMIT_LOCKS": "file locks",
    "RLIMIT_MSGQUEUE": "message queues",
    "RLIMIT_NICE": "nice",
    "RLIMIT_RTPRIO": "real-time priority",
    "RLIMIT_RTTIME": "real-time CPU",
}
_COUNTED = tuple(_NAMES)[:7]
_IN_BYTES = {
    "RLIMIT_AS", "RLIMIT_DATA", "RLIMIT_STACK", "RLIMIT_MEMLOCK", "RLIMIT_CORE", "RLIMIT_FSIZE", "RLIMIT_RSS",
    "RLIMIT_MSGQUEUE",
}  # fmt: skip
_IN_SECONDS = {"RLIMIT_CPU": 1.0, "RLIMIT_RTTIME": 1e-6}
_NEARLY_FULL_RATIO = 0.9
_WIDTHS = 10, 10, 10, 7
_NAME_WIDTH = 24


def limit_lines(one: OneProcess | None, width: int) -> list[Line]:
    """A title and a row for each limit."""
    limits = dict(one.rlimits) if one is not None else {}
    name_width = max(6, min(_NAME_WIDTH, width - sum(_WIDTHS) - len(_WIDTHS) - 1))
    title = f"{'LIMIT':<{name_width}}" + _cells(("SOFT", "HARD", "USED", "SHARE"))
    if one is None or not limits:
        return [fitted([(f" {title}", TITLE)], width), fitted([(" its limits were not read", DIM)], width)]
    rows = sorted(limits.items(), key=lambda item: (-_weight(_share(one, *item)), _rank(item[0])))
    return [
        fitted([(f" {title}", TITLE)], width),
        *(_limit_line(one, name, pair, name_width, width) for name, pair in rows),
    ]


def _limit_line(one: OneProcess, name: str, pair: Rlimit, name_width: int, width: int) -> Line:
    used, share = one.used_of(name), _share(one, name, pair)
    # What the kernel does not count per process has no use; what it counts and we may not see is unknown.
    used_words = _amount(name, used) if used is not None else "?" if name in _COUNTED else "-"
    share_words = "" if share is None else format_percent(share)
    if share is None and name in _COUNTED and isinstance(pair.soft, int):
        share_words = "?"
    cells = _cells((_amount(name, pair.soft), _amount(name, pair.hard), used_words, share_words))
    is_nearly_full = share is not None and share >= _NEARLY_FULL_RATIO
    mark = " !" if is_nearly_full else ""
    word = f"{_NAMES.get(name, name):<{name_width}}"[:name_width]
    return fitted([(f" {word}{cells}{mark}", STRONG if is_nearly_full else "")], width)


def _share(one: OneProcess, name: str, pair: Rlimit) -> float | None:
    used = one.used_of(name)
    return used / pair.soft if used is not None and isinstance(pair.soft, int) and pair.soft else None


def _amount(name: str, value: Limit) -> str:
    if isinstance(value, Unlimited):
        return "unlimited"
    if name in _IN_BYTES:
        return format_size(value)
    if name in _IN_SECONDS:
        return format_duration(value * _IN_SECONDS[name])
    return str(value) if value < 10**10 else ">9999999999"[:10]


def _cells(texts: tuple[str, ...]) -> str:
    return "".join(f" {text:>{width}}" for text, width in zip(texts, _WIDTHS, strict=True))


def _weight(share: float | None) -> float:
    return -1.0 if share is None else share


def _rank(name: str) -> int:
    return list(_NAMES).index(name) if name in _NAMES else len(_NAMES)
