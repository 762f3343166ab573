"""Sizes, percents and durations on their way in and out; the only place that knows 1024, MiB and "30s".

Everything between the door and the window is in base units: bytes, seconds, ratios from 0 to 1.
"""

import re

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB

# Docker and systemd read the bare letters as powers of 1024; the IEC words say so themselves.
_SIZE_FACTORS: dict[str, int] = {
    "": 1,
    "b": 1,
    "B": 1,
    **{
        unit: 1024**power
        for power, letter in enumerate("kmgt", start=1)
        for unit in (letter, letter.upper(), f"{letter.upper()}i", f"{letter.upper()}iB")
    },
    "ki": KIB,
    "kiB": KIB,
    "kB": 1000,
    "KB": 1000,
    "MB": 1000**2,
    "GB": 1000**3,
    "TB": 1000**4,
}
_DURATION_FACTORS = {
    "": 1.0,
    "ms": 0.001,
    "s": 1.0,
    "m": 60.0,
    "min": 60.0,
    "h": 3600.0,
    "d": 86400.0,
}
_QUANTITY = re.compile(r"\s*(\d{1,18}(?:\.\d{1,9})?|\.\d{1,9})\s*([A-Za-z]*)\s*", re.ASCII)
_COMPOUND = re.compile(r"(?:\d{1,9}(?:\.\d{1,9})?(?:ms|min|s|m|h|d))+", re.ASCII)
_COMPOUND_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|min|s|m|h|d)", re.ASCII)


def parse_size(text: str) -> int:
    """Bytes of "4Gi", "512m", "1.5GB" or "4096"; raises ValueError with what is allowed."""
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a size; write for example 512Mi, 4Gi or 2GB")
    number, unit = match.groups()
    factor = _SIZE_FACTORS.get(unit)
    if factor is None:
        hint = _nearest_unit(unit, tuple(_SIZE_FACTORS))
        raise ValueError(
            f"{text!r} has the unknown unit {unit!r}{hint}; "
            "Ki Mi Gi Ti and k m g t are powers of 1024, kB MB GB TB of 1000"
        )
    return round(float(number) * factor) if "." in number else int(number) * factor


def parse_duration(text: str) -> float:
    """Seconds of "500ms", "30s", "5m", "2h", "1m30s" or "30"; raises ValueError with what is allowed."""
    stripped = text.strip()
    if _COMPOUND.fullmatch(stripped):
        return sum(float(number) * _DURATION_FACTORS[unit] for number, unit in _COMPOUND_PART.findall(stripped))
    match = _QUANTITY.fullmatch(text)
    factor = _DURATION_FACTORS.get(match.group(2)) if match else None
    if match is None or factor is None:
        raise ValueError(f"{text!r} is not a duration; write for example 500ms, 30s, 5m or 2h")
    return float(match.group(1)) * factor


def parse_percent(text: str) -> float:
    """The ratio of "80" or "80%" (0.8); raises ValueError outside 0 to 100."""
    try:
        # float() alone would also read "1_0" as 10, and the digits of every script.
        percent = float(text.strip().removesuffix("%") if text.isascii() and "_" not in text else "")
    except ValueError:
        raise ValueError(f"{text!r} is not a percentage; write for example 80") from None
    if not 0 <= percent <= 100:
        raise ValueError(f"{text!r} is outside 0 to 100 percent")
    return percent / 100


def format_size(size_bytes: int) -> str:
    """At most three digits, five characters and a sign: "0", "980", "4.0K", "41M", "2.85G", "999G"."""
    sign, number = ("-", -size_bytes) if size_bytes < 0 else ("", size_bytes)
    if number < 1000:
        return f"{sign}{number}"
    scaled = float(number)
    for letter in "KMGTPE":
        scaled /= 1024
        if scaled < 999.5 or letter == "E":
            break
    # G and above are where limits live: they get two decimals, smaller units one.
    if scaled < 9.995 and letter not in "KM":
        return f"{sign}{scaled:.2f}{letter}"
    if scaled < 9.95:
        return f"{sign}{scaled:.1f}{letter}"
    return f"{sign}{scaled:.1f}{letter}" if scaled < 99.95 and letter not in "KM" else f"{sign}{scaled:.0f}{letter}"


def format_percent(ratio: float) -> str:
    """One decimal: 0.7125 is "71.2%"."""
    return f"{ratio * 100:.1f}%"


def format_duration(seconds: float) -> str:
    """The two largest units: "0.3s", "45s", "6m40s", "2h05m", "3d04h"."""
    if seconds < 10:
        return f"{seconds:.1f}s".replace(".0s", "s")
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    minutes, second = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes}m{second:02}s"
    hours, minute = divmod(minutes, 60)
    if hours < 24:
        return f"{hours}h{minute:02}m"
    days, hour = divmod(hours, 24)
    return f"{days}d{hour:02}h"


def _nearest_unit(unit: str, known: tuple[str, ...]) -> str:
    same = [candidate for candidate in known if candidate.lower() == unit.lower()]
    return f" (did you mean {same[0]}?)" if same else ""
