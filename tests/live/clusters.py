"""Dask clusters for tests: a scheduler and workers as processes of their own, on the loopback."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import mnemo_cli

# On a busy machine a worker needs many seconds to come up.
PATIENCE_SECONDS = 90.0
# Long: nobody who is only slow is taken for dead.
WORKER_TTL_SECONDS = 60.0
CONFIGURATION = {
    "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "20s",
    "DASK_DISTRIBUTED__WORKER__MEMORY__TERMINATE": "False",
    "PYTHONPATH": str(Path(mnemo_cli.__file__).parents[1]),
}


def until(
    holds: Callable[[], object],
    what: str,
    seconds: float = PATIENCE_SECONDS,
    *,
    of: "subprocess.Popen[bytes] | None" = None,
) -> None:
    """`of` is the program that is to bring it about: its end is the end of waiting."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"{what} never came"
        assert of is None or of.poll() is None, f"{what} never came: who was to bring it has ended"
        time.sleep(0.02)


class Cluster:
    """`wrap` makes every command run elsewhere, as in a network namespace. `tls` is a certificate with its key.

    A worker that is silent for `worker_ttl_seconds` is dead for the scheduler.
    """

    def __init__(
        self,
        folder: Path,
        host: str = "127.0.0.1",
        wrap: Sequence[str] = (),
        tls: tuple[Path, Path] | None = None,
        worker_ttl_seconds: float = WORKER_TTL_SECONDS,
    ) -> None:
        self.folder = folder
        self._worker_ttl = f"{worker_ttl_seconds}s"
        with socket.create_server((host, 0)) as server:
            self.port = server.getsockname()[1]
        self.address = f"{'tcp' if tls is None else 'tls'}://{host}:{self.port}"
        self._security: tuple[str, ...] = ()
        if tls is not None:
            certificate, key = map(str, tls)
            self._security = ("--tls-ca-file", certificate, "--tls-cert", certificate, "--tls-key", key)
        self._host, self._wrap = host, tuple(wrap)
        self._programs: list[subprocess.Popen[bytes]] = []
        self.scheduler: subprocess.Popen[bytes] | None = None
        self.workers: dict[str, subprocess.Popen[bytes]] = {}

    def start_scheduler(self) -> None:
        protocol = self.address.partition(":")[0]
        words = (
            "scheduler", "--host", self._host, "--port", str(self.port), "--no-dashboard", "--protocol", protocol,
            *self._security,
        )  # fmt: skip
        self.scheduler = self._start("scheduler", words, self._wrap)
        until(lambda: self._is_listening(), "the scheduler")

    def start_worker(
        self,
        name: str,
        *,
        slots: int = 2,
        memory_limit: str = "1GiB",
        enter: Path | None = None,
        wrap: Sequence[str] | None = None,
        words: Sequence[str] = ("--no-nanny",),
    ) -> subprocess.Popen[bytes]:
        """`enter` is the folder of a control group."""
        command = (
            "worker", self.address, "--name", name, "--nthreads", str(slots), "--memory-limit", memory_limit,
            "--no-dashboard", "--local-directory", str(self.folder / "scratch"), *self._security, *words,
        )  # fmt: skip
        before = self._wrap if wrap is None else tuple(wrap)
        self.workers[name] = self._start(name, command, before, enter)
        return self.workers[name]

    def mend(self, workers: int) -> None:
        """A scheduler and so many workers are there, whoever was ended before."""
        if self.scheduler is None or self.scheduler.poll() is not None:
            self.start_scheduler()
        self.workers = {name: program for name, program in self.workers.items() if program.poll() is None}
        while len(self.workers) < workers:
            # A new name for each life: logs are told apart by it.
            self.start_worker(f"w{len(self._programs)}")
        self.await_workers()

    def await_workers(self) -> None:
        """All that were started are known to the scheduler."""
        for name, program in self.workers.items():
            until(lambda name=name: "Registered to:" in self.log(name), f"the worker {name}", of=program)

    def kill(self, program: subprocess.Popen[bytes]) -> None:
        program.kill()
        program.wait()

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def folder_of(self, name: str) -> Path:
        """Where this worker keeps itself, once it said so."""
        until(lambda: "Local Directory:" in self.log(name), f"the folder of {name}")
        return Path(self.log(name).split("Local Directory:")[1].split()[0])

    def close(self) -> None:
        for program in reversed(self._programs):
            program.terminate()
        for program in self._programs:
            with contextlib.suppress(subprocess.TimeoutExpired):
                program.wait(5)
            program.kill()
            program.wait()

    def _start(
        self, name: str, words: Sequence[str], wrap: Sequence[str], enter: Path | None = None
    ) -> subprocess.Popen[bytes]:
        command = [*wrap, sys.executable, "-m", "dask", *words]
        if enter is not None:
            command = ["sh", "-c", f'echo 0 > {enter}/cgroup.procs; exec "$@"', "sh", *command]
        with (self.folder / f"{name}.log").open("ab") as log:
            program = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.folder,
                env={**os.environ, **CONFIGURATION, "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": self._worker_ttl},
            )  # fmt: skip
        self._programs.append(program)
        return program

    def _is_listening(self) -> bool:
        assert self.scheduler is not None
        assert self.scheduler.poll() is None, self.log("scheduler")
        return "Scheduler at:" in self.log("scheduler")


