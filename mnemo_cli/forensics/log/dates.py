"""The dates of logs as Unix time: ISO, syslog without a year, and `dmesg -T` in the reader's language.

Dates without a zone are read in the zone that the caller names: a log does not say where it was written.
"""

import re
from calendar import timegm
from functools import lru_cache
from time import gmtime

_DAY_SECONDS = 86400
_ISO = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)[T ](?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
    r"(?P<fraction>[.,]\d+)?(?: ?(?P<zone>Z|UTC|[+-]\d\d:?\d\d))?"
)
# How strftime's %b begins, lower case and without dots, in the languages whose words do not collide:
# English, German, French, Spanish, Portuguese, Italian, Dutch, Polish, Czech, Russian, Ukrainian, Swedish.
_MONTHS = (
    ("jan", "janv", "ene", "gen", "sty", "led", "янв", "січ"),
    ("feb", "fév", "fev", "févr", "lut", "úno", "фев", "лют"),
    ("mar", "mär", "mars", "mrt", "bře", "мар", "бер"),
    ("apr", "avr", "abr", "kwi", "dub", "апр", "кві"),
    ("may", "mai", "maj", "mag", "mei", "kvě", "май", "мая", "тра"),
    ("jun", "juin", "giu", "cze", "čen", "июн", "чер"),
    ("jul", "juil", "lug", "lip", "čec", "июл", "лип"),
    ("aug", "aoû", "ago", "sie", "srp", "авг", "сер"),
    ("sep", "set", "wrz", "zář", "сен", "вер"),
    ("oct", "okt", "out", "ott", "paź", "říj", "окт", "жов"),
    ("nov", "lis", "ноя", "лис"),
    ("dec", "dez", "déc", "dic", "gru", "pro", "дек", "гру"),
)


# Neighbouring lines have the same second.
@lru_cache(maxsize=64)
def iso_seconds(text: str, utc_offset_seconds: int) -> float | None:
    """2026-11-22T14:02:31,004+00:00 and its relatives; a date that no calendar has is no time."""
    match = _ISO.match(text)
    if match is None:
        return None
    whole = _unix(*(int(match[name]) for name in ("year", "month", "day", "hour", "minute", "second")))
    if whole is None:
        return None
    fraction = float("0." + match["fraction"][1:]) if match["fraction"] else 0.0
    return whole + fraction - _zone_seconds(match["zone"], utc_offset_seconds)


@lru_cache(maxsize=64)
def syslog_seconds(text: str, now_seconds: float | None, utc_offset_seconds: int) -> float | None:
    """`Nov 22 14:02:31[.004]`: the latest such date that is not after tomorrow."""
    if now_seconds is None:
        return None
    month_word, day, clock = text.split()[:3]
    month = month_number(month_word)
    year = gmtime(now_seconds).tm_year
    for candidate in (year + 1, year, year - 1):
        seconds = _at(candidate, month, day, clock, utc_offset_seconds)
        if seconds is not None and seconds <= now_seconds + _DAY_SECONDS:
            return seconds
    return None


@lru_cache(maxsize=64)
def local_seconds(text: str, utc_offset_seconds: int) -> float | None:
    """`Sun Nov 22 14:02:31 2026` as `dmesg -T` writes it; the words may be those of another language."""
    words = text.split()
    if len(words) < 4 or not words[-1].isdecimal():
        return None
    return _at(int(words[-1]), month_number(words[-4]), words[-3], words[-2], utc_offset_seconds)


@lru_cache(maxsize=64)
def month_number(word: str) -> int | None:
    """1 to 12 from a month's name in short, or from the digits of `11月`."""
    digits = re.search(r"\d+", word)
    if digits is not None:
        return int(digits[0])
    plain = word.lower().rstrip(".")
    for length in (4, 3):
        for number, beginnings in enumerate(_MONTHS, 1):
            if plain[:length] in beginnings:
                return number
    return None


def _at(year: int, month: int | None, day: str, clock: str, utc_offset_seconds: int) -> float | None:
    day = day.rstrip(".,日")
    if month is None or not day.isdecimal():
        return None
    hour, minute, second = clock.split(":")
    whole = _unix(year, month, int(day), int(hour), int(minute), int(second[:2]))
    if whole is None:
        return None
    return whole + (float("0." + second[3:]) if len(second) > 3 else 0.0) - utc_offset_seconds


def _unix(year: int, month: int, day: int, hour: int, minute: int, second: int) -> int | None:
    # 60 is a leap second; 29 February comes out as 1 March where there is none.
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second <= 60 and year >= 1970):
        return None
    return timegm((year, month, day, hour, minute, second, 0, 0, 0))


def _zone_seconds(zone: str | None, utc_offset_seconds: int) -> int:
    if zone is None:
        return utc_offset_seconds
    if zone in ("Z", "UTC"):
        return 0
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    return (hours * 3600 + minutes * 60) * (-1 if zone[0] == "-" else 1)
