"""A PostgreSQL server of the tests' own: a cluster in a temporary folder, reached by a unix socket only."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

_DEADLINE_SECONDS = 60.0


def _programs() -> Path:
    """The folder of the newest server: Debian keeps one per version, outside PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    initdb = shutil.which("initdb") or (str(found[-1]) if found else None)
    if initdb is None or not (Path(initdb).parent / "postgres").exists():
        pytest.skip("no PostgreSQL server is installed (Debian: apt install postgresql)")
    return Path(initdb).parent


def _account() -> dict[str, object]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    return {"user": "nobody", "group": "nogroup", "extra_groups": []}


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """What psycopg.connect takes; at most 40 connections."""
    psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")
    programs, account = _programs(), _account()
    # Not pytest's folder, whose path may be too long for a socket (107 bytes) and closed to others.
    folder = Path(tempfile.mkdtemp(prefix="mnemo-pg-"))
    data, log = folder / "data", folder / "log"
    if account:
        shutil.chown(folder, "nobody", "nogroup")
    dsn = f"host={folder} user=mnemo dbname=postgres connect_timeout=10"
    server = None
    try:
        with log.open("w") as output:
            start = {"stdout": output, "stderr": output, "stdin": subprocess.DEVNULL, "cwd": folder, **account}
            make = [programs / "initdb", "-D", data, "-U", "mnemo", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
            subprocess.run(make, check=True, timeout=_DEADLINE_SECONDS, **start)
            options = ("fsync=off", "listen_addresses=", "max_connections=40", "dynamic_shared_memory_type=mmap")
            run = [programs / "postgres", "-D", data, "-k", folder, *(word for one in options for word in ("-c", one))]
            server = subprocess.Popen(run, **start)
        _wait_until_ready(psycopg, dsn, server, log)
        yield dsn
    finally:
        if server is not None:
            _stop(server)
        shutil.rmtree(folder)


def _wait_until_ready(psycopg, dsn: str, server: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while True:
        try:
            psycopg.connect(dsn).close()
            return
        except psycopg.OperationalError:
            assert server.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)


def _stop(server: subprocess.Popen) -> None:
    server.send_signal(signal.SIGINT)  # its fast shutdown: clients are cut off
    try:
        server.wait(_DEADLINE_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
