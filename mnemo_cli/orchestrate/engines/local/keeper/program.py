"""A keeper from its command line to its end: the lock on its folder, signals, groups, and the thread that works."""

import _thread
import fcntl
import json
import os
import signal
import socket
import sys
import time

from mnemo_cli.orchestrate.engines.local.keeper.group import Groups
from mnemo_cli.orchestrate.engines.local.keeper.loop import Keeper
from mnemo_cli.orchestrate.engines.local.keeper.messages import line
from mnemo_cli.orchestrate.engines.local.keeper.record import Record
from mnemo_cli.orchestrate.engines.local.keeper.spawning import Spawner, Standing
from mnemo_cli.orchestrate.engines.local.keeper.tree import adopt_orphans, start_ticks

# A keeper that is just ending lets go of the folder in a moment.
_LOCK_SECONDS = 2.0


def main(folder: str, setup_text: str) -> None:
    """SETUP is JSON: listener (a descriptor), boot_id, version (0: no groups), parent, home, freezer,
    output_limit_bytes, may_stop, outlives, root."""
    os.chdir(folder)
    _lock("keeper.lock")
    # A stop of the service, a hang-up or Ctrl-C is the jobs' and the supervisor's: their ends want recording.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    setup = json.loads(setup_text)
    proc = os.path.join(setup["root"], "proc")  # noqa: PTH118
    groups = None
    if setup["version"]:
        name = f"mnemo-{os.getpid()}-{start_ticks(proc, os.getpid())}"
        groups = Groups(setup["version"], setup["parent"], setup["home"], setup["freezer"], name)
    else:
        adopt_orphans()
    try:
        keeper = _keeper(folder, setup, proc, groups)
        if groups is None:
            keeper.run()
        else:
            _run_beside(keeper)
    finally:
        if groups is not None:
            groups.remove()


def _keeper(folder: str, setup: "dict[str, object]", proc: str, groups: Groups | None) -> Keeper:
    place = (None, None) if groups is None else (groups.directory, groups.freezer)
    standing = Standing(f"{proc}/self/oom_score_adj")
    limit_bytes = setup["output_limit_bytes"]
    assert limit_bytes is None or isinstance(limit_bytes, int)
    listener = setup["listener"]
    assert isinstance(listener, int)
    os.set_inheritable(listener, False)  # a job that held it would look like a keeper that does not answer
    spawner = Spawner({**os.environ, "MNEMOSYNE_RUN": folder}, groups, standing, limit_bytes)
    return Keeper(
        socket.socket(fileno=listener),
        Record("attempts"),
        spawner,
        groups,
        hello=line("keeper", os.getpid(), start_ticks(proc, os.getpid()), setup["boot_id"], *place),
        run=folder,
        may_stop=bool(setup["may_stop"]),
        outlives=bool(setup["outlives"]),
        proc=proc,
    )


def _run_beside(keeper: Keeper) -> None:
    """In a second thread: on v1 it can be moved between groups alone (see Groups.enter), while the first one waits."""
    running = _thread.allocate_lock()
    running.acquire()

    def work() -> None:
        try:
            keeper.run()
        finally:
            running.release()

    _thread.start_new_thread(work, ())
    running.acquire()


def _lock(name: str) -> None:
    descriptor = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                sys.exit("another keeper holds this folder")
            time.sleep(0.01)
