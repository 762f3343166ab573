"""A fleet of one machine: programs that count themselves, an exporter beside each, Prometheus, and Alertmanager."""

import functools
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml

from mnemo_cli.limits.rules.alerting import Alerting
from mnemo_cli.limits.rules.document import read_rules
from mnemo_cli.limits.rules.variables import VARIABLES_BY_NAME
from mnemo_cli.model.alerts import AlertState
from mnemo_cli.sampling.asked import NOBODY
from mnemo_cli.sampling.choose import choose_sampler
from mnemo_cli.sampling.target import TargetChoice
from mnemo_cli.settings import load
from mnemo_cli.settings.numbers import numbers
from mnemo_cli.watch.clock import WaitingClock
from mnemo_cli.watch.loop import Rhythm, watch
from mnemo_cli.watch.trackers import PublishedTrackers
from tests.degrade.actions.receivers import Receiver, receiver
from tests.live.prometheus_binaries import PrometheusBinaries
from tests.live.servers import free_port, page, serving, until

MNEMO = (sys.executable, "-m", "mnemo_cli")
# The specification's own file, with a shorter `for`.
RULES = """\
alerts:
  - name: MemoryHigh
    condition: memory_usage_pct > 60
    severity: warning
    action: log
    for: 1s
  - name: MemoryCritical
    condition: memory_usage_pct > 80
    severity: error
    action: page_operator
    for: 1s
  - name: WorkQueueFull
    condition: work_queue_size > 9000
    severity: warning
    action: throttle_requests
    for: 1s
  - name: ConnectionLeaks
    condition: db_connections > db_pool_size * 2
    severity: error
    action: restart_recommended
    for: 1s
"""
ALL_FOUR = {"MemoryHigh", "MemoryCritical", "WorkQueueFull", "ConnectionLeaks"}
# It looks for no others of its kind.
_ALONE = "--cluster.listen-address="
_FOR_SECONDS = 1.0
_LOOK_SECONDS = 0.3
_MOST_RATIO = 0.55


class Counting:
    """A running `programs/counting.py`."""

    def __init__(self, program: "subprocess.Popen[str]") -> None:
        self._program = program
        self.pid = program.pid
        self._expect("ready")

    def become(self, **told: int) -> None:
        assert self._program.stdin is not None
        self._program.stdin.write(json.dumps(told) + "\n")
        self._program.stdin.flush()
        self._expect("done")

    def _expect(self, word: str) -> None:
        assert self._program.stdout is not None
        assert self._program.stdout.readline().strip() == word


