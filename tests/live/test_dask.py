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
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mnemo_cli.errors import UsageError
from mnemo_cli.orchestrate.journal import AttemptRow, Journal
from tests.live.clusters import Cluster, cluster, jobs_below, until

if TYPE_CHECKING:
    from conftest import MemoryGroup

distributed = pytest.importorskip("distributed", reason="the extra dask is not installed")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the engine needs Linux")

MIB = 1 << 20
JOBS = 40
ORPHAN_SECONDS = 2.0
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

    def end(self, seconds: float = 90.0) -> int:
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
    client.plan(*short_jobs(client.folder, 0.5))
    client.start()
    until(lambda: client.done() >= 6, "the first jobs", of=client.program)
    name, worker = next(iter(three.workers.items()))
    folder = three.folder_of(name)
    until(lambda: jobs_below(folder), "a job on the worker")
    three.kill(worker)
    killed = time.monotonic()
    until(lambda: not jobs_below(folder), "the end of its jobs", ORPHAN_SECONDS)
    assert time.monotonic() - killed <= ORPHAN_SECONDS
    assert client.end() == 0, client.said
    client.check_every_job_is_done_once(JOBS)
    lost = [row for row in client.attempts() if row.reason == "lost"]
    assert 1 <= len(lost) <= 2
    assert sorted(lines(client.folder / "ended")) == sorted(f"j{at}" for at in range(JOBS))
    begun = Counter(lines(client.folder / "begun"))
    assert {job for job, times in begun.items() if times > 1} <= {row.job_id for row in lost}


def test_a_scheduler_that_is_killed_and_started_again_loses_no_job(three, client):
    client.plan(*short_jobs(client.folder, 0.3))
    client.start()
    until(lambda: client.done() >= 6, "the first jobs", of=client.program)
    assert three.scheduler is not None
    three.kill(three.scheduler)
    for program in three.workers.values():
        program.wait(60)
    assert not jobs_below(three.folder)
    three.mend(3)
    assert client.end() == 0, client.said
    client.check_every_job_is_done_once(JOBS)
    assert {row.reason for row in client.attempts()} == {"ok", "lost"}


def test_a_client_that_is_killed_goes_on_with_what_runs(three, client):
    # Some end while nobody is there to hear of it, and some go on for longer.
    hold = client.folder / "hold"
    hold.touch()
    waits = f"echo $MNEMOSYNE_JOB_ID >> {client.folder}/begun; while test -e {hold}; do sleep 0.1; done"
    client.plan(
        *({"id": f"j{at}", "name": "long", "cmd": waits, "mem": "20M"} for at in range(3)),
        *short_jobs(client.folder, 0.2)[3:],
    )
    client.start()
    until(lambda: client.done() >= 6 and len(jobs_below(three.folder)) > 3, "the first jobs", of=client.program)
    client.program.send_signal(signal.SIGKILL)
    client.program.wait()
    client.start("--resume")
    until(lambda: client.done() == JOBS - 3, "the end of the short ones", of=client.program)
    hold.unlink()
    assert client.end() == 0, client.said
    client.check_every_job_is_done_once(JOBS)
    # Nothing was begun twice: what ran while nobody was there was taken on.
    assert sorted(lines(client.folder / "begun")) == sorted(f"j{at}" for at in range(JOBS))
    assert all(row.number == 1 for row in client.attempts())


@pytest.mark.memory_group
def test_a_job_that_outgrows_a_small_worker_is_tried_on_a_larger_one(tmp_path, memory_group: "MemoryGroup"):
    memory_group.limit(300 * MIB)
    hog = f"{sys.executable} -I -S -c 'import time; held = b\"x\" * ({200 * MIB}); time.sleep(0.5)'"
    with cluster(tmp_path / "cluster", 1, slots=1) as made:
        made.start_worker("small", enter=memory_group.directory)
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
    client.plan(*short_jobs(client.folder, 0.5, count=18))
    client.start()
    until(lambda: client.done() >= 3, "the first jobs", of=client.program)
    assert three.scheduler is not None
    three.kill(three.scheduler)
    assert client.end() == 1
    assert "is gone since" in client.said and "--resume" in client.said
    for program in three.workers.values():
        program.wait(60)
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
        command, input=b"echo $((6 * 7))\nexit 3\nyes | head -c 20000\n", capture_output=True, timeout=90, cwd=tmp_path,
        env={**os.environ, **EDGES, "TMPDIR": str(tmp_path), "MNEMOSYNE_ORCHESTRATE_HISTORY_FILE": str(tmp_path / "h")},
    )  # fmt: skip
    # The long one is more than a scheduler's topic is given.
    assert done.returncode == 1 and done.stdout.replace(b"y\n" * 10_000, b"") == b"42\n", done.stderr
    assert b"2 done, 1 failed" in done.stderr and b"exit code 3" in done.stderr and b"Traceback" not in done.stderr
