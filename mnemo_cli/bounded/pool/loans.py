"""Connections on loan: the lease that a user holds, and the book of who took which, when, by which lines of code.

A checkout keeps code objects and offsets, never frames: a frame would keep every local variable
alive. Line numbers and source text are looked up only when a leak is told.
"""

import threading
import traceback
from collections import deque
from types import CodeType, FrameType, TracebackType
from typing import Generic, NamedTuple, Protocol, TypeAlias, TypeVar

C = TypeVar("C")
Trace: TypeAlias = tuple[tuple[CodeType, int], ...]

# Enough to name the caller's caller below a web framework, for about 4 µs.
_FRAMES_KEPT = 16
_LOST_KEPT = 20


class Leak(NamedTuple):
    """A connection that did not come back: who has it, or lost it without giving it back (`abandoned`)."""

    seconds_held: float
    thread: str
    place: str
    traceback: str
    abandoned: bool


class Member(Generic[C]):
    """One open connection of a pool."""

    __slots__ = ("connection", "created_seconds", "idle_since_seconds")

    def __init__(self, connection: C, now_seconds: float) -> None:
        self.connection = connection
        self.created_seconds = now_seconds
        self.idle_since_seconds = now_seconds


class Loan(Generic[C]):
    """One checkout. It knows nothing of the lease, whose loss would otherwise never be noticed."""

    __slots__ = ("member", "since_seconds", "thread", "trace")

    def __init__(self, member: Member[C], now_seconds: float, frame: FrameType | None) -> None:
        self.member = member
        self.since_seconds = now_seconds
        self.thread = threading.current_thread().name
        self.trace = trace_of(frame)

    def leak(self, now_seconds: float, *, abandoned: bool = False) -> Leak:
        """What there is to tell of it now."""
        return Leak(
            seconds_held=now_seconds - self.since_seconds,
            thread=self.thread,
            place=place_of(self.trace),
            traceback=format_trace(self.trace),
            abandoned=abandoned,
        )


class LoanBook(Generic[C]):
    """The loans of one process that are running, and those whose lease was lost."""

    def __init__(self) -> None:
        self.lost_total = 0
        self._lost: deque[Leak] = deque(maxlen=_LOST_KEPT)
        self._lock = threading.Lock()
        # Its add, remove and copy are each one step for all threads, at a third of the cost of a lock.
        self._running: set[Loan[C]] = set()
        self.begin = self._running.add

    def end(self, loan: Loan[C]) -> bool:
        """Whether it was running, here: a loan of the parent is none of its forked child's."""
        try:
            self._running.remove(loan)
        except KeyError:
            return False
        return True

    def lose(self, loan: Loan[C], now_seconds: float) -> None:
        leak = loan.leak(now_seconds, abandoned=True)
        with self._lock:
            self.lost_total += 1
            self._lost.append(leak)

    def running(self) -> list[Loan[C]]:
        """The longest first."""
        return sorted(self._running.copy(), key=lambda loan: loan.since_seconds)

    def lost(self) -> tuple[Leak, ...]:
        """The latest of them."""
        with self._lock:
            return tuple(self._lost)


class Lender(Protocol[C]):
    """The pool, as a lease knows it."""

    def take_back(self, loan: Loan[C], *, keep: bool) -> None:
        """To lend it again, or to close it."""

    def abandon(self, loan: Loan[C]) -> None:
        """Its lease was lost; called by the garbage collector."""


class Lease(Generic[C]):
    """A connection on loan, which a with statement gives back.

    Hold it for as long as you use the connection: one that is lost counts as a leak, and its
    connection is closed.
    """

    __slots__ = ("_lender", "_loan")

    def __init__(self, lender: Lender[C], loan: Loan[C]) -> None:
        self._lender = lender
        self._loan: Loan[C] | None = loan

    @property
    def connection(self) -> C:
        if self._loan is None:
            raise RuntimeError("this connection was given back; check out another one")
        return self._loan.member.connection

    def release(self) -> None:
        """Gives the connection back; a second time does nothing."""
        self._end(keep=True)

    def discard(self) -> None:
        """Gives a broken connection back, to be closed."""
        self._end(keep=False)

    def __enter__(self) -> C:
        return self.connection

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end(keep=kind is None)

    def __del__(self) -> None:
        if self._loan is not None:
            self._lender.abandon(self._loan)

    def _end(self, *, keep: bool) -> None:
        loan, self._loan = self._loan, None
        if loan is not None:
            self._lender.take_back(loan, keep=keep)


def trace_of(frame: FrameType | None) -> Trace:
    """The innermost frames from `frame` outward, as code and offset."""
    kept: list[tuple[CodeType, int]] = []
    while frame is not None and len(kept) < _FRAMES_KEPT:
        kept.append((frame.f_code, frame.f_lasti))
        frame = frame.f_back
    return tuple(kept)


def place_of(trace: Trace) -> str:
    """The line that asked for the connection: "app/report.py:12 in nightly"."""
    if not trace:
        return "an unknown place"
    code, offset = trace[0]
    return f"{code.co_filename}:{_line_of(code, offset)} in {code.co_qualname}"


def format_trace(trace: Trace) -> str:
    """As Python prints a traceback, the innermost line last."""
    frames = [(code.co_filename, _line_of(code, offset), code.co_qualname, None) for code, offset in reversed(trace)]
    return "".join(traceback.StackSummary.from_list(frames).format())


def _line_of(code: CodeType, offset: int) -> int:
    lines = (line for start, end, line in code.co_lines() if start <= offset < end and line is not None)
    return next(lines, code.co_firstlineno)
