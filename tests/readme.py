"""The README as data: its blocks by language with the heading above, and the command lines in them."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).parents[1]
README = (PROJECT / "README.md").read_text()
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_SHELL_SIGNS = re.compile(r"[|<>*;&]")


class Block(NamedTuple):
    """Fenced text; `number` counts those of its language below one heading."""

    language: str
    heading: str
    number: int
    text: str

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(line for line in self.text.splitlines() if line.strip() and not line.startswith("#"))


def blocks(language: str) -> tuple[Block, ...]:
    return tuple(block for block in _blocks() if block.language == language)


def _blocks() -> Iterator[Block]:
    counts: dict[tuple[str, str], int] = {}
    for found in _BLOCK.finditer(README):
        before = _BLOCK.sub("", README[: found.start()])
        key = found[1], _HEADING.findall(before)[-1]
        counts[key] = counts.get(key, 0) + 1
        yield Block(*key, counts[key], found[2])


def words_of(line: str) -> list[str]:
    """Without the comment behind it."""
    return shlex.split(line, comments=True)


def command_of(line: str) -> str:
    """The line without its comment, as a shell would run it."""
    return re.sub(r"\s+#\s.*$", "", line).strip()


def needs_a_shell(line: str) -> bool:
    """Pipes, redirections, patterns outside of quotes."""
    return bool(_SHELL_SIGNS.search(re.sub(r"'[^']*'", "", command_of(line))))
