"""Which processes are shown: words that all must hold, each a part of the name or command unless a sign says other."""

import re
import signal
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from types import FrameType, MappingProxyType
from typing import NamedTuple

from mnemo_cli.errors import FilterError, SlowFilterError
from mnemo_cli.model import Process
from mnemo_cli.output.dashboard.table.users import user_name

# A command line can have megabytes; nobody looks for a word behind so many signs.
_SEARCHED_SIGNS = 4096
# A backslash before a blank makes it part of the word; in a regular expression it means the same.
_WORD, _BLANK = re.compile(r"(?:\\\s|\S)+"), re.compile(r"\s")
_ESCAPED = re.compile(r"\\(\s)")
# The kernel's pids end at 4,194,304. https://man7.org/linux/man-pages/man5/proc_sys_kernel.5.html
_MOST_DIGITS = 10
# For all processes of a sample; nested repetitions such as (a+)+$ would take years.
_PATIENCE_SECONDS = 0.2
TOO_SLOW = "re: takes too long; repeat nothing that is repeated already"


class Part(NamedTuple):
    """Some of the name or of the command; whether letters are large makes no difference."""

    text: str

    def keeps(self, process: Process) -> bool:
        command = (process.command or "")[:_SEARCHED_SIGNS]
        return self.text in process.name.casefold() or self.text in command.casefold()


class Pattern(NamedTuple):
    """A regular expression found in the name or in the command."""

    pattern: re.Pattern[str]

    def keeps(self, process: Process) -> bool:
        search = self.pattern.search
        return bool(search(process.name) or search((process.command or "")[:_SEARCHED_SIGNS]))


class User(NamedTuple):
    """A user by name or by number; a process whose user is unknown is nobody's."""

    user: str

    def keeps(self, process: Process) -> bool:
        return process.uid is not None and self.user in (str(process.uid), user_name(process.uid))


class Group(NamedTuple):
    """Some of the path of the control group."""

    text: str

    def keeps(self, process: Process) -> bool:
        return process.cgroup is not None and self.text in process.cgroup.casefold()


class Pids(NamedTuple):
    """Certain processes."""

    pids: frozenset[int]

    def keeps(self, process: Process) -> bool:
        return process.pid in self.pids


class Filter(NamedTuple):
    """One filter as it was typed, and its terms."""

    text: str = ""
    terms: tuple[Part | Pattern | User | Group | Pids, ...] = ()

    def keeps(self, process: Process) -> bool:
        """Whether every term holds for the process."""
        return all(term.keeps(process) for term in self.terms)

    def kept(self, processes: Sequence[Process]) -> list[Process]:
        """Those for which every term holds; SlowFilterError when that takes too long."""
        is_slow = any(isinstance(term, Pattern) for term in self.terms)
        with _time_limit() if is_slow else nullcontext():
            return [process for process in processes if self.keeps(process)]


EVERYTHING = Filter()


def parse_filter(text: str) -> Filter:
    """The filter that a person typed; FilterError says what is wrong with it."""
    words = list(_WORD.finditer(text))
    if not words:
        return EVERYTHING
    return Filter(text[words[0].start() : words[-1].end()], tuple(_term(word[0]) for word in words))


def group_filter(path: str) -> Filter:
    """The one that keeps the processes of a control group and of those below it."""
    return parse_filter("cg:" + _BLANK.sub(r"\\\g<0>", path))


@contextmanager
def _time_limit() -> Iterator[None]:
    """The matching of `re` looks for signals, and a handler that raises ends it. Only the main thread gets signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _give_up)
    try:
        signal.setitimer(signal.ITIMER_REAL, _PATIENCE_SECONDS)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        signal.signal(signal.SIGALRM, signal.SIG_DFL if before is None else before)


def _give_up(number: int, where: FrameType | None) -> None:
    raise SlowFilterError(TOO_SLOW)


def _term(word: str) -> Part | Pattern | User | Group | Pids:
    sign, colon, rest = word.partition(":")
    reader = _READERS.get(sign) if colon else None
    if reader is None:
        return Part(_ESCAPED.sub(r"\1", word).casefold())
    return reader(rest if reader is _pattern else _ESCAPED.sub(r"\1", rest))


def _pattern(text: str) -> Pattern:
    if not text:
        raise FilterError("re: needs a regular expression, such as re:^python3?$")
    try:
        with warnings.catch_warnings():
            # What may mean something else one day means today what it says.
            warnings.simplefilter("ignore")
            return Pattern(re.compile(text, re.IGNORECASE))
    except (re.error, OverflowError, RecursionError) as err:
        reason = " ".join(str(err).split()) or "it is too deep"
        raise FilterError(f"re:{text} is not a regular expression: {reason}") from err


def _user(text: str) -> User:
    if not text:
        raise FilterError("user: needs a name or a number, such as user:www-data or user:33")
    return User(text)


def _group(text: str) -> Group:
    if not text:
        raise FilterError("cg: needs a part of a control group's path, such as cg:app.slice")
    return Group(text.casefold())


def _pids(text: str) -> Pids:
    words = text.split(",")
    wrong = next((word for word in words if not _is_number(word)), None)
    if wrong is not None:
        what = f"{wrong!r} is none" if wrong else "there is none" if text == "" else "there is a comma too many"
        raise FilterError(f"pid: needs a number, or some with commas such as pid:812,4121; {what}")
    return Pids(frozenset(map(int, words)))


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= _MOST_DIGITS


_READERS: Mapping[str, Callable[[str], Part | Pattern | User | Group | Pids]] = MappingProxyType(
    {"re": _pattern, "user": _user, "cg": _group, "pid": _pids}
)
