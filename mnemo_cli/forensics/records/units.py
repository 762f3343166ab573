"""A unit as systemd tells of it: the properties of `systemctl show`, and the entries of its journal.

https://www.freedesktop.org/software/systemd/man/latest/org.freedesktop.systemd1.html
"""

import json
import re
from collections.abc import Mapping

from mnemo_cli.forensics.case import UnitRecord
from mnemo_cli.forensics.kills import Evidence
from mnemo_cli.forensics.records.values import text_at
from mnemo_cli.model import UNLIMITED, Json, Limit

_QUOTED = ("Result", "ExecMainCode", "ExecMainStatus", "OOMPolicy", "ActiveState")
# systemctl prints the number of the C constant, the journal its word.
_CODES = {"1": "exited", "2": "killed", "3": "dumped"}
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
_UNSET = (1 << 64) - 1


def read_unit(text: str, source: str) -> UnitRecord | None:
    """The first unit of the output of `systemctl show`; None where it names none."""
    properties: dict[str, str] = {}
    for line in text.strip().split("\n"):
        key, equals, value = line.partition("=")
        if not equals and properties:
            break
        properties[key] = value
    name = properties.get("Id")
    return None if not name else _record(name, properties, source)


def read_exits(text: str, source: str) -> tuple[UnitRecord, ...]:
    """Of a journal's JSON lines: the units whose main process ended, each with its last end."""
    found: dict[str, UnitRecord] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        entry = _entry(line)
        unit = text_at(entry, "UNIT") or text_at(entry, "USER_UNIT")
        if unit is None or (text_at(entry, "_PID") != "1" and text_at(entry, "SYSLOG_IDENTIFIER") != "systemd"):
            continue
        known = found.get(unit, UnitRecord(name=unit))
        found[unit] = _with_entry(known, entry, Evidence(source, text_at(entry, "MESSAGE") or "", number))
    return tuple(each for each in found.values() if each.result is not None or each.main_code is not None)


def _record(name: str, properties: Mapping[str, str], source: str) -> UnitRecord:
    code = properties.get("ExecMainCode", "")
    active = properties.get("ActiveState")
    words = ", ".join(f"{key}={properties[key]}" for key in _QUOTED if properties.get(key))
    return UnitRecord(
        name=name,
        evidence=(Evidence(source, f"{name}: {words}"),) if words else (),
        result=properties.get("Result") or None,
        main_code=_CODES.get(code, code if code in _CODES.values() else None),
        main_status=_whole(properties.get("ExecMainStatus")),
        oom_policy=properties.get("OOMPolicy") or None,
        control_group=properties.get("ControlGroup") or None,
        # MainPID is 0 when it has ended; ExecMainPID stays.
        main_pid=_whole(properties.get("MainPID")) or _whole(properties.get("ExecMainPID")) or None,
        limit_bytes=_limit(properties.get("MemoryMax") or properties.get("MemoryLimit")),
        is_active=None if active is None else active in ("active", "activating", "reloading"),
    )


def _with_entry(known: UnitRecord, entry: Mapping[str, Json], quote: Evidence) -> UnitRecord:
    result, code = text_at(entry, "UNIT_RESULT"), text_at(entry, "EXIT_CODE")
    if result is None and code is None:
        return known
    status = _whole(text_at(entry, "EXIT_STATUS"))
    when = _whole(text_at(entry, "__REALTIME_TIMESTAMP"))
    return known._replace(
        evidence=(*known.evidence, quote),
        result=result if result is not None else known.result,
        main_code=code if code is not None else known.main_code,
        main_status=status if status is not None else known.main_status,
        is_active=False,
        finished_seconds=when / 1e6 if when is not None else known.finished_seconds,
    )


def _entry(line: str) -> dict[str, Json]:
    try:
        found: Json = json.loads(line) if line.startswith("{") else None
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _whole(word: str | None) -> int | None:
    return int(word) if word is not None and _NUMBER.fullmatch(word) is not None else None


def _limit(word: str | None) -> Limit | None:
    if word == "infinity":
        return UNLIMITED
    number = _whole(word)
    return UNLIMITED if number == _UNSET else number
