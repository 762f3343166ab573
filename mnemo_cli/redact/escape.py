"""Text of unknown origin made safe to print: what a terminal would obey is shown as an escape instead."""

import re

# A process may call itself "\x1b]0;…": names and command lines are written by strangers.
# Python's own notion of printable leaves out controls, surrogates, bidi marks, separators and
# invisible format characters; the plain space is the only blank that it lets through.
_SURROGATE_ESCAPES = range(0xDC80, 0xDD00)


def printable(text: str) -> str:
    """`text` on one line, with everything that is not plainly visible as \\xNN, \\uNNNN or \\UNNNNNNNN.

    A byte that was no UTF-8 (see `decoded`) is shown as its \\xNN. Backslashes stay as they are,
    so this is for reading and not for turning back.
    """
    if text.isprintable():
        return text
    return re.sub(r"[^ -~]", _shown, text)


def decoded(raw: bytes) -> str:
    """Bytes from /proc or a log as text; bytes that are no UTF-8 survive as surrogate escapes."""
    return raw.decode("utf-8", "surrogateescape")


def _shown(match: re.Match[str]) -> str:
    character = match[0]
    if character.isprintable():
        return character
    code = ord(character)
    if code in _SURROGATE_ESCAPES:
        return f"\\x{code - 0xDC00:02x}"
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
