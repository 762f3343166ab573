"""The line that names the selected process and the group whose limit was hit: `oom-kill:…`, older `Task in …`.

A process may be named `x,pid=1,uid=0` and a group may have commas: the line is read from its right end, and
whatever stays open is settled by the Killed line.
"""

import re
from typing import NamedTuple

from mnemo_cli.forensics.kills import KillScope
from mnemo_cli.forensics.oom_report.killed import LONGEST_NAME_BYTES

_SCOPES: dict[str, KillScope] = {
    "CONSTRAINT_NONE": "global",
    "CONSTRAINT_CPUSET": "cpuset",
    "CONSTRAINT_MEMORY_POLICY": "mempolicy",
    "CONSTRAINT_MEMCG": "memcg",
}
_WHOLE = re.compile(
    r"oom-kill:constraint=(?P<constraint>CONSTRAINT_[A-Z_]+),(?P<middle>.*),pid=(?P<pid>\d{1,10}),uid=(?P<uid>\d{1,10})",
    re.DOTALL,
)
_TASK_IN = re.compile(r"Task in (?P<victim>.+)\skilled\sas\sa\sresult\sof\slimit\sof\s(?P<limit>.+)", re.DOTALL)
_NAME = ",task="
_VICTIM_GROUP = ",task_memcg="
_LIMIT_GROUP = ",oom_memcg="
_PLAIN_NAME_BYTES = 15


class Selected(NamedTuple):
    """`names` are all names that the line may hold, the most likely first; groups are those of `names[0]`."""

    pid: int
    uid: int
    scope: KillScope | None
    names: tuple[str, ...]
    middle: str

    def groups(self, name: str | None, known: str | None = None) -> tuple[str | None, str | None]:
        """The group whose limit was hit, and the victim's own; `known` is the former from another line."""
        chosen = name if name in self.names else self.names[0] if self.names else None
        body = self.middle if chosen is None else self.middle[: len(self.middle) - len(_NAME + chosen)]
        return _groups(body, known)


class TaskIn(NamedTuple):
    """Before 5.0: the victim's group and the one whose limit was hit."""

    victim_group: str
    limit_group: str


def selection(text: str) -> Selected | TaskIn | None:
    """The fact, or None where the line is something else, or not complete."""
    if text.startswith("Task in "):
        match = _TASK_IN.fullmatch(text)
        return TaskIn(match["victim"], match["limit"]) if match is not None else None
    match = _WHOLE.fullmatch(text)
    if match is None:
        return None
    names = tuple(_names(match["middle"]))
    if not names:
        return None
    return Selected(int(match["pid"]), int(match["uid"]), _SCOPES.get(match["constraint"]), names, match["middle"])


def _names(middle: str) -> list[str]:
    """What may be the name: everything after any `,task=` that is no longer than a name can be."""
    plain: list[str] = []
    escaped: list[str] = []
    at = middle.rfind(_NAME)
    while at >= 0:
        name = middle[at + len(_NAME) :]
        length = len(name.encode("utf-8", "surrogateescape"))
        if length > LONGEST_NAME_BYTES:
            break
        if length > _PLAIN_NAME_BYTES:
            escaped.append(name)
        else:
            plain.insert(0, name)
        at = middle.rfind(_NAME, 0, at)
    return plain + escaped


def _groups(body: str, known: str | None) -> tuple[str | None, str | None]:
    """The two groups; of several readings the one where the victim's is the other's or below it."""
    start = body.find(_LIMIT_GROUP)
    if start < 0:
        at = body.find(_VICTIM_GROUP)
        return None, body[at + len(_VICTIM_GROUP) :] if at >= 0 else None
    pair = body[start + len(_LIMIT_GROUP) :]
    readings = [
        (pair[: cut.start()], pair[cut.end() :]) for cut in re.finditer(re.escape(_VICTIM_GROUP), pair)
    ]  # fmt: skip
    for limit_group, victim_group in readings:
        if limit_group == known:
            return limit_group, victim_group
    for limit_group, victim_group in readings:
        if victim_group == limit_group or victim_group.startswith(limit_group.rstrip("/") + "/"):
            return limit_group, victim_group
    return readings[0] if readings else (None, None)
