"""What stands before a log line's message: who wrote it, and when. The shape decides, line by line.

dmesg raw, -T, -x, -r, -d, -e, -t and ISO; syslog RFC 3164 and 5424; journalctl -o short, short-precise,
short-iso, short-monotonic, short-full, short-unix; /dev/kmsg. Documents in JSON are read in `documents`.
"""

import re
from typing import NamedTuple

from mnemo_cli.forensics.log.dates import iso_seconds, local_seconds, syslog_seconds
from mnemo_cli.forensics.log.line import Clock, LogLine


class Zone(NamedTuple):
    """What turns the dates of a log into times."""

    now_seconds: float | None = None
    utc_offset_seconds: int = 0


class Parts(NamedTuple):
    """A prefix. `known` is False where there is none: then the line may go on with the one before it."""

    text: str
    time_seconds: float | None = None
    clock: Clock | None = None
    identifier: str | None = None
    pid: int | None = None
    from_kernel: bool | None = None
    stream: str = ""
    known: bool = True


_COLOUR = re.compile(r"\x1b\[[\d;]*m")
_QUOTES = re.compile(r"(?:\s{0,8}>)+ ?")
_PRIORITY = re.compile(r"<(\d{1,3})>(1 )?")
_FACILITY = re.compile(
    r"(kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|authpriv|ftp|res[0-5]|local[0-7]) *:"
    r"(?:emerg|alert|crit|err|warn|notice|info|debug) *: ?"
)
_KMSG = re.compile(r"(\d{1,6}),\d+,(\d+),([^;,]*)(,[^;]*)?;(.*)", re.DOTALL)
_KMSG_ESCAPE = re.compile(r"((?:\\x[0-9a-f]{2})+)")
_SINCE_BOOT = re.compile(r"\[ *(\d+\.\d+)(?: <[ \d.]+>)?\] ?")
_SINCE_LAST = re.compile(r"\[(?: *\+\d+\.\d+|[A-Z][a-z]{2} ?\d{1,2} \d\d:\d\d| *<[ \d.]+>)\] ?")
_LOCAL_DATE = re.compile(r"\[([^\[\]]{3,60}? {1,2}\d{1,2}\.? \d\d:\d\d:\d\d \d{4})(?: <[ \d.]+>)?\] ?")
_PRINTK_CALLER = re.compile(r"\[ *([TC]\d+)\] ?")
_SYSLOG_DATE = re.compile(r"([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)?)(?: \d{4})? ")
_ISO_DATE = re.compile(
    r"(?:[A-Z][a-z]{2} )?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:Z|[+-]\d\d:?\d\d)| [A-Z]{3,5}(?= ))?) "
)
_UNIX_DATE = re.compile(r"(\d{9,11}\.\d{3,6}) (?=\S+ \S+: )")
_SENDER = re.compile(r"(?:(?P<host>[^\s:]+) )?(?P<name>[^\s:\[\]]+|\([^\s:]+\))(?:\[(?P<pid>\d+)\])?: ?")
_HEADER_5424 = re.compile(
    r"(?P<host>\S+) (?P<name>\S+) (?P<pid>\S+) \S+ (?:-|(?:\[(?:[^\]\\]|\\.)*\])+) ?(?:\ufeff|BOM)?"
)
_BARE_SENDER = re.compile(r"(?P<name>[\w.@-]+)\[(?P<pid>\d+)\]: ")
_KERNEL_OF_HOST = re.compile(r"(?P<host>[^\s:]+) kernel: ")
_ISO_OF_DMESG = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d,\d+[+-]")


def parts(raw: str, zone: Zone) -> Parts:
    """The prefix of one line that is no JSON."""
    text = _COLOUR.sub("", raw) if "\x1b[" in raw else raw
    quotes = _QUOTES.match(text)
    if quotes is not None:
        text = text[quotes.end() :]
    priority = _PRIORITY.match(text)
    if priority is not None:
        rest = text[priority.end() :]
        found = _header_5424(rest, zone) if priority[2] else _dated(rest, zone)
        return _of_facility(found, int(priority[1]) >> 3 == 0)
    kmsg = _KMSG.match(text) if text[:1].isdecimal() else None
    if kmsg is not None:
        return _kmsg(kmsg)
    facility = _FACILITY.match(text)
    if facility is not None:
        return _of_facility(_dated(text[facility.end() :], zone), facility[1] == "kern")
    return _dated(text, zone)


def line_of(number: int, raw: str, found: Parts) -> LogLine:
    """The line with its prefix taken off."""
    return LogLine(
        number, found.text, raw, found.time_seconds, found.clock, found.identifier, found.pid, found.from_kernel,
        found.stream,
    )  # fmt: skip


def _dated(text: str, zone: Zone) -> Parts:
    """A line that begins with a time in any form, or with none."""
    first = text.lstrip(" \t")[:1]
    if first == "[":
        return _bracketed(text.lstrip(" \t"), zone)
    if first.isdecimal():
        date = _ISO_DATE.match(text)
        if date is not None:
            return _iso(date, text[date.end() :], zone)
        date = _UNIX_DATE.match(text)
        if date is not None:
            return _sent(text[date.end() :], float(date[1]), "unix")
    elif first.isupper():
        date = _SYSLOG_DATE.match(text)
        if date is not None:
            seconds = syslog_seconds(date[1], zone.now_seconds, zone.utc_offset_seconds)
            return _sent(text[date.end() :], seconds, "unix")
        date = _ISO_DATE.match(text)
        if date is not None:
            return _iso(date, text[date.end() :], zone)
    return Parts(text, known=False)


