"""Where an attempt works on its worker, and where its output goes: to files there, or home in one piece.

Large output belongs into files of a folder that all machines share. Without one, the beginning and the end of
what each attempt wrote is brought to whoever started the run.
"""

import contextlib
from pathlib import Path

from mnemo_cli.orchestrate.engines.dask.messages import NO_OUTPUT, Output, Sent
from mnemo_cli.orchestrate.engines.engine import Order
from mnemo_cli.orchestrate.job import Key
from mnemo_cli.orchestrate.naming import file_stem
from mnemo_cli.sampling.files import reason

# Of each stream; it goes through the scheduler.
MOST_OUTPUT_BYTES = 64 << 10
_MARK = b"\n[mnemo left out %d bytes here]\n"
_UNREAD = b"[mnemo could not read on the worker what was written here: %s]\n"


class Home:
    """`folder` is the agent's own; `there` is the folder where the run was begun, on another machine maybe."""

    def __init__(self, folder: Path, there: str | None) -> None:
        self._folder = folder / "brought"
        self._there = there
        self._brought: set[Key] = set()

    def order(self, sent: Sent) -> Order:
        """The order as this machine can carry it out."""
        order = sent.order
        cwd = order.cwd
        # The folder where a run was begun need not be on every machine; one that a job names itself must.
        if cwd is not None and cwd == self._there and not Path(cwd).is_dir():
            cwd = None
        if not sent.brings_output:
            for file in {order.stdout, order.stderr} - {None}:
                assert file is not None
                with contextlib.suppress(OSError):  # the engine says what is wrong with it
                    file.parent.mkdir(parents=True, exist_ok=True)
            return order._replace(cwd=cwd)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._brought.add(order.key)
        return order._replace(cwd=cwd, stdout=self._file(order.key, 1), stderr=self._file(order.key, 2))

    def output(self, key: Key) -> Output:
        """What an ended attempt has written, as far as it is to be brought home."""
        if key not in self._brought:
            return NO_OUTPUT
        self._brought.discard(key)
        return Output(*(_taken(self._file(key, stream)) for stream in (1, 2)))

    def close(self) -> None:
        for key in tuple(self._brought):
            self.output(key)
        with contextlib.suppress(OSError):
            self._folder.rmdir()

    def _file(self, key: Key, stream: int) -> Path:
        return self._folder / f"{file_stem(key)}.{stream}"


def _taken(file: Path) -> bytes:
    """Its beginning and its end, and no more of it here. One that cannot be read says so in its place."""
    try:
        found = _read(file)
    except FileNotFoundError:  # it never began
        return b""
    except OSError as err:
        found = _UNREAD % reason(err).encode()
    with contextlib.suppress(OSError):  # the folder goes with the worker
        file.unlink()
    return found


def _read(file: Path) -> bytes:
    if not file.stat().st_size:  # as most attempts'
        return b""
    with file.open("rb") as opened:
        size = opened.seek(0, 2)
        opened.seek(0)
        if size <= MOST_OUTPUT_BYTES:
            return opened.read()
        head = opened.read(MOST_OUTPUT_BYTES // 4)
        rest = MOST_OUTPUT_BYTES - len(head)
        opened.seek(size - rest)
        return head + _MARK % (size - len(head) - rest) + opened.read(rest)
