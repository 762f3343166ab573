"""What a collector is: a card, and a generator of the members that it puts into the bundle.

A collector only reads. It knows no other collector, redacts nothing and writes nothing: its text goes
through the redactor into the archive as it is made, so that a bundle never lies on disk unredacted.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import IntEnum
from pathlib import Path
from typing import Literal, NamedTuple, Protocol, TypeAlias

from mnemo_cli.sampling.target import TargetChoice


class Profile(IntEnum):
    """How much is collected; each one includes those before it."""

    MINIMAL = 0
    STANDARD = 1
    DEEP = 2


# What a member holds, for the redactor: numbers of the kernel and names; command lines; free text of
# strangers such as logs; a JSON document of ours.
Content: TypeAlias = Literal["numbers", "commands", "log", "document"]
State: TypeAlias = Literal["ok", "partial", "denied", "timeout", "error", "skipped"]


class Member(NamedTuple):
    """One file of the bundle: `path` is inside it, relative and plain; `chunks` are made as they are written.

    `source` is where it comes from, for the manifest. A chunk that raises OSError ends the member there:
    what came before stays, and the manifest says why there is no more.
    """

    path: str
    chunks: Iterable[bytes]
    content: Content
    source: str


class Missing(NamedTuple):
    """Something that the collector wanted and could not have: the manifest's reason."""

    source: str
    state: State
    reason: str


class Finished(NamedTuple):
    """What a program that was run left behind. `code` is None where it was killed at its time limit."""

    code: int | None
    output: bytes
    errors: bytes


class Runner(Protocol):
    """Runs a program without a shell, stdin closed, in its own process group, ended at the time limit."""

    def __call__(self, argv: Sequence[str], *, timeout_seconds: float, max_bytes: int) -> Finished:
        """Its output, of which head and tail are kept past `max_bytes`; raises OSError where it cannot be started."""
        ...


class Scene(NamedTuple):
    """What a collector may look at, and how much of it.

    `pids` are the target's processes (empty: nothing but the machine). `command_lines` is --cmdline.
    `member_max_bytes` bounds one member: past it head and tail are kept. `databases` are from the settings.
    """

    root: Path
    platform: Literal["linux", "darwin", "other"]
    choice: TargetChoice
    pids: tuple[int, ...]
    profile: Profile
    since_seconds: float
    now_seconds: float
    member_max_bytes: int
    run: Runner
    command_lines: bool = False
    databases: tuple[Path, ...] = ()
    memory_log_file: Path | None = None
    recordings: tuple[Path, ...] = ()
    settings_document: bytes = b""


class Collector(NamedTuple):
    """The card of one kind of evidence. `id` is its name in the manifest and of its folder in the bundle.

    `profile` is the smallest one that includes it. `collect` yields members and what is missing, in order;
    it is run in a thread of its own and left behind at `timeout_seconds`.
    """

    id: str
    help: str
    collect: Callable[[Scene], Iterator[Member | Missing]]
    profile: Profile = Profile.MINIMAL
    platforms: tuple[str, ...] = ("linux",)
    timeout_seconds: float = 3.0