def _iso(date: re.Match[str], rest: str, zone: Zone) -> Parts:
    seconds = iso_seconds(date[1], zone.utc_offset_seconds)
    # A comma before the fraction and a zone after it: only dmesg writes so, and only for the kernel's ring.
    if _ISO_OF_DMESG.match(date[1]):
        return _ring(rest, seconds, "unix")
    return _sent(rest, seconds, "unix")


def _bracketed(text: str, zone: Zone) -> Parts:
    """`[ 123.456] …`: dmesg, and journalctl -o short-monotonic, which goes on with host and sender."""
    since_boot = _SINCE_BOOT.match(text)
    if since_boot is not None:
        rest = text[since_boot.end() :]
        of_host = _KERNEL_OF_HOST.match(rest)
        if of_host is not None:
            return _sent(rest, float(since_boot[1]), "boot")
        return _ring(rest, float(since_boot[1]), "boot")
    local = _LOCAL_DATE.match(text)
    if local is not None:
        return _ring(text[local.end() :], local_seconds(local[1], zone.utc_offset_seconds), "unix")
    since_last = _SINCE_LAST.match(text)
    if since_last is not None:
        return _ring(text[since_last.end() :], None, None)
    return Parts(text, known=False)


def _ring(text: str, seconds: float | None, clock: Clock | None) -> Parts:
    """The message of a line of the kernel's ring buffer.

    `name[pid]: …` there is a program that writes to /dev/kmsg, or the kernel that speaks of a process.
    """
    caller = _PRINTK_CALLER.match(text)
    if caller is not None:
        text = text[caller.end() :]
    stream = caller[1] if caller is not None else ""
    sender = _BARE_SENDER.match(text)
    if sender is not None:
        return Parts(text, seconds, _clock(seconds, clock), sender["name"], int(sender["pid"]), None, stream)
    return Parts(text, seconds, _clock(seconds, clock), None, None, True, stream)


def _sent(text: str, seconds: float | None, clock: Clock) -> Parts:
    """`host sender[pid]: message`; the kernel's own messages may have their time since boot before them."""
    sender = _SENDER.match(text)
    if sender is None or (sender["host"] is None and sender["name"] != "kernel"):
        return Parts(text, seconds, _clock(seconds, clock))
    text, host = text[sender.end() :], sender["host"] or ""
    if sender["name"] != "kernel" or sender["pid"]:
        pid = int(sender["pid"]) if sender["pid"] else None
        return Parts(text, seconds, _clock(seconds, clock), sender["name"], pid, False, host)
    return _kernel_message(text, seconds, clock, host)


def _kernel_message(text: str, seconds: float | None, clock: Clock, host: str) -> Parts:
    since_boot = _SINCE_BOOT.match(text)
    if since_boot is not None:
        text = text[since_boot.end() :]
        if seconds is None:
            seconds, clock = float(since_boot[1]), "boot"
    found = _ring(text, seconds, clock)
    return found._replace(identifier=found.identifier or "kernel", stream=f"{host} {found.stream}".strip())


def _header_5424(text: str, zone: Zone) -> Parts:
    date = _ISO_DATE.match(text)
    seconds = iso_seconds(date[1], zone.utc_offset_seconds) if date is not None else None
    rest = text[date.end() :] if date is not None else text.removeprefix("- ")
    header = _HEADER_5424.match(rest)
    if header is None:
        return Parts(rest, seconds, _clock(seconds, "unix"))
    message, name, host = rest[header.end() :], header["name"], header["host"]
    if name == "kernel":
        return _kernel_message(message, seconds, "unix", host)
    pid = int(header["pid"]) if header["pid"].isdecimal() else None
    return Parts(message, seconds, _clock(seconds, "unix"), name, pid, False, host)


def _kmsg(match: re.Match[str]) -> Parts:
    """A record of /dev/kmsg: priority, sequence, microseconds, flags; bytes that are not plain are escaped."""
    caller = re.search(r"caller=([TC]\d+)", match[4] or "")
    message = _KMSG_ESCAPE.sub(_unescaped, match[5]) if "\\x" in match[5] else match[5]
    found = _ring(message, int(match[2]) / 1e6, "boot")
    return _of_facility(found._replace(stream=caller[1] if caller else ""), int(match[1]) >> 3 == 0)


def _unescaped(match: re.Match[str]) -> str:
    return bytes.fromhex(match[1].replace("\\x", "")).decode("utf-8", "surrogateescape")


def _of_facility(found: Parts, kernel: bool) -> Parts:
    """What a program writes to /dev/kmsg never gets the kernel's facility: the kernel sees to that."""
    from_kernel = found.from_kernel is not False and kernel
    return found._replace(from_kernel=from_kernel, known=True)


def _clock(seconds: float | None, clock: Clock | None) -> Clock | None:
    return clock if seconds is not None else None
