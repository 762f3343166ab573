"""What a program of the system prints, as a stream: with a time limit, a cap, and its own words when it fails."""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence

from mnemo_cli.errors import SourceError
from mnemo_cli.redact import decoded, printable
from mnemo_cli.sampling.program_group import signal_group

_CHUNK_BYTES = 1 << 16
_MOST_COMPLAINT_BYTES = 1 << 14


def program_output(argv: Sequence[str], *, timeout_seconds: float, most_bytes: int) -> Iterator[bytes]:
    """Its stdout in chunks, as they come; no shell, no input, a group of its own that is killed in the end.

    Raises SourceError when it cannot be started, fails, is not done in time or prints more than `most_bytes`:
    whatever it printed before that has been handed out. The message does not name the program: a Gap does.
    """
    deadline = time.monotonic() + timeout_seconds
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as err:
        raise SourceError(f"cannot be run: {err.strerror or err}") from err
    complaint, length = bytearray(), 0
    try:
        for text in pumped(process, complaint, deadline):
            if (length := length + len(text)) > most_bytes:
                raise SourceError(f"printed more than {most_bytes} bytes; the rest was not read")
            yield text
        code = process.wait(max(0.0, deadline - time.monotonic()))
    except (TimeoutError, subprocess.TimeoutExpired):
        raise SourceError(f"did not answer within {timeout_seconds:g} s") from None
    finally:
        _end(process)
    if code:
        said = printable(decoded(bytes(complaint)).strip().partition("\n")[0])
        raise SourceError(f"failed with code {code}" + (f": {said}" if said else ""))


def pumped(process: "subprocess.Popen[bytes]", complaint: bytearray, deadline: float) -> Iterator[bytes]:
    """What comes from stdout, until both streams are closed; `complaint` takes the beginning of the other one.

    Both are read, so that a program that complains at length does not wait for us for ever. `deadline` is on the
    monotonic clock; raises TimeoutError when it has passed.
    """
    assert process.stdout is not None and process.stderr is not None
    with selectors.DefaultSelector() as selector:
        for stream in (process.stdout, process.stderr):
            selector.register(stream.fileno(), selectors.EVENT_READ, stream is process.stdout)
        while selector.get_map():
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            for key, _ in selector.select(left):
                text = os.read(key.fd, _CHUNK_BYTES)
                if not text:
                    selector.unregister(key.fd)
                elif key.data:
                    yield text
                else:
                    complaint += text[: _MOST_COMPLAINT_BYTES - len(complaint)]


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Whatever it has started and left behind ends with it."""
    signal_group(process, signal.SIGKILL)
    with process:
        pass
