"""`mnemo orchestrate --engine dask` on real schedulers and workers: what is lost is begun again, and nothing twice.

One journal tells what became of each job; the jobs themselves write down that they ran.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mnemo_cli.errors import UsageError
from mnemo_cli.orchestrate.journal import AttemptRow, Journal
from tests.live.clusters import PATIENCE_SECONDS, Cluster, cluster, jobs_below, until

if TYPE_CHECKING:
    from conftest import MemoryGroup

distributed = pytest.importorskip("distributed", reason="the extra dask is not installed")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the engine needs Linux")

MIB = 1 << 20
JOBS = 40
HELD = 3
# What is promised is held to on a machine that has nothing else to do.
ORPHAN_SECONDS = 2.0 if os.environ.get("MNEMO_FULL_COUNTS") else PATIENCE_SECONDS
EDGES = {f"MNEMOSYNE_MEMORY_{name}_PCT": p for name, p in (("MODERATE", "97"), ("HIGH", "98"), ("CRITICAL", "99"))}


class Client:
    """One orchestrator; its journal outlives it."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder, self._address = folder, address
        self.journal = folder / "journal"
        self._program: subprocess.Popen[bytes] | None = None

    @property
    def program(self) -> subprocess.Popen[bytes]:
        assert self._program is not None
        return self._program

    def plan(self, *jobs: dict[str, object]) -> None:
        (self.folder / "plan").write_text("".join(f"{json.dumps(job)}\n" for job in jobs))

    def start(self, *words: str) -> None:
        command = [
            sys.executable, "-m", "mnemo_cli", "orchestrate", "plan", "--engine", "dask", "--scheduler", self._address,
            "--journal", str(self.journal), "--format", "plain", *words,
        ]  # fmt: skip
        environment = {**os.environ, **EDGES, "MNEMOSYNE_ORCHESTRATE_HISTORY_FILE": str(self.folder / "history")}
        with (self.folder / "err").open("ab") as err:
            self._program = subprocess.Popen(
                command, cwd=self.folder, env=environment, stdout=err, stderr=err, stdin=subprocess.DEVNULL
            )

    def status(self) -> str:
        """What another terminal is shown."""
        command = [sys.executable, "-m", "mnemo_cli", "orchestrate", "status", str(self.journal)]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE_SECONDS).stdout

    def end(self, seconds: float = 2 * PATIENCE_SECONDS) -> int:
        return self.program.wait(seconds)

    def close(self) -> None:
        if self._program is not None:
            self._program.kill()
            self._program.wait()

    @property
    def said(self) -> str:
        return (self.folder / "err").read_text()

    def done(self) -> int:
        if not self.journal.exists():
            return 0
        # Its first moments are no journal's yet.
        with contextlib.suppress(UsageError), contextlib.closing(Journal.read(self.journal)) as journal:
            return journal.standing.done
        return 0

    def attempts(self) -> Sequence[AttemptRow]:
        with contextlib.closing(Journal.read(self.journal)) as journal:
            return tuple(journal.attempts())

    def check_every_job_is_done_once(self, jobs: int) -> None:
        with contextlib.closing(Journal.read(self.journal)) as journal:
            assert [row.state for row in journal.jobs()] == ["done"] * jobs, self.said
        ok = Counter(row.job_id for row in self.attempts() if row.reason == "ok")
        assert len(ok) == jobs and set(ok.values()) == {1}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("dask") / "cluster", 3) as made:
        yield made


@pytest.fixture
def three(shared: Cluster) -> Cluster:
    """One cluster for all that leave it as it was, or end processes of it, which are started again."""
    shared.mend(3)
    return shared


@pytest.fixture
def client(tmp_path: Path, three: Cluster) -> Iterator[Client]:
    made = Client(tmp_path, three.address)
    yield made
    made.close()


def short_jobs(folder: Path, seconds: float = 0.3, count: int = JOBS) -> list[dict[str, object]]:
    """Each writes down that it has begun, and that it came to its end."""
    command = f"echo $MNEMOSYNE_JOB_ID >> {folder}/begun; sleep {seconds}; echo $MNEMOSYNE_JOB_ID >> {folder}/ended"
    return [{"id": f"j{at}", "name": "short", "cmd": command, "mem": "20M"} for at in range(count)]


