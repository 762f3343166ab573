"""What a terminal sends, as names of keys: "q", "?", "up", "page_down", "enter", "esc", "space", "paste:some words".

A read may end within a sequence or within a character: the rest is waited for. An escape that nothing follows is
the key Esc; only time can tell, so that `Keyboard.give_up` is for whoever has waited. Keys with Alt and what we do
not know are passed over whole: the letters in them were not typed.
"""

import codecs
import re
from collections.abc import Iterator

# How long the rest of a sequence may be under way: a network adds to what the keyboard needs.
PATIENCE_SECONDS = 0.025

_NAMES = {
    " ": "space",
    "\r": "enter",
    "\n": "enter",
    "\t": "tab",
    "\x7f": "backspace",
    "\b": "backspace",
    "\x15": "ctrl+u",
    "\x17": "ctrl+w",
}
# The final byte, or the number before "~", of the sequences of ECMA-48 and of the VT220 that terminals send:
# https://invisible-island.net/xterm/ctlseqs/ctlseqs.html#h2-PC-Style-Function-Keys
_SEQUENCES = {
    "A": "up", "B": "down", "C": "right", "D": "left", "H": "home", "F": "end",
    "1~": "home", "7~": "home", "4~": "end", "8~": "end", "5~": "page_up", "6~": "page_down", "3~": "delete",
}  # fmt: skip
_WHOLE = re.compile(
    r"\x1b(?:"
    r"\[\[."  # F1 to F5 of the Linux console
    r"|\[(?!\[)(?P<control>[0-?]*[ -/]*[@-~])"
    r"|O(?P<function>.)"
    r"|[]P_^X](?P<report>.*?)(?:\x07|\x1b\\)"  # what a terminal answers to questions
    r"|[^\[O\]P_^X\x1b]"  # a key with Alt
    r")",
    re.DOTALL,
)
_PASTE_BEGIN, _PASTE_END = "\x1b[200~", "\x1b[201~"
_MOST_PASTED = 1000
# Longer than any sequence of a key; beyond it, what began like one is noise.
_LONGEST_SEQUENCE = 4096


class Keyboard:
    """Fed with what was read; gives the keys that are complete."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self._pasted: str | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether more must come before the last key is known."""
        return bool(self._rest) and self._pasted is None

    @property
    def is_pasting(self) -> bool:
        """Whether a paste has begun and not ended."""
        return self._pasted is not None

    def feed(self, typed: bytes) -> tuple[str, ...]:
        """The keys that are complete now."""
        self._rest += self._decoder.decode(typed)
        return tuple(self._keys())

    def give_up(self) -> tuple[str, ...]:
        """Nothing followed: a lone escape was the key Esc, a paste is what came of it, anything else is noise."""
        rest, self._rest = self._rest, ""
        if self._pasted is not None:
            pasted, self._pasted = self._pasted + rest, None
            return (f"paste:{pasted[:_MOST_PASTED]}",)
        return ("esc",) if rest == "\x1b" else ()

    def _keys(self) -> Iterator[str]:
        while self._rest:
            if self._pasted is not None:
                if (pasted := self._paste()) is None:
                    return
                yield pasted
            elif self._rest[0] != "\x1b":
                sign, self._rest = self._rest[0], self._rest[1:]
                if sign in _NAMES or sign.isprintable():
                    yield _NAMES.get(sign, sign)
            elif self._rest.startswith(_PASTE_BEGIN):
                self._pasted, self._rest = "", self._rest[len(_PASTE_BEGIN) :]
            elif self._rest.startswith("\x1b\x1b"):
                self._rest = self._rest[1:]
                yield "esc"
            elif found := _WHOLE.match(self._rest):
                self._rest = self._rest[found.end() :]
                if (name := _SEQUENCES.get(found["control"] or found["function"] or "")) is not None:
                    yield name
            elif len(self._rest) > _LONGEST_SEQUENCE:
                self._rest = ""
            else:
                return

    def _paste(self) -> str | None:
        """The paste once it has ended; until then no more of it is kept than is used."""
        text = (self._pasted or "") + self._rest
        pasted, end, rest = text.partition(_PASTE_END)
        if end:
            self._pasted, self._rest = None, rest
            return f"paste:{pasted[:_MOST_PASTED]}"
        # The last characters may be the beginning of the end.
        kept = len(text) - len(_PASTE_END) + 1
        self._pasted, self._rest = text[: max(0, min(kept, _MOST_PASTED))], text[max(0, kept) :]
        return None
