"""The processes of a program that we started in a session of its own: signalled as one, and never too late.

As long as its first process is not reaped, the number of its group means nobody else.
"""

import contextlib
import os
import signal
import subprocess


def has_ended(process: "subprocess.Popen[bytes]") -> bool:
    """Whether its first process has ended; it is not reaped where the system can tell without."""
    if process.returncode is not None or not hasattr(os, "waitid"):
        return process.poll() is not None
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def signal_group(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    """To all of them; to nobody once the first one was reaped."""
    # A program that became another user may not be signalled by us.
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