def held_jobs(folder: Path, count: int = HELD) -> list[dict[str, object]]:
    """The first of as many; each writes the same down, and its end is not before the file `hold` is gone."""
    (folder / "hold").touch()
    waits = f"while test -e {folder}/hold; do sleep 0.1; done"
    command = f"echo $MNEMOSYNE_JOB_ID >> {folder}/begun; {waits}; echo $MNEMOSYNE_JOB_ID >> {folder}/ended"
    return [{"id": f"j{at}", "name": "long", "cmd": command, "mem": "20M"} for at in range(count)]


def some_held(folder: Path, count: int = JOBS) -> list[dict[str, object]]:
    """The run goes on until its test lets go of the first of them."""
    return [*held_jobs(folder), *short_jobs(folder, 0.2, count)[HELD:]]


def let_go(folder: Path) -> None:
    (folder / "hold").unlink()


def until_some_are_done_and_the_held_run(client: "Client", done: int = 6) -> None:
    held = {f"j{at}" for at in range(HELD)}
    until(
        lambda: client.done() >= done and held <= set(lines(client.folder / "begun")),
        "the first jobs",
        of=client.program,
    )


def lines(file: Path) -> list[str]:
    return file.read_text().split() if file.exists() else []


def test_forty_jobs_on_three_workers_run_once_each(three, client):
    client.plan(*short_jobs(client.folder, 0.1))
    client.start()
    assert client.end() == 0, client.said
    client.check_every_job_is_done_once(JOBS)
    assert sorted(lines(client.folder / "ended")) == sorted(f"j{at}" for at in range(JOBS))
    assert all(row.number == 1 and row.peak_bytes for row in client.attempts())
    with distributed.Client(three.address, set_as_default=False) as asked:
        workers = asked.scheduler_info(n_workers=-1)["workers"].values()
    # Each carries what its own binding limit leaves for jobs, and its slots.
    budget_bytes = int(1024 * MIB * 0.98)
    assert [one["resources"] for one in workers] == [{"mnemo-memory": budget_bytes, "mnemo-slots": 2}] * 3


def test_a_worker_that_is_killed_leaves_no_orphan_and_its_jobs_run_elsewhere(three, client):
    client.plan(*some_held(client.folder))
    client.start()
    until_some_are_done_and_the_held_run(client)
    name = next(name for name in three.workers if jobs_below(three.folder_of(name)))
    three.kill(three.workers[name])
    until(lambda: not jobs_below(three.folder_of(name)), "the end of its jobs", ORPHAN_SECONDS)
    let_go(client.folder)
    assert client.end() == 0, client.said
    client.check_every_job_is_done_once(JOBS)
    lost = {row.job_id for row in client.attempts() if row.reason == "lost"}
    assert 1 <= len(lost) <= 2
    # One that had come to its end there, and had no time to say so, was done again.
    ended = Counter(lines(client.folder / "ended"))
    assert set(ended) == {f"j{at}" for at in range(JOBS)}
    for times in (ended, Counter(lines(client.folder / "begun"))):
        assert {job for job, number in times.items() if number > 1} <= lost


def test_a_scheduler_that_is_killed_and_started_again_loses_no_job(three, client):
    client.plan(*some_held(client.folder))
    client.start()
    until_some_are_done_and_the_held_run(client)
    assert three.scheduler is not None
    three.kill(three.scheduler)
    for program in three.workers.values():
        program.wait(PATIENCE_SECONDS)
    until(lambda: not jobs_below(three.folder), "the end of all jobs", ORPHAN_SECONDS)
    let_go(client.folder)
    three.mend(3)
    assert client.end() == 0, client.said
    client.check_every_job_is_done_once(JOBS)
    assert {row.reason for row in client.attempts()} == {"ok", "lost"}


def test_a_client_that_is_killed_goes_on_with_what_runs(three, client):
    # Some end while nobody is there to hear of it, and some go on for longer.
    client.plan(*some_held(client.folder))
    client.start()
    until_some_are_done_and_the_held_run(client)
    client.program.send_signal(signal.SIGKILL)
    client.program.wait()
    client.start("--resume")
    until(lambda: client.done() == JOBS - HELD, "the end of the short ones", of=client.program)
    shown = client.status()
    assert f"{HELD} running" in shown and all(name in shown for name in three.workers), shown
    let_go(client.folder)
    assert client.end() == 0, client.said
    client.check_every_job_is_done_once(JOBS)
    # Nothing was begun twice: what ran while nobody was there was taken on.
    assert sorted(lines(client.folder / "begun")) == sorted(f"j{at}" for at in range(JOBS))
    # Short ones may have been on their way only: those are sent again.
    held = [row for row in client.attempts() if row.job_id in {f"j{at}" for at in range(HELD)}]
    assert [row.number for row in held] == [1] * HELD


