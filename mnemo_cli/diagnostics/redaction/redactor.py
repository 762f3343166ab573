"""The bundle's redaction from end to end: each member in, its safe text out, and the proof that it is safe.

Secrets go first, since their patterns need the text as it was; then names and addresses become aliases;
then what came out is scanned again. Nothing is yielded before it has passed the scan.
"""

import re
from collections.abc import Iterator, Mapping

from mnemo_cli.diagnostics.collector import Content, Member
from mnemo_cli.diagnostics.redaction import seams
from mnemo_cli.diagnostics.redaction.addresses import Addresses
from mnemo_cli.diagnostics.redaction.aliases import Aliases
from mnemo_cli.diagnostics.redaction.contexts import Contexts
from mnemo_cli.diagnostics.redaction.known import Known
from mnemo_cli.diagnostics.redaction.names import Names
from mnemo_cli.diagnostics.redaction.pieces import whole_lines
from mnemo_cli.errors import RedactionError
from mnemo_cli.redact import MASK, Haystack, decoded, haystack, redact, redact_command

_SHORTEST_KEY_BYTES = 16
# A number was masked: the document stays one.
_BARE_MASK = re.compile(rf'(":[ \t]?){MASK}(?=[ \t]*[,}}\]\r\n])')


class Redactor:
    """One for each bundle, used by one thread: the same thing has the same alias in all its members.

    `key` is random bytes, made for this bundle and kept nowhere: with it, guesses could be tried against
    the aliases. `known` is what `known_names(root)` found.
    """

    def __init__(self, key: bytes, known: Known) -> None:
        if len(key) < _SHORTEST_KEY_BYTES:
            raise ValueError(f"the key of the aliases needs at least {_SHORTEST_KEY_BYTES} random bytes")
        self._aliases = Aliases(key, reserved=(*known.users, *known.hosts))
        self._names = Names(known, self._aliases)
        self._contexts = Contexts(self._aliases, self._names.host, known.domains)
        self._addresses = Addresses(known, self._aliases)
        self._struck: dict[str, int] = {}

    @property
    def counts(self) -> Mapping[str, int]:
        """How often each rule struck so far, in all members: the rules of `redact`, and our own
        (user, host, home, ip, mac, mail, machine, long-line)."""
        return {**self._struck, **self._aliases.counts}

    def member(self, member: Member) -> Iterator[bytes]:
        """The member's text without secrets and names: whole lines, in pieces of some hundred KiB.

        Each piece has passed the scan before it is yielded. Raises RedactionError where one does not, or where
        anything else goes wrong: drop the whole member then. An OSError of the member's own chunks passes
        through after what came before it has been yielded.
        """
        try:
            yield from self._pieces(member)
        except (OSError, RedactionError):
            raise
        except Exception as bug:  # noqa: BLE001 what could not be redacted, for whatever reason, stays out
            # Not its words: they may hold the text.
            raise RedactionError(
                f"{member.path} is left out of the bundle: its redaction failed with {type(bug).__name__}; "
                "please report this"
            ) from None

    def scan(self, text: str) -> tuple[str, ...]:
        """What is left in `text` that should not be: names of rules, never the thing itself; () when it is safe."""
        return self._left(*_opened(text))

    def _pieces(self, member: Member) -> Iterator[bytes]:
        for piece in whole_lines(member.chunks):
            if isinstance(piece, int):
                self._count("long-line", 1)
                yield b"--- mnemo left out one line of %d bytes here: too long to redact ---\n" % piece
                continue
            yield self._safe(decoded(piece), member).encode("utf-8", "surrogateescape")

    def _safe(self, text: str, member: Member) -> str:
        if member.content == "commands" and "\0" in text:
            text = "\n".join(map(_command, text.split("\n")))
        opened, hay = _opened(text)
        opened = self._redacted(opened, member.content, hay)
        hay = haystack(opened)
        left = self._left(opened, hay)
        if left:
            # An alias or a mask may show a secret in a new light: once more, and then it has to be clean.
            opened = self._redacted(opened, member.content, hay)
            left = self._left(opened, haystack(opened))
        if left:
            raise RedactionError(
                f"{member.path} is left out of the bundle: after redaction it still held {', '.join(left)}; "
                "please report this"
            )
        return seams.closed(opened)

    def _redacted(self, text: str, content: Content, hay: Haystack) -> str:
        """`hay` is of the text before anything is replaced: what its lines lack is not in the text later either."""
        masked, lines = redact(text, hay), hay.lines
        for rule, times in masked.counts.items():
            self._count(rule, times)
        text = masked.text
        if content == "document" and masked.counts:
            text = _BARE_MASK.sub(rf'\1"{MASK}"', text)
        text = self._contexts.replaced(text, content, lines)
        text = self._names.replaced(text, lines)
        if content == "log":
            text = self._contexts.prefixes(text)
        return self._addresses.replaced(text, lines)

    def _left(self, text: str, hay: Haystack) -> tuple[str, ...]:
        secrets, names = redact(text, hay).counts, self._names.left(text, hay.lines)
        return tuple(dict.fromkeys((*secrets, *names, *self._addresses.left(text))))

    def _count(self, rule: str, times: int) -> None:
        self._struck[rule] = self._struck.get(rule, 0) + times


def _opened(text: str) -> tuple[str, Haystack]:
    """The text as it is to be searched, and where to search."""
    hay = haystack(text)
    opened = seams.opened(text, hay.lines)
    return opened, hay if opened == text else haystack(opened)


def _command(line: str) -> str:
    """A command line whose words a NUL separates, as /proc/PID/cmdline has them."""
    return redact_command(line.rstrip("\0").split("\0")) if "\0" in line else line
