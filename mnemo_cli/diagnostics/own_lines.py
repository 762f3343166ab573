"""The lines of our own logs and recordings for a bundle: JSON that we wrote, without the command lines in it.

A recording holds the command line of every process that it saw, masked but whole, and positions hide secrets that no
rule knows: unless --cmdline asks for them they are left out, and with them every line that is not JSON of ours.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from mnemo_cli.diagnostics.collector import Member, Missing, Scene
from mnemo_cli.diagnostics.head_and_tail import LEFT_OUT
from mnemo_cli.diagnostics.reading import file_chunks, joined, missing
from mnemo_cli.redact import printable

_LONGEST_LINE_BYTES = 1 << 20
_OURS = b'{"schema":"mnemo.'


def own_file(scene: Scene, file: Path, path: str, *, most_bytes: int) -> Member | Missing:
    """The end of a file of ours, line by line."""
    try:
        chunks = file_chunks(file, most_bytes=most_bytes, tail_only=True)
    except (OSError, ValueError) as err:
        return missing(str(file), err)
    keep = scene.command_lines
    return Member(path, joined(own_lines(chunks, command_lines=keep)), "document", printable(str(file)))


def own_lines(chunks: Iterable[bytes], *, command_lines: bool) -> Iterator[bytes]:
    """The lines that we wrote; how many others there were is said at the end."""
    strangers = 0
    for line in _lines(chunks):
        told = line if line.startswith(LEFT_OUT) else _told(line, command_lines=command_lines)
        strangers += not told and bool(line.strip())
        yield told
    if strangers:
        yield b"%b%d lines that are not its own ---\n" % (LEFT_OUT, strangers)


def _told(line: bytes, *, command_lines: bool) -> bytes:
    """Parsed only where there may be a command in it: lines of the memory log seldom have one."""
    if not line.startswith(_OURS):
        return b""
    if command_lines or (b'"command"' not in line and b'"exit"' not in line):
        return line
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return b""
    scope = document.get("scope")
    if isinstance(scope, dict) and scope.get("kind") == "command":
        scope["name"] = "a command"
    if document.get("event") == "exit":
        document["text"] = "the program has ended"
    processes = document.get("processes")
    for process in processes if isinstance(processes, list) else ():
        if isinstance(process, dict):
            process.pop("command", None)
    return json.dumps(document, separators=(",", ":")).encode() + b"\n"


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    held = b""
    for chunk in chunks:
        *whole, held = (held + chunk).split(b"\n")
        yield from (line + b"\n" for line in whole)
        if len(held) > _LONGEST_LINE_BYTES:
            held = b""  # no line of ours is that long
    if held:
        yield held + b"\n"
