"""The last words of runtimes whose own heap came to an end, or that were refused memory.

None of them is an OOM kill: the process ended itself, or went on. What they are not told here is which limit it
was; `truth` puts them beside the limits that are known.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mnemo_cli.forensics.case import RuntimeMessage, RuntimeName
from mnemo_cli.forensics.kills import Evidence
from mnemo_cli.forensics.log.line import LogLine

_MOST_MESSAGES = 20


class _Words(NamedTuple):
    """One message: what it looks like, what it means, whether it names the runtime's own limit and its end."""

    runtime: RuntimeName
    pattern: re.Pattern[str]
    what: str
    at_limit: bool = False
    is_last: bool = False


# The first that fits counts: the particular before the general.
_WORDS: tuple[_Words, ...] = (
    _Words("JVM", re.compile(r"^Terminating due to java\.lang\.OutOfMemoryError"), "it ended itself at its limit "
           "(-XX:+ExitOnOutOfMemoryError)", True, True),
    _Words("JVM", re.compile(r"^Aborting due to java\.lang\.OutOfMemoryError"), "it aborted at its limit "
           "(-XX:+CrashOnOutOfMemoryError)", True, True),
    _Words("JVM", re.compile(r"java\.lang\.OutOfMemoryError: (?:Java heap space|GC overhead limit exceeded)"),
           "its heap is full (-Xmx or MaxRAMPercentage)", True),
    _Words("JVM", re.compile(r"java\.lang\.OutOfMemoryError: (?:Metaspace|Compressed class space)"),
           "its class metadata is full (MaxMetaspaceSize)", True),
    _Words("JVM", re.compile(r"java\.lang\.OutOfMemoryError: .*[Dd]irect buffer memory"),
           "its direct buffers are full (MaxDirectMemorySize)", True),
    _Words("JVM", re.compile(r"java\.lang\.OutOfMemoryError: unable to create (?:new )?native thread"),
           "the system gave it no more threads"),
    _Words("JVM", re.compile(r"java\.lang\.OutOfMemoryError"), "it ran out of a memory of its own", True),
    _Words("JVM", re.compile(r"insufficient memory for the Java Runtime"), "the system refused it memory",
           is_last=True),
    _Words("Node", re.compile(r"FATAL ERROR: .*JavaScript heap out of memory"),
           "its heap is full (--max-old-space-size)", True, True),
    _Words("Go", re.compile(r"^fatal error: (?:runtime: )?(?:out of memory|cannot allocate memory)"),
           "the system refused it memory", is_last=True),
    _Words("Go", re.compile(r"^runtime: (?:out of memory|cannot allocate memory)"), "the system refused it memory"),
    _Words("Python", re.compile(r"^(?:[\w.]+\.)?_?(?:Array)?MemoryError(?::.*)?$"), "an allocation was refused"),
    _Words("C++", re.compile(r"(?:instance of '|what\(\): +)std::bad_(?:array_new_length|alloc)"),
           "an allocation was refused", is_last=True),
    _Words("bash", re.compile(r"^\S{0,255}(?:ba|da|z|k)?sh: .*[Cc]annot allocate (?:memory|\d+ bytes)"),
           "an allocation was refused"),
)  # fmt: skip
RUNTIME_LITERALS: tuple[bytes, ...] = (
    b"java.lang.OutOfMemoryError",
    b"insufficient memory for the Java Runtime",
    b"JavaScript heap out of memory",
    b"fatal error: ",
    b"runtime: out of memory",
    b"runtime: cannot allocate memory",
    b"MemoryError",
    b"std::bad_a",
    b"annot allocate ",
)


def messages_of(lines: Iterable[LogLine], source: str) -> tuple[RuntimeMessage, ...]:
    """What runtimes wrote into a log, in its order; of very many the last ones. The kernel is no runtime."""
    found = [message for line in lines if not line.from_kernel for message in _of_line(line, source)]
    return tuple(found[-_MOST_MESSAGES:])


def messages_in(text: str, source: str) -> tuple[RuntimeMessage, ...]:
    """The same in what a program itself printed."""
    lines = (LogLine(number=number, text=row, raw=row) for number, row in enumerate(text.split("\n"), start=1))
    return messages_of(lines, source)


def _of_line(line: LogLine, source: str) -> Iterator[RuntimeMessage]:
    text = line.text.strip()
    words = next((words for words in _WORDS if words.pattern.search(text) is not None), None)
    if words is not None:
        yield RuntimeMessage(
            runtime=words.runtime,
            what=words.what,
            evidence=Evidence(source=source, text=line.raw, line=line.number),
            at_limit=words.at_limit,
            is_last=words.is_last,
            pid=line.pid,
        )
