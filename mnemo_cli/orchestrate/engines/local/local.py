"""The engine of this machine: orders to the keeper, its news as events, use read from the attempts' groups.

The supervisor may die at any time: whatever it knows beyond the record is what it can find out again.
"""

import os
import select
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from mnemo_cli.errors import EngineError
from mnemo_cli.orchestrate.engines.engine import (
    Capacity,
    Enforcement,
    EngineEvent,
    Finished,
    NotStarted,
    Order,
    Started,
)
from mnemo_cli.orchestrate.engines.local import link as links
from mnemo_cli.orchestrate.engines.local.keeper.messages import line
from mnemo_cli.orchestrate.engines.local.link import Link, Message
from mnemo_cli.orchestrate.engines.local.orders import start_message
from mnemo_cli.orchestrate.engines.local.outputs import Outputs
from mnemo_cli.orchestrate.engines.local.peaks import Ending
from mnemo_cli.orchestrate.engines.local.place import Place, find_place
from mnemo_cli.orchestrate.engines.local.program import Programs, Unrunnable
from mnemo_cli.orchestrate.engines.local.recovery import Recovery
from mnemo_cli.orchestrate.engines.local.remains import end_orphans, read_boot_id
from mnemo_cli.orchestrate.engines.local.running import Running
from mnemo_cli.orchestrate.job import Identity, Key
from mnemo_cli.orchestrate.worker import Worker
from mnemo_cli.redact import printable

Streams: TypeAlias = Literal["grouped", "inherit"]
OUTPUT_LIMIT_BYTES = 64 << 20
_KEEPER_SECONDS = 10.0
_FREEZE_SECONDS = 2.0


class LocalSettings(NamedTuple):
    """`folder` is the journal's side folder. `streams` is where output goes that an order names no file for:
    to our own streams, each attempt's in one piece at its end, or by passing the streams on ("inherit").

    `output_limit_bytes` is for each stream of an attempt, None for no limit. `may_stop`: SIGSTOP may
    freeze where no freezer can. `groups` False: no control groups even where they can be had. `outlives` False:
    attempts end with their supervisor, however that ends.
    """

    folder: Path
    slots: int
    streams: Streams = "grouped"
    output_limit_bytes: int | None = OUTPUT_LIMIT_BYTES
    may_stop: bool = False
    groups: bool = True
    outlives: bool = True


