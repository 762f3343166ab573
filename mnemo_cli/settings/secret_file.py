"""A secret that is kept in a file of its own, which others cannot read."""

import os
import stat
from pathlib import Path

from mnemo_cli.errors import ConfigError
from mnemo_cli.redact import printable

_LARGEST_BYTES = 4096


def read_secret(path: Path, what: str) -> bytes:
    """The first line of the file; ConfigError where others may read or change it, it cannot be read, or it is empty.

    `what` names the secret: "the password". Groups may read it: Kubernetes mounts secrets so.
    """
    shown = printable(str(path))
    try:
        # A FIFO that nobody writes must not hang us.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            content = file.read(_LARGEST_BYTES)
    except OSError as err:
        raise ConfigError(f"cannot read {what} in {shown}: {err.strerror}") from err
    if mode & (stat.S_IRWXO | stat.S_IWGRP):
        raise ConfigError(f"{shown} holds {what} and others may read or change it (mode {mode:o}); chmod 600 it")
    secret = (content or b"").partition(b"\n")[0].strip()
    if not secret:
        raise ConfigError(f"{shown} does not hold {what}: its first line is empty")
    return secret
