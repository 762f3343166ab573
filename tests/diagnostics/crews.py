"""Collectors that behave in every way, and bundles made by them."""

import json
import os
import tarfile
import threading
from pathlib import Path

from mnemo_cli.diagnostics.archive.sink import PartFile
from mnemo_cli.diagnostics.bundle import Wish, make_bundle
from mnemo_cli.diagnostics.collector import Collector, Member, Missing, Profile, Scene
from mnemo_cli.diagnostics.programs import Programs
from mnemo_cli.sampling.target import TargetChoice

NOW_SECONDS = 1_790_000_000.0
KERNEL_LOG = (
    b"<4>[  100.000000] python invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0\n"
    b"<6>[  100.000100] memory: usage 51200kB, limit 51200kB, failcnt 30\n"
    b"<6>[  100.000200] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,"
    b"oom_memcg=/app,task_memcg=/app,task=python,pid=4666,uid=0\n"
    b"<3>[  100.000300] Memory cgroup out of memory: Killed process 4666 (python) total-vm:110804kB, "
    b"anon-rss:100608kB, file-rss:5768kB, shmem-rss:0kB, UID:0 pgtables:260kB oom_score_adj:0\n"
)


def scene(**changes) -> Scene:
    return Scene(
        root=Path("/"),
        platform="linux",
        choice=TargetChoice(),
        pids=(),
        profile=Profile.STANDARD,
        since_seconds=86400.0,
        now_seconds=NOW_SECONDS,
        member_max_bytes=1 << 20,
        run=Programs(os.environ),
    )._replace(**changes)


def of(identity, *items, timeout_seconds=30.0, **card) -> Collector:
    """A collector that yields these items; (path, content) is a member, a callable one is called for its item."""

    def collect(_):
        for item in items:
            if callable(item) and not isinstance(item, Member | Missing):
                item = item()
            yield member(*item) if type(item) is tuple else item

    return Collector(identity, f"a collector called {identity}", collect, timeout_seconds=timeout_seconds, **card)


def member(path, content, kind="numbers", source=None) -> Member:
    chunks = (content,) if isinstance(content, bytes) else content
    return Member(path, chunks, kind, source or f"source of {path}")


def failing(*chunks, error):
    """Chunks, and then an error."""
    yield from chunks
    raise error


def fifo(path) -> Member:
    """A member that is read from a FIFO which nobody writes into: opening it hangs."""
    os.mkfifo(path)

    def chunks():
        with open(path, "rb") as stream:
            yield stream.read()

    return member("fifo/x", chunks())


def release(path) -> None:
    """Let whoever hangs at a FIFO go on."""
    os.close(os.open(path, os.O_RDWR | os.O_NONBLOCK))


def wish(*collectors, redaction=None, **changes) -> Wish:
    return Wish(
        collectors=collectors,
        scene=scene(),
        redaction=redaction,
        version="1",
        path="/somewhere/bundle.tar.gz",
        name="bundle.tar.gz",
        budget_seconds=60.0,
        budget_bytes=20 << 20,
    )._replace(**changes)


class Bundle:
    """A bundle that was made: its files by their path, and its manifest."""

    def __init__(self, path) -> None:
        with tarfile.open(path) as tar:
            self.files = {info.name.partition("/")[2]: tar.extractfile(info).read() for info in tar}
        self.manifest = json.loads(self.files["manifest.json"])
        self.collectors = {one["id"]: one for one in self.manifest["collectors"]}
        self.errors = [json.loads(line) for line in self.files["errors.jsonl"].splitlines()]

    def states(self) -> dict[str, str]:
        return {name: one["state"] for name, one in self.collectors.items()}


def make(folder, *collectors, **options) -> Bundle:
    path = Path(folder) / "bundle.tar.gz"
    make_bundle(PartFile(path), wish(*collectors, **options))
    return Bundle(path)


def collector_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("collector ")]
