"""Runs a program of the user's for a notice, which it reads as JSON from its standard input: the document of a webhook.

No shell, never two at once, never longer than it is given; its group of processes ends with it. Of the
environment it gets what a program needs to find its place, and nothing that may be a secret.
"""

import contextlib
import errno
import logging
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from typing import BinaryIO

from mnemo_cli.degrade.actions.address import said
from mnemo_cli.degrade.actions.document import Source, body
from mnemo_cli.degrade.actions.notice import Notice
from mnemo_cli.errors import ConfigError, NotSentError
from mnemo_cli.redact import decoded, redact_command
from mnemo_cli.sampling.program_group import has_ended, signal_group

_LOGGER = logging.getLogger("mnemo")
_PASSED_ON = (
    "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "HOME", "LANG", "LANGUAGE", "LOGNAME", "SHELL", "TMPDIR", "TZ", "USER",
    "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR",
)  # fmt: skip
_USUAL_PLACES = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_GRACE_SECONDS = 2.0
_LAST_GRACE_SECONDS = 0.2
_GLANCE_SECONDS = 0.05
_READ_BYTES = 64 * 1024
_MOST_READ_BYTES = 1 << 20
_MOST_KEPT_BYTES = 4096
# The machine is out of something, which passes; anything else about a program stays as it is.
_PASSING = (errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.ETXTBSY)


class Exec:
    """An Action. A program that failed is not run again for the same news: it may have done half of its work."""

    name = "exec"

    def __init__(
        self, argv: Sequence[str], source: Source, environment: Mapping[str, str], *, timeout_seconds: float = 30.0
    ) -> None:
        if not argv or not argv[0] or any("\0" in word for word in argv):
            raise ConfigError("the program of the action exec has no name, or a word that no program can be given")
        if "/" in argv[0] and not argv[0].startswith("/"):
            raise ConfigError(f"the program of the action exec is {argv[0]!r}; give its whole path, or its bare name")
        self._argv, self._source, self._timeout_seconds = tuple(argv), source, timeout_seconds
        self._environment = _environment(environment)
        self._is_ending = False

    @property
    def shown(self) -> str:
        return redact_command(self._argv)

    def send(self, notice: Notice) -> None:
        with _input(body(notice, self._source)) as content:
            process = self._start(content)
        kept = bytearray()
        try:
            trouble = self._wait(process, kept)
        finally:
            _end(process, _LAST_GRACE_SECONDS if self._is_ending else _GRACE_SECONDS)
        text = said(decoded(bytes(kept)), ())
        if trouble is None and process.returncode:
            trouble = f"it ended with {_code_words(process.returncode)}"
        if trouble is not None:
            raise NotSentError(trouble + (f"; it said: {text}" if text else ""), again=False, perhaps=True)
        if text:
            _LOGGER.info("exec %s said: %s", self.shown, text)

    def end(self) -> None:
        self._is_ending = True

    def _start(self, content: BinaryIO) -> "subprocess.Popen[bytes]":
        try:
            program = shutil.which(self._argv[0], path=self._environment["PATH"])
            if program is None:
                raise NotSentError("there is no such program that may be run", again=False)
            return subprocess.Popen(
                [program, *self._argv[1:]],
                stdin=content,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=self._environment,
                start_new_session=True,
            )
        except OSError as err:
            raise NotSentError(f"it cannot be run: {err.strerror or err}", again=err.errno in _PASSING) from err

    def _wait(self, process: "subprocess.Popen[bytes]", kept: bytearray) -> str | None:
        """Until it has ended; or why it may not go on. What it started that still holds the pipe is not waited for."""
        assert process.stdout is not None
        deadline = time.monotonic() + self._timeout_seconds
        poll, read_bytes, is_open = select.poll(), 0, True
        poll.register(process.stdout, select.POLLIN)
        while True:
            if is_open and poll.poll(_GLANCE_SECONDS * 1000):
                data = os.read(process.stdout.fileno(), _READ_BYTES)
                is_open, read_bytes = bool(data), read_bytes + len(data)
                kept += data[: _MOST_KEPT_BYTES - len(kept)]
            elif has_ended(process):
                return None
            elif not is_open:
                time.sleep(_GLANCE_SECONDS)
            if read_bytes > _MOST_READ_BYTES:
                return f"it printed more than {_MOST_READ_BYTES} bytes, and was ended"
            if time.monotonic() >= deadline:
                return f"it did not end within {self._timeout_seconds:g} s, and was ended"
            if self._is_ending:
                return "it was ended, because mnemo ends"


def _input(content: bytes) -> BinaryIO:
    """A file and not a pipe: whether the program reads it is its own affair. In memory, for a disk may be full."""
    file: BinaryIO
    if hasattr(os, "memfd_create"):
        file = os.fdopen(os.memfd_create("mnemo-alerts"), "w+b")
    else:
        file = tempfile.TemporaryFile()  # noqa: SIM115 (the caller closes it)
    file.write(content)
    file.seek(0)
    return file


def _end(process: "subprocess.Popen[bytes]", grace_seconds: float) -> None:
    """TERM, then KILL for its whole group."""
    if not has_ended(process):
        signal_group(process, signal.SIGTERM)
        deadline = time.monotonic() + grace_seconds
        while not has_ended(process) and time.monotonic() < deadline:
            time.sleep(_GLANCE_SECONDS)
    signal_group(process, signal.SIGKILL)
    # One that hangs in the kernel is left to whoever inherits it.
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE_SECONDS)
    if process.stdout is not None:
        process.stdout.close()


def _environment(environment: Mapping[str, str]) -> dict[str, str]:
    kept = {name: text for name, text in environment.items() if name in _PASSED_ON or name.startswith("LC_")}
    places = [place for place in environment.get("PATH", "").split(":") if place.startswith("/")]
    return {**kept, "PATH": ":".join(places) or _USUAL_PLACES}


def _code_words(code: int) -> str:
    return f"exit code {code}" if code > 0 else f"signal {-code}"
