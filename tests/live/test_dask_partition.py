"""A worker that is cut off goes on alone; its jobs are begun elsewhere, and what it says later counts for nothing."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.clusters import PATIENCE_SECONDS, Cluster, Namespace, jobs_below, until
from tests.live.test_dask import Client, held_jobs, let_go, lines

pytest.importorskip("distributed", reason="the extra dask is not installed")

# How long the link is cut at the least; what runs beyond the cut takes its seconds, too.
CUT_SECONDS = 20.0 if os.environ.get("MNEMO_FULL_COUNTS") else 0.0
WORKER_TTL_SECONDS = 5.0
# What is promised is held to on a machine that has nothing else to do.
RECOVERED_SECONDS = 30.0 if os.environ.get("MNEMO_FULL_COUNTS") else PATIENCE_SECONDS
JOBS = 8


@pytest.fixture
def namespace() -> Iterator[Namespace]:
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root may make a network namespace")
    made = Namespace(os.getpid())
    try:
        made.make()
        yield made
    except (subprocess.CalledProcessError, FileNotFoundError) as err:
        pytest.skip(f"no network namespace can be made: {getattr(err, 'stderr', b'') or err}")
    finally:
        made.remove()


def test_a_link_that_is_cut_costs_attempts_and_no_job(tmp_path: Path, namespace: Namespace):
    folder = tmp_path / "cluster"
    folder.mkdir()
    made = Cluster(folder, host=namespace.here, worker_ttl_seconds=WORKER_TTL_SECONDS)
    client = Client(tmp_path, made.address)
    try:
        made.start_scheduler()
        made.start_worker("near")
        made.start_worker("far", wrap=namespace.wrap)
        made.await_workers()
        client.plan(*held_jobs(client.folder, JOBS))
        client.start()
        far = made.folder_of("far")
        until(lambda: jobs_below(far), "jobs on both", of=client.program)
        namespace.plug(False)
        cut = time.monotonic()
        until(
            lambda: any(row.reason == "lost" for row in client.attempts()),
            "the loss",
            WORKER_TTL_SECONDS + RECOVERED_SECONDS,
            of=client.program,
        )
        # What it had goes on, and ends with nobody to tell.
        let_go(client.folder)
        until(lambda: not jobs_below(far), "the end of what ran there")
        until(lambda: time.monotonic() - cut >= CUT_SECONDS, "the end of the cut")
        namespace.plug(True)
        assert client.end() == 0, client.said
        client.check_every_job_is_done_once(JOBS)
        lost = {row.job_id for row in client.attempts() if row.reason == "lost"}
        ended = Counter(lines(client.folder / "ended"))
        assert set(ended) == {f"j{at}" for at in range(JOBS)}
        # At least once: what was cut off came to its end there, and was done again.
        assert {job for job, times in ended.items() if times > 1} <= lost
        assert any(times > 1 for times in ended.values())
    finally:
        client.close()
        made.close()
