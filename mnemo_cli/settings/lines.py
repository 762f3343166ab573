"""At which line of a TOML text each table and key stands, so that a message can point there.

tomllib does not say. This scanner only finds places in text that tomllib has already accepted; a key
inside an inline table stands at the line of the table's own key.
"""

import re
from collections.abc import Iterator, Mapping
from typing import TypeAlias

KeyPath: TypeAlias = tuple[str, ...]

_TOKEN = re.compile(
    r"#[^\n]*"
    r'|(?P<string>"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\')'
    r"|(?P<bare>[A-Za-z0-9_-]+)"
    r"|(?P<sign>[\[\]{}=\n])",
    re.DOTALL,
)


def key_lines(text: str) -> dict[KeyPath, int]:
    """The line, from 1, at which each table and key first stands."""
    lines: dict[KeyPath, int] = {}
    for _, path, line in _statements(text):
        for length in range(1, len(path) + 1):
            lines.setdefault(path[:length], line)
    return lines


def element_lines(text: str, path: KeyPath) -> list[dict[KeyPath, int]]:
    """For each `[[path]]`, in order, the line of its header and of each key below it."""
    elements: list[dict[KeyPath, int]] = []
    for is_header, own_path, line in _statements(text):
        if is_header and own_path == path:
            elements.append({path: line})
        elif elements and own_path[: len(path)] == path:
            elements[-1].setdefault(own_path, line)
    return elements


def line_of(lines: Mapping[KeyPath, int], *path: str) -> int:
    """The line of a key, or of the nearest table around it."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 1


def _statements(text: str) -> Iterator[tuple[bool, KeyPath, int]]:
    """Whether it is a header, the full path and the line of each `[table]` and each `key =` outside values."""
    table: KeyPath = ()
    for is_header, path, line in _heads(text):
        if is_header:
            table = path
        yield is_header, (path if is_header else table + path), line


def _heads(text: str) -> Iterator[tuple[bool, KeyPath, int]]:
    """Whether it is a header, its own dotted key, and its line, of each statement."""
    keys: list[str] = []
    line, depth = 1, 0
    is_header = in_value = False
    for token in _TOKEN.finditer(f"{text}\n"):
        sign, bare, string = token.group("sign", "bare", "string")
        if sign == "\n" and depth == 0:
            if is_header:
                yield True, tuple(keys), line
            keys, is_header, in_value = [], False, False
        elif in_value:
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(sign, 0)
        elif sign == "[":
            is_header = True
        elif sign == "=":
            yield False, tuple(keys), line
            in_value = True
        elif bare or string:
            keys.append(bare or string[1:-1])
        line += token.group().count("\n")
