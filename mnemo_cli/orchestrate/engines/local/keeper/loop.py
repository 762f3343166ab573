"""Waits for the supervisor and for jobs, looks at running attempts when they are due, and tells what happens."""

import contextlib
import json
import os
import select
import socket
import time

from mnemo_cli.orchestrate.engines.local.keeper.attempt import NEVER, Attempt
from mnemo_cli.orchestrate.engines.local.keeper.ending import ending_of, unseen_ending
from mnemo_cli.orchestrate.engines.local.keeper.group import Group, Groups, found
from mnemo_cli.orchestrate.engines.local.keeper.messages import line, timed
from mnemo_cli.orchestrate.engines.local.keeper.order import Order, Refused
from mnemo_cli.orchestrate.engines.local.keeper.record import Record
from mnemo_cli.orchestrate.engines.local.keeper.spawning import Spawner
from mnemo_cli.orchestrate.engines.local.keeper.supervisor import Supervisor
from mnemo_cli.orchestrate.engines.local.keeper.tree import Tree, children, environment, start_ticks


class Keeper:
    """Goes on until the last attempt has ended and no supervisor is there."""

    def __init__(
        self,
        listener: socket.socket,
        record: Record,
        spawner: Spawner,
        groups: Groups | None,
        *,
        hello: bytes,
        run: str,
        may_stop: bool,
        outlives: bool,
        proc: str,
    ) -> None:
        self._listener = listener
        self._record = record
        self._spawner = spawner
        self._groups = groups
        self._hello = hello
        self._run = os.fsencode(run)
        self._may_stop = may_stop
        self._outlives = outlives
        self._proc = proc
        self._supervisor: Supervisor | None = None
        self._attempts: dict[tuple[str, int], Attempt] = {}
        self._by_handle: dict[int, Attempt] = {}
        self._due_seconds = NEVER
        self._poll = select.epoll()
        listener.setblocking(False)
        self._poll.register(listener, select.EPOLLIN)

    def run(self) -> None:
        """To the end."""
        self._record.note(timed(self._hello, time.time()))
        self._accept()
        while self._attempts or self._supervisor is not None:
            for descriptor, _ in self._poll.poll(self._wait_seconds()):
                self._answer(descriptor)
            now = time.monotonic()
            if now >= self._due_seconds:
                self._look(now)
            if self._supervisor is not None:
                self._supervisor.flush(now)
            elif not self._attempts:
                self._accept()  # one that came in the last moment

    def _wait_seconds(self) -> float:
        due = self._due_seconds
        if self._supervisor is not None:
            due = min(due, self._supervisor.flush_seconds)
        # -1 is for ever. epoll rounds up to milliseconds.
        return -1 if due == NEVER else max(0.0, due - time.monotonic())

    def _answer(self, descriptor: int) -> None:
        if descriptor in self._by_handle:
            self._ended(self._by_handle[descriptor])
        elif self._supervisor is not None and descriptor == self._supervisor.descriptor:
            self._hear(self._supervisor)
        elif descriptor == self._listener.fileno() and self._supervisor is None:
            self._accept()

    def _accept(self) -> None:
        """The next supervisor, if it is there: only when the last one has gone, and was heard to its end."""
        with contextlib.suppress(BlockingIOError):
            self._supervisor = Supervisor(self._listener.accept()[0])
            self._poll.unregister(self._listener)
            self._poll.register(self._supervisor.descriptor, select.EPOLLIN)
            self._supervisor.tell(self._hello, time.monotonic())

    def _hear(self, supervisor: Supervisor) -> None:
        for message in supervisor.hear():
            self._heed(message)
        if supervisor.is_gone:
            self._supervisor = None
            self._poll.unregister(supervisor.descriptor)
            supervisor.close()
            self._part()

    def _part(self) -> None:
        """The supervisor has gone. Its attempts go on for the next one, or end with it: on a worker nobody will come.

        A socket's end tells of that as soon as PR_SET_PDEATHSIG would, and reaches whole trees: the signal is
        for one process, and is asked for in a fork, which costs 1.9 times posix_spawn (facts/orchestrate §2).
        """
        for attempt in self._attempts.values():
            if self._outlives:
                attempt.thaw()
            else:
                attempt.stop(0, time.monotonic())
                self._due_seconds = min(self._due_seconds, attempt.due_seconds)
        self._poll.register(self._listener, select.EPOLLIN)

    def _heed(self, message: bytes) -> None:
        match json.loads(message):
            case ["start", *words]:
                self._start(Order(*words))
            case ["adopt", job, number, *words]:
                self._adopt((job, number), *words)
            case [verb, job, number, *words] if (attempt := self._attempts.get((job, number))) is not None:
                self._act(attempt, verb, words)
            case ["only", pairs]:
                self._keep_only({(job, number) for job, number in pairs})
            case ["freeze", job, number]:
                self._tell(line("frozen", job, number, False))

    def _keep_only(self, keys: set[tuple[str, int]]) -> None:
        """What the journal does not know any more is ended; where it knows nothing, the record is of no use."""
        now = time.monotonic()
        for attempt in self._attempts.values():
            if attempt.key not in keys:
                attempt.stop(0, now)
                self._due_seconds = now
        if not keys and not self._attempts:
            self._record.begin_anew()
            self._record.note(timed(self._hello, time.time()))

    def _act(self, attempt: Attempt, verb: str, words: list[float]) -> None:
        if verb == "stop":
            attempt.stop(words[0], time.monotonic())
            self._due_seconds = min(self._due_seconds, attempt.due_seconds)
        elif verb == "freeze":
            self._tell(line("frozen", *attempt.key, attempt.freeze(may_stop=self._may_stop)))
        elif verb == "thaw":
            attempt.thaw()

    def _start(self, order: Order) -> None:
        began_seconds = time.monotonic()
        if self._supervisor is not None:
            # A start takes a millisecond: what the supervisor can go on with meanwhile is sent first.
            self._supervisor.flush(began_seconds)
        try:
            if order.key in self._attempts:
                raise Refused(None, "this very attempt still runs")
            pid, group, outputs = self._spawner.start(order)
            handle = self._spawner.pin(pid, group, outputs)
        except Refused as refused:
            self._note(line("refused", *order.key, refused.code, str(refused)))
            return
        ticks = start_ticks(self._proc, pid)
        place = (None, None) if group is None else (group.directory, group.freezer)
        self._note(line("started", *order.key, pid, ticks, *place, order.limit_bytes), can_wait=True)
        self._follow(
            Attempt(
                order.key,
                pid,
                handle,
                Tree(pid, self._proc) if group is None else group,
                outputs,
                limit_bytes=order.limit_bytes if group is None else None,
                began_seconds=began_seconds,
            )
        )

    def _adopt(
        self,
        key: tuple[str, int],
        pid: int,
        ticks: int,
        directory: str | None,
        freezer: str | None,
        limit_bytes: int | None,
        began_unix: float,
    ) -> None:
        """An attempt of a keeper that is dead. Its status will be nobody's to take."""
        try:
            handle = os.pidfd_open(pid)
        except OSError:
            handle = -1
        if handle < 0 or start_ticks(self._proc, pid) != ticks:
            if handle >= 0:
                os.close(handle)
            self._note(unseen_ending(key))
            return
        self._note(line("started", *key, pid, ticks, directory, freezer, limit_bytes), can_wait=True)
        began_seconds = time.monotonic() - max(0.0, time.time() - began_unix)
        members = Tree(pid, self._proc) if directory is None else found(directory, freezer)
        own_limit_bytes = limit_bytes if directory is None else None
        attempt = Attempt(
            key, pid, handle, members, [], limit_bytes=own_limit_bytes, began_seconds=began_seconds, is_adopted=True
        )
        attempt.thaw(whatever=True)
        self._follow(attempt)

    def _follow(self, attempt: Attempt) -> None:
        self._attempts[attempt.key] = attempt
        self._by_handle[attempt.handle] = attempt
        self._poll.register(attempt.handle, select.EPOLLIN)
        self._due_seconds = min(self._due_seconds, attempt.due_seconds)

    def _ended(self, attempt: Attempt) -> None:
        del self._by_handle[attempt.handle]
        if self._groups is None:
            self._claim_orphans()
        ending = ending_of(attempt)
        self._record.note(timed(ending, time.time()))
        now = time.monotonic()
        attempt.end(ending, now)
        if not self._let_go(attempt, now):
            self._due_seconds = min(self._due_seconds, attempt.due_seconds)

    def _let_go(self, attempt: Attempt, now_seconds: float) -> bool:
        """Tell the end once nothing of the attempt is left."""
        if attempt.ending is None or not attempt.is_over(now_seconds):
            return False
        del self._attempts[attempt.key]
        if attempt.is_adopted and isinstance(attempt.members, Group):
            attempt.members.remove_parent()
        self._tell(attempt.ending)
        return True

    def _look(self, now_seconds: float) -> None:
        self._record.retry()
        if self._groups is None:
            self._claim_orphans()
        use = []
        for attempt in list(self._attempts.values()):
            if attempt.due_seconds > now_seconds:
                continue
            if self._let_go(attempt, now_seconds):
                continue
            before = attempt.used_bytes
            attempt.look(now_seconds)
            if attempt.used_bytes != before:
                use.append([*attempt.key, attempt.used_bytes])
        self._due_seconds = min((attempt.due_seconds for attempt in self._attempts.values()), default=NEVER)
        if use:
            self._tell(line("use", use), can_wait=True)

    def _claim_orphans(self) -> None:
        """Whoever has come to us because its parent is gone, to the attempt that its environment names."""
        known = {pid for one in self._attempts.values() if isinstance(one.members, Tree) for pid in one.members.orphans}
        own = {attempt.pid for attempt in self._attempts.values()}
        for pid in children(self._proc, os.getpid()):
            if pid in own:
                continue
            if os.waitpid(pid, os.WNOHANG)[0]:
                for attempt in self._attempts.values():
                    if isinstance(attempt.members, Tree):
                        attempt.members.orphans.discard(pid)
            elif pid not in known:
                names = environment(self._proc, pid)
                key = (os.fsdecode(names.get(b"MNEMOSYNE_JOB_ID", b"")), _number(names.get(b"MNEMOSYNE_ATTEMPT", b"")))
                attempt_of_key = self._attempts.get(key)
                if attempt_of_key is None or names.get(b"MNEMOSYNE_RUN") != self._run:
                    continue
                if isinstance(attempt_of_key.members, Tree):
                    attempt_of_key.members.orphans.add(pid)

    def _note(self, message: bytes, *, can_wait: bool = False) -> None:
        """On file first, then told."""
        self._record.note(timed(message, time.time()))
        self._tell(message, can_wait=can_wait)

    def _tell(self, message: bytes, *, can_wait: bool = False) -> None:
        if self._supervisor is not None:
            self._supervisor.tell(message, time.monotonic(), can_wait=can_wait)


def _number(text: bytes) -> int:
    return int(text) if text.isdigit() else 0
