"""The fields of a job, as a person writes them: what each may be, and what it becomes."""

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import PurePath
from typing import Any, NamedTuple, get_args

from mnemo_cli.errors import PlanError
from mnemo_cli.orchestrate.job import Job, Reason
from mnemo_cli.redact import printable
from mnemo_cli.units import parse_duration, parse_size

_LONGEST_SHOWN = 60
_MOST_RETRIES = 1000
_RETRY_REASONS = ("exit", "signal", "timeout")
_SHELLS = frozenset(("sh", "bash", "dash", "ksh", "zsh"))
# What may stand before the program in a line for a shell.
_BEFORE_PROGRAMS = frozenset(("exec", "time", "nice", "nohup", "env", "!", "{", "("))


class Field(NamedTuple):
    """One field: the attribute of Job that it sets, and how its value is read (ValueError says what is wrong)."""

    attribute: str
    read: Callable[[object], object]


def _text(found: object) -> str:
    if isinstance(found, str) and found and "\0" not in found:
        return _passable(found)
    raise ValueError("must be text, and not empty")


def _passable(text: str) -> str:
    """As programs and paths take it: bytes that are no UTF-8 may pass, half a character of UTF-16 is none."""
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        raise ValueError("holds a code that is no character") from None
    return text


def _label(found: object) -> str:
    """What is kept and shown: a journal takes only UTF-8."""
    text = _text(found)
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("must be text in UTF-8")
    return text


def _command(found: object) -> tuple[str, ...]:
    if isinstance(found, str):
        return ("/bin/sh", "-c", _text(found))
    if (
        isinstance(found, list)
        and found
        and all(isinstance(word, str) and "\0" not in word for word in found)
        and found[0]
    ):
        return tuple(map(_passable, found))
    raise ValueError('must be a list of words, such as ["resize", "a.png"], or one string for sh')


def _texts(found: object) -> tuple[str, ...]:
    if isinstance(found, str):
        return (_label(found),)
    if isinstance(found, list):
        return tuple(map(_label, found))
    raise ValueError("must be a list of texts")


def _environment(found: object) -> dict[str, str]:
    if not isinstance(found, dict):
        raise ValueError('must be a table, such as { THREADS = "4" }')
    for name, value in found.items():
        if not isinstance(value, str) or not name or "=" in name or "\0" in name + value:
            raise ValueError(f"{printable(str(name))!r} must be a name with a text")
        _passable(name + value)
    return dict(found)


def _size(found: object) -> int:
    size_bytes = parse_size(found) if isinstance(found, str) else found
    if isinstance(size_bytes, bool) or not isinstance(size_bytes, int) or size_bytes <= 0:
        raise ValueError("must be a size above 0, such as 512Mi")
    return size_bytes


def _claim(found: object) -> int | None:
    return None if found == "auto" else _size(found)


def _duration(found: object) -> float:
    seconds = parse_duration(found) if isinstance(found, str) else found
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < float("inf"):
        raise ValueError("must be a time above 0, such as 30s")
    return float(seconds)


def _grace(found: object) -> float:
    return 0.0 if found in (0, "0", "0s") and not isinstance(found, bool) else _duration(found)


def _whole(least: int, most: int) -> Callable[[object], int]:
    def read(found: object) -> int:
        if isinstance(found, bool) or not isinstance(found, int) or not least <= found <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return found

    return read


def _number(least: float, most: float) -> Callable[[object], float]:
    def read(found: object) -> float:
        if isinstance(found, bool) or not isinstance(found, int | float) or not least <= found <= most:
            raise ValueError(f"must be a number from {least:g} to {most:g}")
        return float(found)

    return read


def _truth(found: object) -> bool:
    if isinstance(found, bool):
        return found
    raise ValueError("must be true or false")


def _reasons(found: object) -> tuple[Reason, ...]:
    words = _texts(found)
    for word in words:
        if word not in _RETRY_REASONS:
            why = "is retried by itself" if word in get_args(Reason) else "is no reason"
            raise ValueError(f"{printable(word)!r} {why}; choose from {', '.join(_RETRY_REASONS)}")
    return tuple(reason for reason in get_args(Reason) if reason in words)


FIELDS: dict[str, Field] = {
    "id": Field("id", _label),
    "name": Field("name", _label),
    "cmd": Field("command", _command),
    "cwd": Field("cwd", _text),
    "env": Field("env", _environment),
    "stdin": Field("stdin", _text),
    "after": Field("after", _texts),
    "priority": Field("priority", _whole(-1000, 1000)),
    "critical": Field("critical", _truth),
    "mem": Field("claim_bytes", _claim),
    "mem_limit": Field("limit_bytes", _size),
    "cpus": Field("cpus", _number(0.01, 4096)),
    "timeout": Field("timeout_seconds", _duration),
    "kill_grace": Field("kill_grace_seconds", _grace),
    "retries": Field("retries", _whole(0, _MOST_RETRIES)),
    "retry_on": Field("retry_on", _reasons),
    "oom_retries": Field("oom_retries", _whole(0, _MOST_RETRIES)),
    "oom_factor": Field("oom_factor", _number(1.0, 100.0)),
}
# What each job says for itself: a default of these would make no sense.
_OWN = ("id", "cmd")


def read_fields(table: Mapping[str, object], where: str, *, defaults: bool = False) -> dict[str, Any]:
    """The attributes of Job that a table sets; PlanError names `where`, the field and what is allowed.

    The types of the values are those of FIELDS, which mypy cannot follow into Job.
    """
    known = {name: field for name, field in FIELDS.items() if not (defaults and name in _OWN)}
    attributes: dict[str, Any] = {}
    for name, found in table.items():
        if name not in known:
            raise PlanError(f"{where}: there is no field {printable(name)!r}{nearest(name, known)}")
        try:
            attributes[known[name].attribute] = known[name].read(found)
        except ValueError as err:
            raise PlanError(f"{where}: {name} = {_shown(found)}: {err}") from None
    return attributes


def job_from(attributes: Mapping[str, Any], where: str, *, default_id: str) -> Job:
    """The job; its name is its program's unless it has one. PlanError where it has no command."""
    if "command" not in attributes:
        raise PlanError(f"{where}: it has no cmd; say what to run")
    name = program_name(attributes["command"])
    return Job(**{"id": default_id, "name": name, **attributes})


def nearest(name: str, known: Collection[str]) -> str:
    """ "; did you mean 'mem'?", or the whole list."""
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(known)}"


def program_name(command: Sequence[str]) -> str:
    """ "resize" of /usr/bin/resize a.png, and of a line for a shell too, as far as it begins with a program."""
    word = command[0]
    if PurePath(word).name in _SHELLS and tuple(command[1:2]) == ("-c",) and len(command) > 2:
        words = command[2].split()
        named = (word.strip("();&|") for word in words if "=" not in word and word not in _BEFORE_PROGRAMS)
        word = next(named, "") or word
    return printable(PurePath(word).name) or "sh"


def _shown(found: object) -> str:
    text = printable(repr(found))
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"
