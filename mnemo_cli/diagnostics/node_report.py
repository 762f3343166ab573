"""The numbers of a Node diagnostic report: why it was written, the heap's spaces, limits and use.

A report also holds the environment, the command line and addresses of peers: an allow-list takes the rest.
https://nodejs.org/api/report.html
"""

import json

from mnemo_cli.model import Json
from mnemo_cli.recording.document import pretty

_HEADER = (
    "event", "trigger", "dumpEventTime", "processId", "threadId", "nodejsVersion", "wordSize", "arch", "platform",
)  # fmt: skip
_SECTIONS = ("javascriptHeap", "resourceUsage", "uvthreadResourceUsage", "userLimits")
_DEEPEST, _LONGEST_WORD = 4, 100


def node_report(text: bytes) -> bytes:
    """Raises ValueError for what is no report."""
    try:
        report = json.loads(text)
    except RecursionError as err:
        raise ValueError("it is nested too deeply to be a report") from err
    if not isinstance(report, dict) or not isinstance(report.get("header"), dict):
        raise ValueError("it is not a diagnostic report of Node")
    told: dict[str, Json] = {"header": {name: _word(report["header"].get(name)) for name in _HEADER}}
    told |= {name: _numbers(report.get(name), _DEEPEST) for name in _SECTIONS}
    return pretty(told).encode()


def _word(value: object) -> Json:
    return value if isinstance(value, int) or (isinstance(value, str) and len(value) < _LONGEST_WORD) else None


def _numbers(part: object, depth: int) -> Json:
    """Names with their numbers; words are "unlimited" at most."""
    if isinstance(part, dict) and depth:
        return {str(name): _numbers(value, depth - 1) for name, value in part.items()}
    if isinstance(part, int | float) or part == "unlimited":
        return part if isinstance(part, int | float | str) else None
    return None
