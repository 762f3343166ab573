"""The supervisor's end of the line to its keeper: found where one lives, started where none does."""

import contextlib
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mnemo_cli.errors import EngineError
from mnemo_cli.orchestrate.engines.local.keeper import __file__ as keeper_file
from mnemo_cli.orchestrate.engines.local.keeper.messages import Lines
from mnemo_cli.redact import printable

_RECEIVE_BYTES = 1 << 16
_LISTENER = 3
_PROGRAM = "mnemo_cli.orchestrate.engines.local.keeper.program"
# What a keeper says last, when it dies of an error, is here.
LOG = "keeper.log"
Message = list[Any]  # the words of a JSON array


class Link:
    """One connection to one keeper. `is_closed` once the keeper is gone."""

    def __init__(self, connection: socket.socket, folder: Path, child_pid: int | None) -> None:
        self._connection = connection
        self._folder = folder
        self._child_pid = child_pid
        self._lines = Lines()
        self._heard: list[Message] = []
        self.is_closed = False

    @property
    def descriptor(self) -> int:
        return self._connection.fileno()

    def send(self, messages: bytes) -> None:
        """The keeper hears at any time. One that is gone is noticed when it is listened to."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._connection.sendall(messages)

    def hear(self) -> list[Message]:
        """What it has said since the last call."""
        self._receive()
        heard, self._heard = self._heard, []
        return heard

    def await_message(self, is_it: Callable[[Message], bool], seconds: float) -> Message | None:
        """The first message of a kind, taken out of its turn; None when the keeper is gone or silent."""
        deadline = time.monotonic() + seconds
        poll = select.poll()
        poll.register(self._connection, select.POLLIN)
        while True:
            self._receive()
            for at, message in enumerate(self._heard):
                if is_it(message):
                    return self._heard.pop(at)
            left = deadline - time.monotonic()
            if self.is_closed or left <= 0:
                return None
            poll.poll(left * 1000)

    def close(self, *, wait: bool) -> None:
        """Let go of it. `wait` for its end, where it has nothing left to do; one that is no child is not waited for."""
        self._connection.close()
        if self._child_pid is not None:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self._child_pid, 0 if wait else os.WNOHANG)
            self.is_closed = self.is_closed or wait

    def last_words(self) -> str:
        """Why it has died, if it said so."""
        try:
            lines = (self._folder / LOG).read_text(errors="replace").splitlines()
        except OSError:
            return ""
        return printable(lines[-1]) if lines else ""

    def _receive(self) -> None:
        """All that is there: its end, too, which comes behind what it said last."""
        with contextlib.suppress(BlockingIOError):
            while not self.is_closed:
                try:
                    data = self._connection.recv(_RECEIVE_BYTES, socket.MSG_DONTWAIT)
                except ConnectionError:
                    data = b""
                self.is_closed = not data
                self._heard += map(json.loads, self._lines.feed(data) if data else ())


def connect(folder: Path, root: Path) -> Link | None:
    """To the keeper that lives there; None where none does."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with _short(folder, root) as name:
            connection.connect(name)
    except (FileNotFoundError, ConnectionRefusedError):
        connection.close()
        return None
    except OSError as err:
        connection.close()
        raise EngineError(f"cannot reach the keeper of {printable(str(folder))}: {err.strerror}") from err
    return Link(connection, folder, None)


def start(folder: Path, setup: Mapping[str, object], root: Path, *, inherit: bool) -> Link:
    """A new keeper, connected before it runs. `inherit`: it has our streams, and so have its jobs."""
    with contextlib.suppress(FileNotFoundError):
        (folder / "socket").unlink()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with _short(folder, root) as name:
                listener.bind(name)
                listener.listen(4)
                connection.connect(name)
            pid = _spawn(folder, {**setup, "listener": _LISTENER}, listener.fileno(), inherit=inherit)
        except OSError as err:
            connection.close()
            raise EngineError(f"cannot start a keeper in {printable(str(folder))}: {err.strerror}") from err
    return Link(connection, folder, pid)


def _spawn(folder: Path, setup: Mapping[str, object], listener: int, *, inherit: bool) -> int:
    actions: list[tuple[int, int, int] | tuple[int, int, str, int, int]] = [(os.POSIX_SPAWN_DUP2, listener, _LISTENER)]
    if not inherit:
        log = str(folder / LOG)
        actions += [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ]
    return os.posix_spawn(
        sys.executable,
        [sys.executable, "-I", "-S", *_keeper(), str(folder), json.dumps(setup)],
        os.environ,
        file_actions=actions,
        # A session of its own: Ctrl-C and the hang-up of a terminal are the supervisor's.
        setsid=True,
        setsigmask=(),
        setsigdef=(signal.SIGPIPE,),
    )


def _keeper() -> list[str]:
    """What Python is told to run: a file, or a line of its own where mnemo is a single file (deploy/single_file.py)."""
    program = Path(keeper_file).with_name("__main__.py")
    if program.is_file():
        return [str(program)]
    # No path leads into an archive, but an import does: ARCHIVE/mnemo_cli/orchestrate/engines/local/keeper/__main__.py
    archive = program.absolute().parents[5]
    return ["-c", f"import sys; sys.path.insert(0, {str(archive)!r}); from {_PROGRAM} import main; main(*sys.argv[1:])"]


@contextlib.contextmanager
def _short(folder: Path, root: Path) -> Iterator[str]:
    """The socket's name by way of a descriptor: an address has 108 bytes, and a folder's path may have more."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield str(root / f"proc/self/fd/{descriptor}/socket")
    finally:
        os.close(descriptor)
