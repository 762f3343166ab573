"""posix_spawn with everything that an order asks for: group, streams, folder, environment, OOM standing.

The keeper takes on for a moment what the child shall inherit (its group, folder, oom_score_adj): that
is what posix_spawn has no words for, and a fork of an interpreter costs three times as much. A FIFO is
opened by a shell in the child's place, since that waits for a writer.
"""
# ruff: noqa: PTH110
# (pathlib would be half of what a keeper imports)

import contextlib
import errno
import os
import signal
from collections.abc import Iterator

from mnemo_cli.orchestrate.engines.local.keeper.group import Group, Groups
from mnemo_cli.orchestrate.engines.local.keeper.order import NOT_EXECUTABLE, NOT_FOUND, Order, Refused
from mnemo_cli.orchestrate.engines.local.keeper.output import Output
from mnemo_cli.orchestrate.engines.local.keeper.streams import Streams

# What this keeper or an interpreter ignores would be ignored by every job.
_DEFAULT_SIGNALS = [signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT]
_FROM_FIFO = 'fifo=$1; shift; exec "$@" <"$fifo"'
_WORDS = {
    errno.ENOENT: "its interpreter was not found",
    errno.ENOEXEC: "it is no program (is its #! line missing?)",
    errno.E2BIG: "its arguments and environment are too long",
}


class Standing:
    """The keeper's own oom_score_adj, raised for the moment in which a child inherits it.

    Raising is free, and lowering to where it was as well; where a capability is missing for that, it stays up.
    """

    def __init__(self, path: str) -> None:
        self._descriptor = -1
        with contextlib.suppress(OSError, ValueError):
            self._descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
            self._own = self._read()

    @contextlib.contextmanager
    def raised(self, adjustment: int) -> Iterator[None]:
        if self._descriptor < 0 or adjustment <= self._own:
            yield
            return
        self._write(adjustment)
        try:
            yield
        finally:
            self._write(self._own)

    def _write(self, adjustment: int) -> None:
        with contextlib.suppress(OSError, ValueError):
            os.write(self._descriptor, b"%d" % adjustment)
            if self._read() != adjustment:
                self._own = self._read()

    def _read(self) -> int:
        return int(os.pread(self._descriptor, 16, 0))


class Spawner:
    """Starts attempts; `environment` is what each of them gets beside its own."""

    def __init__(
        self, environment: dict[str, str], groups: Groups | None, standing: Standing, output_limit_bytes: int | None
    ) -> None:
        self._environment = environment
        self._groups = groups
        self._standing = standing
        self._output_limit_bytes = output_limit_bytes
        self._home = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def start(self, order: Order) -> tuple[int, Group | None, list[Output]]:
        """Its pid, group and files of output; raises Refused."""
        streams = Streams(order, self._output_limit_bytes)
        group = None
        try:
            group = self._group(order)
            pid = self._spawn_at(order, streams, group)
        except Refused:
            streams.close()
            if group is not None:
                group.remove()
            raise
        if self._output_limit_bytes is None:
            streams.close()
            return pid, group, []
        streams.close_input()
        return pid, group, streams.outputs

    def pin(self, pid: int, group: Group | None, outputs: list[Output]) -> int:
        """Its pidfd. One that cannot be watched must not run: raises Refused."""
        try:
            return os.pidfd_open(pid)
        except OSError as err:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            for output in outputs:
                output.close()
            if group is not None:
                group.remove()
            raise Refused(None, f"cannot be watched: {err.strerror}") from err

    def _group(self, order: Order) -> Group | None:
        if self._groups is None:
            return None
        try:
            return self._groups.make(order.limit_bytes)
        except OSError as err:
            raise Refused(None, f"cannot make its memory group: {err.strerror}") from err

    def _spawn_at(self, order: Order, streams: Streams, group: Group | None) -> int:
        if order.cwd is None:
            return self._spawn_within(order, streams, group)
        try:
            os.chdir(order.cwd)
        except OSError as err:
            raise Refused(NOT_EXECUTABLE, f"cannot work in {order.cwd}: {err.strerror}") from err
        try:
            return self._spawn_within(order, streams, group)
        finally:
            os.fchdir(self._home)

    def _spawn_within(self, order: Order, streams: Streams, group: Group | None) -> int:
        with self._standing.raised(order.oom_score_adj):
            if group is None or self._groups is None:
                return self._spawn(order, streams)
            try:
                self._groups.enter(group)
            except OSError as err:
                raise Refused(None, f"cannot enter its memory group: {err.strerror}") from err
            try:
                pid = self._spawn(order, streams)
            finally:
                self._groups.leave()
        self._limit_late(order, group, pid)
        return pid

    def _limit_late(self, order: Order, group: Group, pid: int) -> None:
        """On v2: a job without its limit must not run."""
        try:
            if self._groups is not None and order.limit_bytes is not None:
                self._groups.limit_late(group, order.limit_bytes)
        except OSError as err:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            raise Refused(None, f"cannot limit its memory group: {err.strerror}") from err

    def _spawn(self, order: Order, streams: Streams) -> int:
        program, argv = order.program, order.argv
        if streams.fifo is not None:
            program, argv = "/bin/sh", ["/bin/sh", "-c", _FROM_FIFO, "mnemo", streams.fifo, program, *argv[1:]]
        environment = {**self._environment, **order.env, **_own_names(order)}
        try:
            return os.posix_spawn(
                program,
                argv,
                environment,
                file_actions=streams.actions,
                # Of its own: when a keeper dies, the kernel hangs up on stopped jobs of its session (setpgid(2)).
                setsid=True,
                setsigmask=(),
                setsigdef=_DEFAULT_SIGNALS,
            )
        except (OSError, ValueError) as err:
            raise _refusal(order, err) from err


def _own_names(order: Order) -> dict[str, str]:
    """What a job can learn about itself."""
    names = {"MNEMOSYNE_JOB_ID": order.key[0], "MNEMOSYNE_ATTEMPT": str(order.key[1])}
    if order.limit_bytes is not None:
        names["MNEMOSYNE_MEMORY_LIMIT"] = str(order.limit_bytes)
    return names


def _refusal(order: Order, err: OSError | ValueError) -> Refused:
    if not isinstance(err, OSError):
        return Refused(NOT_EXECUTABLE, f"{order.program}: {err}")  # a NUL in an argument
    if err.errno in (errno.ENOMEM, errno.EAGAIN):
        limit = "" if order.limit_bytes is None else f" (its memory limit is {order.limit_bytes:,} bytes)"
        return Refused(None, f"{order.program}: cannot be started now: {err.strerror}{limit}")
    if err.errno == errno.ENOENT and not os.path.exists(order.program):
        return Refused(NOT_FOUND, f"{order.program}: command not found")
    return Refused(NOT_EXECUTABLE, f"{order.program}: {_WORDS.get(err.errno or 0, err.strerror)}")