class Local:
    """Jobs as processes of this machine. Raises EngineError where not even a keeper can be started."""

    def __init__(self, settings: LocalSettings, root: Path = Path("/")) -> None:
        if not hasattr(os, "pidfd_open"):
            raise EngineError("running jobs here needs Linux 5.3 or later (pidfd_open)")
        self._settings = settings
        self._root = root
        self._folder = settings.folder.absolute()
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._place: Place | None = None
        self.enforcement_reason = "control groups were not wanted"
        if settings.groups:
            self._place, self.enforcement_reason = find_place(root)
        self._boot_id = read_boot_id(root)
        self._programs = Programs(os.environ)
        self._outputs = Outputs(self._folder / "output") if settings.streams == "grouped" else None
        self._running: dict[Key, Running] = {}
        self._events: list[EngineEvent] = []
        self._poll = select.epoll()
        # Events that come of no message of the keeper's.
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._poll.register(self._bell, select.EPOLLIN)
        self._rung = False
        self._link = self._connected()

    @property
    def capacity(self) -> Capacity:
        enforcement: Enforcement = "tree-sampler"
        if self._place is not None:
            enforcement = "cgroup-v1" if self._place.version == 1 else "cgroup-v2"
        can_freeze = self._settings.may_stop or (self._place is not None and self._place.can_freeze)
        return Capacity(self._settings.slots, enforcement, can_freeze)

    @property
    def descriptor(self) -> int:
        return self._poll.fileno()

    def start(self, orders: Sequence[Order]) -> None:
        messages = []
        for order in orders:
            if order.key in self._running:
                raise EngineError(f"attempt {order.key.number} of job {order.key.job} was started before")
            program = self._programs.find(order.command[0], order.env, order.cwd)
            if isinstance(program, Unrunnable):
                self._tell(NotStarted(order.key, program.code, program.reason))
                continue
            running = self._running[order.key] = self._new(order.key)
            messages.append(start_message(order, program, running.stem))
        if messages:
            self._link.send(b"".join(messages))

    def events(self) -> tuple[EngineEvent, ...]:
        for message in self._link.hear():
            self._heed(message)
        if self._link.is_closed:
            self._replace_keeper()
        if self._rung:
            os.eventfd_read(self._bell)
            self._rung = False
        taken, self._events = tuple(self._events), []
        return taken

    def workers(self) -> Sequence[Worker]:
        return ()

    def use(self) -> Mapping[Key, int]:
        found = ((key, running.read()) for key, running in self._running.items())
        return {key: used_bytes for key, used_bytes in found if used_bytes is not None}

    def finding(self, key: Key) -> None:
        """The machine is ours: who asks looks for himself."""
        return

    def pause(self, key: Key) -> bool:
        if key not in self._running:
            return False
        self._link.send(line("freeze", *key))
        answer = self._link.await_message(lambda words: words[:3] == ["frozen", *key], _FREEZE_SECONDS)
        self._ring()
        return answer is not None and answer[3] is True

    def resume(self, key: Key) -> None:
        self._link.send(line("thaw", *key))

    def stop(self, key: Key, *, grace_seconds: float) -> None:
        self._link.send(line("stop", *key, grace_seconds))

    def recover(self, attempts: Mapping[Key, Identity | None]) -> tuple[EngineEvent, ...]:
        self._await_keeper()
        recovery = Recovery(self._folder, attempts, self._boot_id, self._root)
        self._link.send(line("only", list(attempts)))
        events = tuple(self._taken_up(key, recovery) for key in attempts)
        recovery.clear(
            self._running.keys(),
            {Path(running.group) for running in self._running.values() if running.group is not None},
        )
        return events

    def close(self, *, is_noted: bool = True) -> None:
        for running in self._running.values():
            running.close()
        self._link.hear()
        # A keeper that lives ends them when we are gone. One that was killed may still hold the socket for a moment.
        self._link.close(wait=not self._running or not self._settings.outlives)
        if self._link.is_closed and self._running and not self._settings.outlives:
            end_orphans(self._folder, self._boot_id, self._root)
        os.close(self._bell)
        self._poll.close()

    def _connected(self) -> Link:
        """To the keeper that an earlier supervisor left, or to a new one."""
        found = links.connect(self._folder, self._root)
        # One that was just ending has let us in and gone.
        if found is not None and found.await_message(_is_hello, _KEEPER_SECONDS) is None:
            found.close(wait=False)
            found = None
        link = found or self._started()
        self._is_greeted = found is not None
        self._poll.register(link.descriptor, select.EPOLLIN)
        return link

    def _started(self) -> Link:
        place = self._place
        setup = {
            "root": str(self._root),
            "boot_id": self._boot_id,
            "version": 0 if place is None else place.version,
            "parent": None if place is None else str(place.parent),
            "home": None if place is None else str(place.home),
            "freezer": None if place is None or place.freezer is None else str(place.freezer),
            "output_limit_bytes": self._settings.output_limit_bytes,
            "may_stop": self._settings.may_stop,
            "outlives": self._settings.outlives,
        }
        return links.start(self._folder, setup, self._root, inherit=self._settings.streams == "inherit")

    def _await_keeper(self) -> None:
        if not self._is_greeted and self._link.await_message(_is_hello, _KEEPER_SECONDS) is None:
            raise self._dead_keeper()
        self._is_greeted = True

    def _dead_keeper(self) -> EngineError:
        why = self._link.last_words() or "it said nothing"
        return EngineError(f"the keeper in {printable(str(self._folder))} cannot run jobs: {why}")

    def _replace_keeper(self) -> None:
        """Another one for a keeper that was killed: it adopts what lives."""
        if not self._is_greeted:
            raise self._dead_keeper()
        self._poll.unregister(self._link.descriptor)
        self._link.close(wait=True)
        self._link = self._connected()
        for event in self.recover(dict.fromkeys(self._running)):
            self._tell(event)

    def _new(self, key: Key) -> Running:
        return Running(None if self._outputs is None else self._outputs.stem(key))

    def _heed(self, message: Message) -> None:
        match message:
            case ["started", job, number, pid, ticks, group, *_] if (key := Key(job, number)) in self._running:
                self._running[key].group = group
                self._tell(Started(key, None if ticks is None else Identity(pid, ticks, self._boot_id)))
            case ["ended", job, number, *figures] if (key := Key(job, number)) in self._running:
                self._tell(Finished(key, self._running[key].ended(Ending(*figures))))
                self._settle(key)
            case ["refused", job, number, code, reason] if (key := Key(job, number)) in self._running:
                self._tell(NotStarted(key, code, printable(reason)))
                self._settle(key)
            case ["use", pairs]:
                for job, number, used_bytes in pairs:
                    if (key := Key(job, number)) in self._running:
                        self._running[key].tree_bytes = used_bytes
            case ["keeper", *_]:
                self._is_greeted = True

    def _taken_up(self, key: Key, recovery: Recovery) -> EngineEvent:
        """An attempt that lives on is followed, any other is done with."""
        running = self._running.setdefault(key, self._new(key))
        event, begun, is_orphan = recovery.fate(key, running.seen_bytes)
        if begun is None:
            self._settle(key)
            return event
        running.group = None if begun.group is None else str(begun.group)
        if is_orphan and begun.identity is not None:
            freezer = None if begun.freezer is None else str(begun.freezer)
            pid, ticks, _ = begun.identity
            self._link.send(
                line("adopt", *key, pid, ticks, running.group, freezer, begun.limit_bytes, begun.began_unix)
            )
        return event

    def _settle(self, key: Key) -> None:
        running = self._running.pop(key)
        running.close()
        if self._outputs is not None and running.stem is not None:
            self._outputs.show(running.stem)

    def _tell(self, event: EngineEvent) -> None:
        self._events.append(event)
        self._ring()

    def _ring(self) -> None:
        if not self._rung:
            os.eventfd_write(self._bell, 1)
            self._rung = True


def _is_hello(message: Message) -> bool:
    return bool(message[0] == "keeper")