@contextlib.contextmanager
def cluster(folder: Path, workers: int, **words: object) -> Iterator[Cluster]:
    """Running; everything of it is ended at the end."""
    folder.mkdir(exist_ok=True)
    made = Cluster(folder)
    try:
        made.start_scheduler()
        for at in range(workers):
            made.start_worker(f"w{at}", **words)  # type: ignore[arg-type]
        made.await_workers()
        yield made
    finally:
        made.close()
        shutil.rmtree(folder / "scratch", ignore_errors=True)


def jobs_below(folder: Path) -> list[int]:
    """Live processes of jobs whose agent keeps itself below this folder: their environment says so."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            variables = dict(pair.partition(b"=")[::2] for pair in (entry / "environ").read_bytes().split(b"\0"))
            run = variables.get(b"MNEMOSYNE_RUN", b"").decode()
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            if b"MNEMOSYNE_JOB_ID" in variables and run.startswith(f"{folder}/") and state not in "ZX":
                found.append(int(entry.name))
    return found


class Namespace:
    """A network of its own with one cable to this machine: `here` and `there` are the addresses of its ends."""

    def __init__(self, number: int) -> None:
        self.name, self._here_device, self._there_device = f"mnemo-{number}", f"mnemo{number}h", f"mnemo{number}t"
        # A part of the addresses that are for benchmarks of networks (RFC 2544).
        block = f"198.18.{number % 250}"
        self.here, self.there = f"{block}.1", f"{block}.2"

    def make(self) -> None:
        """Raises CalledProcessError or FileNotFoundError where that cannot be."""
        ip("netns", "add", self.name)
        ip("link", "add", self._here_device, "type", "veth", "peer", "name", self._there_device, "netns", self.name)
        ip("address", "add", f"{self.here}/24", "dev", self._here_device)
        ip("link", "set", self._here_device, "up")
        ip("-n", self.name, "address", "add", f"{self.there}/24", "dev", self._there_device)
        ip("-n", self.name, "link", "set", "lo", "up")
        self.plug(True)

    def plug(self, on: bool) -> None:
        """The cable in, or out."""
        ip("-n", self.name, "link", "set", self._there_device, "up" if on else "down")

    def remove(self) -> None:
        for words in (("link", "delete", self._here_device), ("netns", "delete", self.name)):
            with contextlib.suppress(subprocess.CalledProcessError, FileNotFoundError):
                ip(*words)

    @property
    def wrap(self) -> Sequence[str]:
        return ("ip", "netns", "exec", self.name)


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, timeout=10)
