"""Where an attempt's streams lead: files that are opened for it, a FIFO that it opens itself, or the keeper's own."""
# ruff: noqa: PTH116
# (pathlib would be half of what a keeper imports)

import os
import stat

from mnemo_cli.orchestrate.engines.local.keeper.order import NOT_EXECUTABLE, Order, Refused
from mnemo_cli.orchestrate.engines.local.keeper.output import Output


class Streams:
    """The files of one order, open; raises Refused. A stream that is not named is the keeper's own."""

    def __init__(self, order: Order, limit_bytes: int | None) -> None:
        self.outputs: list[Output] = []
        self.fifo: str | None = None
        self.actions: list[tuple[int, int, int]] = []
        self._input = -1
        try:
            if order.stdin is not None:
                self._open_input(order.stdin)
            by_path = {path: self._open_output(path, limit_bytes) for path in (order.stdout, order.stderr) if path}
        except Refused:
            self.close()
            raise
        for number, path in ((1, order.stdout), (2, order.stderr)):
            if path is not None:
                self.actions.append((os.POSIX_SPAWN_DUP2, by_path[path].descriptor, number))

    def close_input(self) -> None:
        if self._input >= 0:
            os.close(self._input)
            self._input = -1

    def close(self) -> None:
        self.close_input()
        for output in self.outputs:
            output.close()

    def _open_input(self, path: str) -> None:
        try:
            if stat.S_ISFIFO(os.stat(path).st_mode):
                self.fifo = path
                return
            self._input = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as err:
            raise Refused(NOT_EXECUTABLE, f"cannot read its input {path}: {err.strerror}") from err
        self.actions.append((os.POSIX_SPAWN_DUP2, self._input, 0))

    def _open_output(self, path: str, limit_bytes: int | None) -> Output:
        try:
            self.outputs.append(Output(path, limit_bytes))
        except OSError as err:
            raise Refused(None, f"cannot write its output {path}: {err.strerror}") from err
        return self.outputs[-1]
