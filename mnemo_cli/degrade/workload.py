"""What the responses of the ladder act upon: the scheduler of a run, or the guard inside a program."""

from typing import Protocol


class Workload(Protocol):
    """Every call returns soon, and may be repeated: what is done already is not done again.

    Those that return text name what they did it to, for people; None says that there was nothing to do.
    Where one fails it raises MnemoError; the responses after it are tried all the same.
    """

    def shrink(self, fraction: float) -> str | None:
        """Give up this share of what caches hold, the least useful first; 1 is all that can be given up."""
        ...

    def restore(self) -> str | None:
        """Let caches grow again to what they were."""
        ...

    def throttle(self, on: bool) -> str | None:
        """Take new work slowly, or at full speed again."""
        ...

    def defer(self, on: bool) -> str | None:
        """Put off what is not critical, or take it up again."""
        ...

    def freeze_youngest(self) -> str | None:
        """Stop the youngest that is not critical where it is; None when nothing is left to freeze."""
        ...

    def preempt_youngest(self) -> str | None:
        """All is frozen and it did not help: end the youngest that is frozen, to be begun again later."""
        ...

    def thaw(self) -> str | None:
        """Let everything that is frozen go on."""
        ...

    def accept(self, on: bool) -> str | None:
        """Refuse new work and read no more input, or take it again."""
        ...

    def drain(self, deadline_seconds: float) -> str | None:
        """Finish what is in flight until then, on the monotonic clock; what is not critical is asked to end first."""
        ...

    @property
    def is_drained(self) -> bool:
        """Whether nothing is in flight that is waited for."""
        ...

    def save(self) -> str | None:
        """Put everything on disk that the next run needs."""
        ...

    def close(self) -> str | None:
        """Let go of connections and files."""
        ...

    def kill_youngest(self) -> str | None:
        """The last moment before the kernel does it: end the youngest that is not critical, at once."""
        ...

    def leave(self, exit_code: int) -> str | None:
        """End with this code; what is still in flight is ended too."""
        ...
