"""Checks the counts, seconds, shares and sizes that a program hands to a component, before anything is changed."""

import threading

# A word of the tracker's shared counters: no amount is greater.
LARGEST = 2**63 - 1


def count(value: int, name: str) -> int:
    """A whole number from 1 up; `name` is what the caller knows it by."""
    if type(value) is not int or not 1 <= value <= LARGEST:
        raise ValueError(f"{name} is {value!r}; give a whole number from 1 to 2**63 − 1")
    return value


def count_or_none(value: int | None, name: str) -> int | None:
    """The same for a ceiling that need not be there."""
    return None if value is None else count(value, name)


def lifetime(seconds: float, name: str) -> float:
    """A span greater than 0."""
    if not _is_number(seconds) or not 0 < seconds <= threading.TIMEOUT_MAX:
        raise ValueError(f"{name} is {seconds!r}; give seconds, more than 0 and at most {threading.TIMEOUT_MAX:.0f}")
    return float(seconds)


def patience(timeout: float | None) -> float | None:
    """How long to wait: None is without end, 0 is not at all."""
    if timeout is not None and (not _is_number(timeout) or not 0 <= timeout <= threading.TIMEOUT_MAX):
        raise ValueError(
            f"timeout is {timeout!r}; give seconds from 0 to {threading.TIMEOUT_MAX:.0f}, or None to wait without end"
        )
    return timeout


def share(fraction: float) -> float:
    """From 0 (nothing) to 1 (all)."""
    if not _is_number(fraction) or not 0 <= fraction <= 1:
        raise ValueError(f"fraction is {fraction!r}; give a number from 0 to 1")
    return fraction


def size(size_bytes: int, of: object, limit_bytes: int | None) -> int:
    """What `size_of` said of one thing; refuses nonsense, and what would never fit."""
    kind = type(of).__name__
    if type(size_bytes) is not int or not 0 <= size_bytes <= LARGEST:
        raise ValueError(f"size_of gave {size_bytes!r} for a {kind}; it must give a whole number of bytes, 0 or more")
    if limit_bytes is not None and size_bytes > limit_bytes:
        raise ValueError(
            f"a {kind} of {size_bytes:,} bytes is larger than limit_bytes ({limit_bytes:,}) and would never fit; "
            "split it or raise limit_bytes"
        )
    return size_bytes


def _is_number(value: float) -> bool:
    """NaN fails every comparison that follows."""
    return isinstance(value, int | float) and not isinstance(value, bool)
