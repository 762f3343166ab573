"""Server programs for a test: on loopback, at a port of their own, ended with the test; what they said is kept."""

import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

PATIENCE_SECONDS = 60.0
_END_SECONDS = 10.0
_Thing = TypeVar("_Thing")


def until(look: Callable[[], _Thing | None], what: str) -> _Thing:
    """What `look` finds, as soon as it finds something."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := look()):
        assert time.monotonic() < deadline, f"{what} never came"
        time.sleep(0.02)
    return found


def free_port() -> int:
    """For programs that cannot choose one themselves and say which."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def page(url: str) -> bytes | None:
    """The body that is served there; None while nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE_SECONDS) as answer:
            return bytes(answer.read())
    except OSError:
        return None


@contextmanager
def serving(words: Sequence[str | Path], ready: str, log: Path) -> Iterator[None]:
    """A program from when its page `ready` is there; what it writes is in `log`."""
    with (
        open(log, "wb") as output,
        subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=output, stderr=output) as program,
    ):
        try:
            until(lambda: program.poll() is not None or page(ready), f"{ready} of {words[0]}")
            assert program.poll() is None, log.read_text()
            yield
        finally:
            program.terminate()
            try:
                program.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                program.kill()
