"""Text as roff prints it: the man(7) macros, which man-db, mandoc and groff all read."""

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from mnemo_cli.output.man.nouns import Edition, Entry

# Of a column of names; where they are longer, texts stand below them.
_WIDEST = 24
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
# A page of the manual in running text: its name is bold.
_PAGE = re.compile(r"(?<![\w./])([a-z][\w.]*(?:\\-[\w.]+)*)\(([1-8])\)")


def head(name: str, section: int, edition: Edition, summary: str) -> list[str]:
    """The title of a page and its NAME."""
    return [
        '.\\" Written from the code by tests/generate.py; do not edit.',
        f'.TH {text(name.upper())} {section} {edition.date} "mnemo {edition.version}" "mnemo manual"',
        ".SH NAME",
        f"{text(name)} \\- {text(summary)}",
    ]


def section(heading: str, lines: Iterable[str]) -> list[str]:
    """Nothing at all when there is nothing to say."""
    body = list(lines)
    return [f".SH {heading}", *body] if body else []


def paragraphs(*texts: str) -> Iterator[str]:
    """Prose; one text may hold several paragraphs."""
    for position, paragraph in enumerate(part for whole in texts for part in whole.split("\n\n")):
        if position:
            yield ".PP"
        yield from lines(paragraph)


def entries(rows: Iterable[Entry]) -> Iterator[str]:
    """A name in bold, and what it is, indented below or beside it."""
    for row in rows:
        yield from (".TP", f".B {text(row.name)}", *lines(row.text))


def table(rows: Sequence[Entry]) -> Iterator[str]:
    """Short entries without blank lines between them, their texts in one column where the names are short."""
    width = max((len(row.name) for row in rows), default=0) + 2
    for position, row in enumerate(rows):
        yield from (f".TP {width}" if width <= _WIDEST else ".TP", f".B {text(row.name)}", *lines(row.text))
        # The first one keeps its distance from what stands above.
        yield from (".PD 0",) if position == 0 else ()
    yield from (".PD",) if rows else ()


def example(content: str) -> Iterator[str]:
    """Lines as they stand, indented."""
    yield from (".PP", ".RS 4", ".nf")
    yield from (text(line) for line in content.rstrip("\n").split("\n"))
    yield from (".fi", ".RE")


def references(pages: Sequence[str]) -> Iterator[str]:
    """SEE ALSO: each is written `mnemo.toml(5)`."""
    for position, page in enumerate(pages):
        name, _, rest = page.partition("(")
        yield f".BR {text(name)} ({rest}{',' if position < len(pages) - 1 else ''}"


def sentence(words: str) -> str:
    return words[:1].upper() + words[1:].rstrip(".") + "."


def lines(words: str) -> list[str]:
    """Prose, short enough for roff's own line length, with `code` and pages of the manual in bold."""
    wrapped = textwrap.wrap(text(words), 78, break_long_words=False, break_on_hyphens=False)
    joined = re.sub(r"`([^`]+)`", r"\\fB\1\\fR", "\n".join(wrapped))
    joined = _PAGE.sub(r"\\fB\1\\fR(\2)", joined)
    found = ["\\&" + line if line.startswith(".") else line for line in joined.split("\n")]
    # After a line that ends as a sentence roff prints two blanks.
    return [*(line + "\\&" if line.endswith((".", "!", "?", ".)")) else line for line in found[:-1]), found[-1]]


def text(words: str) -> str:
    """Text that roff prints as it stands: a bare `-` would become a hyphen, a leading quote a macro."""
    escaped = words.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("^", "\\(ha")
    escaped = escaped.replace("~", "\\(ti")
    # groff takes bytes beyond ASCII for Latin-1 unless somebody converts them before.
    escaped = _BEYOND_ASCII.sub(lambda found: f"\\[u{ord(found[0]):04X}]", escaped)
    return "\\&" + escaped if escaped.startswith(".") else escaped
