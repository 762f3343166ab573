"""What a program of the system prints, as a stream: with a time limit, a cap, and its own words when it fails."""

import os
import select
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress

from mnemo_cli.errors import SourceError
from mnemo_cli.redact import decoded, printable

_CHUNK_BYTES = 1 << 16
_MOST_COMPLAINT_BYTES = 4096


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
    complaint = bytearray()
    try:
        yield from _chunks(process, complaint, deadline, most_bytes)
        code = process.wait(max(0.0, deadline - time.monotonic()))
    except (TimeoutError, subprocess.TimeoutExpired):
        raise SourceError(f"did not answer within {timeout_seconds:g} s") from None
    finally:
        _end(process)
    if code:
        said = printable(decoded(bytes(complaint)).strip().partition("\n")[0])
        raise SourceError(f"failed with code {code}" + (f": {said}" if said else ""))


def _chunks(
    process: "subprocess.Popen[bytes]", complaint: bytearray, deadline: float, most_bytes: int
) -> Iterator[bytes]:
    """Both streams are read, so that a program that complains at length does not wait for us for ever."""
    assert process.stdout is not None and process.stderr is not None
    out, errors = process.stdout.fileno(), process.stderr.fileno()
    poll = select.poll()
    for descriptor in (out, errors):
        poll.register(descriptor, select.POLLIN)
    still_open, length = {out, errors}, 0
    while still_open:
        remaining = deadline - time.monotonic()
        ready = poll.poll(max(1, int(remaining * 1000))) if remaining > 0 else []
        if not ready:
            raise TimeoutError
        for descriptor, _ in ready:
            text = os.read(descriptor, _CHUNK_BYTES)
            if not text:
                poll.unregister(descriptor)
                still_open.discard(descriptor)
            elif descriptor == errors:
                complaint += text[: max(0, _MOST_COMPLAINT_BYTES - len(complaint))]
            elif (length := length + len(text)) > most_bytes:
                raise SourceError(f"printed more than {most_bytes} bytes; the rest was not read")
            else:
                yield text


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Whatever it has started and left behind ends with it."""
    if process.returncode is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    with process:
        pass