@pytest.mark.memory_group
def test_a_job_that_outgrows_a_small_worker_is_tried_on_a_larger_one(tmp_path, memory_group: "MemoryGroup"):
    memory_group.limit(300 * MIB)
    hog = f"{sys.executable} -I -S -c 'import time; held = b\"x\" * ({200 * MIB}); time.sleep(0.5)'"
    with cluster(tmp_path / "cluster", 1, slots=1) as made:
        made.start_worker("small", enter=memory_group.directory)
        made.await_workers()
        client = Client(tmp_path, made.address)
        try:
            client.plan(
                *({"id": f"j{at}", "name": f"n{at}", "cmd": hog, "mem": "60M", "mem_limit": "256M"} for at in range(6))
            )
            client.start()
            assert client.end() == 0, client.said
            client.check_every_job_is_done_once(6)
            died = [row for row in client.attempts() if row.reason == "oom-limit"]
            assert died, "no job was ever put on the small worker"
            # Found out on the worker itself.
            assert all(row.headline and "killed by the kernel" in row.headline for row in died), died
            again = {row.job_id: row for row in client.attempts() if row.reason == "ok" and row.number > 1}
            assert all(again[row.job_id].claim_bytes > row.claim_bytes for row in died)
        finally:
            client.close()


def test_a_scheduler_that_stays_away_ends_the_run_with_a_journal_that_goes_on(three, client, monkeypatch):
    monkeypatch.setenv("MNEMOSYNE_ORCHESTRATE_RECONNECT", "1")
    client.plan(*some_held(client.folder, 18))
    client.start()
    until_some_are_done_and_the_held_run(client, 3)
    assert three.scheduler is not None
    three.kill(three.scheduler)
    assert client.end() == 1
    assert "is gone since" in client.said and "--resume" in client.said
    for program in three.workers.values():
        program.wait(PATIENCE_SECONDS)
    let_go(client.folder)
    three.mend(1)
    client.start("--resume")
    assert client.end() == 0, client.said
    client.check_every_job_is_done_once(18)


def test_a_scheduler_that_speaks_tls_is_used_with_our_certificate(tmp_path):
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=mnemo-test",
         "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    (tmp_path / "cluster").mkdir()
    made = Cluster(tmp_path / "cluster", tls=(certificate, key))
    client = Client(tmp_path, made.address)
    try:
        made.start_scheduler()
        made.start_worker("w0")
        client.plan(*short_jobs(tmp_path, 0.0, count=2))
        client.start("--tls-ca", str(certificate), "--tls-cert", str(certificate), "--tls-key", str(key))
        assert client.end() == 0, client.said
        client.check_every_job_is_done_once(2)
    finally:
        client.close()
        made.close()


def test_ctrl_c_is_heard_while_a_scheduler_is_waited_for(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = Client(tmp_path, f"tcp://127.0.0.1:{silent.getsockname()[1]}")
        try:
            client.plan(*short_jobs(tmp_path, 0.0, count=1))
            client.start()
            until((tmp_path / "journal.d" / "run").exists, "the wait", of=client.program)
            client.program.send_signal(signal.SIGINT)
            assert client.end() == 130, client.said
            assert "Traceback" not in client.said and not lines(tmp_path / "begun")
        finally:
            client.close()


def test_a_local_cluster_is_a_try_on_one_machine(tmp_path):
    command = [sys.executable, "-m", "mnemo_cli", "orchestrate", "-", "--engine", "dask", "--local-cluster", "2"]
    done = subprocess.run(
        command, input=b"echo $((6 * 7))\nexit 3\nyes | head -c 20000\n", capture_output=True, cwd=tmp_path,
        timeout=PATIENCE_SECONDS,
        env={**os.environ, **EDGES, "TMPDIR": str(tmp_path), "MNEMOSYNE_ORCHESTRATE_HISTORY_FILE": str(tmp_path / "h")},
    )  # fmt: skip
    # The long one is more than a scheduler's topic is given.
    assert done.returncode == 1 and done.stdout.replace(b"y\n" * 10_000, b"") == b"42\n", done.stderr
    assert b"2 done, 1 failed" in done.stderr and b"exit code 3" in done.stderr and b"Traceback" not in done.stderr