@contextmanager
def counting(pool_size: int = 0) -> Iterator[Counting]:
    words = [sys.executable, str(Path(__file__).parent / "programs" / "counting.py"), str(pool_size)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        try:
            yield Counting(program)
        finally:
            assert program.stdin is not None
            program.stdin.close()  # it ends with its input, and takes its counters away


@contextmanager
def exporter(folder: Path, *target: str) -> Iterator[str]:
    """`mnemo export serve` of a target; where it listens, as HOST:PORT."""
    place = f"127.0.0.1:{free_port()}"
    words = (*MNEMO, "export", "serve", "--listen", place, *target)
    with serving(words, f"http://{place}/readyz", folder / f"exporter-{place}.log"):
        yield place


class Fleet:
    """A Prometheus with generated rules, its Alertmanager, and what that has posted."""

    def __init__(self, prometheus: str, posts: Receiver) -> None:
        self._prometheus = prometheus
        self._posts = posts

    def query(self, promql: str) -> dict[str, str]:
        """The value of each series that the expression has now, by its instance, and its alert if it is one's."""
        raw = page(f"{self._prometheus}/api/v1/query?{urlencode({'query': promql})}")
        assert raw is not None
        series = json.loads(raw)["data"]["result"]
        return {
            " ".join(filter(None, map(one["metric"].get, ("instance", "alertname")))): one["value"][1] for one in series
        }

    def firing(self, instance: str) -> set[str]:
        """The alerts of an instance that fire in Prometheus at this moment."""
        found = self.query(f'ALERTS{{alertstate="firing",instance="{instance}"}}')
        return {key.partition(" ")[2] for key in found}

    def told(self, instance: str) -> dict[str, str]:
        """What the receiver was told last of each alert of an instance: "firing" or "resolved"."""
        alerts = [alert for post in list(self._posts.got) for alert in post.document["alerts"]]
        own = [alert for alert in alerts if alert["labels"]["instance"] == instance]
        return {alert["labels"]["alertname"]: alert["status"] for alert in own}

    def until_told(self, instance: str, wanted: Mapping[str, str]) -> None:
        until(lambda: self.told(instance) == wanted, f"{wanted}; what came is {self.told(instance)}, which")


@contextmanager
def fleet(binaries: PrometheusBinaries, instances: list[str], folder: Path, rules: str = RULES) -> Iterator[Fleet]:
    """From when every instance has been scraped."""
    version = subprocess.run([binaries.alertmanager, "--version"], capture_output=True, text=True)
    if version.returncode:
        pytest.skip(f"Alertmanager cannot start here: {version.stderr.strip()}")
    with ExitStack() as stack:
        posts = stack.enter_context(receiver())
        at, alertmanager_at = (f"127.0.0.1:{free_port()}" for _ in range(2))
        start = functools.partial(_start, stack, folder)
        start(binaries.alertmanager, alertmanager_at, _alertmanager_file(folder, posts.url), "storage.path", _ALONE)
        start(binaries.prometheus, at, _prometheus_file(folder, instances, alertmanager_at, rules), "storage.tsdb.path")
        whole = Fleet(f"http://{at}", posts)
        until(lambda: len(whole.query("mnemo_level")) == len(instances), "the first scrape of every exporter")
        yield whole


def _start(stack: ExitStack, folder: Path, program: Path, at: str, file: Path, storage: str, *more: str) -> None:
    """Prometheus or Alertmanager, from when it is ready."""
    words = (program, f"--config.file={file}", f"--{storage}={folder / program.name}", f"--web.listen-address={at}")
    stack.enter_context(serving((*words, *more), f"http://{at}/-/ready", folder / f"{program.name}.log"))


def _key(labels: Mapping[str, str]) -> str:
    return " ".join(labels[name] for name in ("instance", "alertname") if name in labels)


def generated(*words: str | Path) -> str:
    """What `mnemo export …` prints."""
    done = subprocess.run([*MNEMO, "export", *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def local_states(choice: TargetChoice, rules: str = RULES) -> dict[str, AlertState]:
    """How each alert stands here after its `for`, without Prometheus."""
    settings = load()
    alerting = Alerting(read_rules(rules, "alerts.yml", known=VARIABLES_BY_NAME), numbers(settings))
    sampler = choose_sampler(choice, portable=False, asked=NOBODY)
    try:
        moments = watch(
            sampler,
            edges=settings.levels(),
            rhythm=Rhythm(interval_seconds=_LOOK_SECONDS),
            clock=WaitingClock(),
            trackers=PublishedTrackers(),
            alerting=alerting,
        )
        reported = (moment for moment in moments if moment.reported)
        *_, last = islice(reported, 2 + int(_FOR_SECONDS / _LOOK_SECONDS) + 1)
    finally:
        sampler.close()
    return {alert.name: alert.state for alert in last.verdict.alerts}


def skip_where_memory_is_short() -> None:
    """A limit of this machine above the thresholds would bind in the place of ours, and fire for every instance."""
    sampler = choose_sampler(TargetChoice(kind="process", pid=os.getpid()), portable=False, asked=NOBODY)
    sample = sampler.sample(time_seconds=0.0, clock_seconds=0.0)
    sampler.close()
    for memory in sample.limits:
        if (memory.used_ratio or 0.0) > _MOST_RATIO:
            pytest.skip(f"{memory.source.sentence} is {memory.used_ratio:.0%} full by itself, nearly at the thresholds")


def _alertmanager_file(folder: Path, url: str) -> Path:
    """As generated, but to our receiver and without its pauses."""
    document: Any = yaml.safe_load(generated("alertmanager"))
    for route in (document["route"], *document["route"]["routes"]):
        route |= {"group_wait": "0s", "group_interval": "200ms"}
    for one in document["receivers"]:
        one["webhook_configs"][0]["url"] = url
    return _written(folder / "alertmanager.yml", yaml.safe_dump(document))


def _prometheus_file(folder: Path, instances: list[str], alertmanager: str, rules: str) -> Path:
    """A whole second for a scrape: one that comes late on a busy machine takes alerts back."""
    ours = _written(folder / "alerts.yml", rules)
    theirs = _written(folder / "prometheus-rules.yml", generated("rules", "--rules", ours))
    document = {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "200ms"},
        "scrape_configs": [{"job_name": "mnemo", "static_configs": [{"targets": instances}]}],
        "rule_files": [str(theirs)],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]},
    }
    return _written(folder / "prometheus.yml", yaml.safe_dump(document))


def _written(file: Path, text: str) -> Path:
    file.write_text(text)
    return file
