"""The whole chain for real: programs → exporters → Prometheus → generated rules → Alertmanager → a webhook."""

import contextlib
import math
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mnemo_cli.output.prometheus.dashboard import expression
from mnemo_cli.output.prometheus.panels import ROWS
from mnemo_cli.sampling.target import TargetChoice
from tests.live.fleet import (
    ALL_FOUR,
    Fleet,
    counting,
    exporter,
    fleet,
    generated,
    local_states,
    skip_where_memory_is_short,
)
from tests.live.servers import free_port, page, serving, until
from tests.shared_memory import shared_memory_is_left_as_it_was  # noqa: F401 (a fixture)

if TYPE_CHECKING:
    from conftest import MemoryGroup

pytestmark = pytest.mark.usefixtures("shared_memory_is_left_as_it_was")

LIMIT_MIB = 100
NEEDS_HISTORY = {"Until the limit", "Until the limit, with its 90 % band", "Growth"}


def test_all_four_alerts_fire_three_resolve_and_the_fourth_stays(prometheus_binaries, tmp_path):
    """Beside a second program, whose numbers are exactly at the thresholds: nobody hears of that one."""
    skip_where_memory_is_short()
    with counting(pool_size=10) as web, counting() as exact:
        exact.become(work=9000, connections=40)  # the setting's 20 connections, twice
        budget = ("--limit", f"{LIMIT_MIB}MiB")
        with (
            exporter(tmp_path, "--pid", str(web.pid), *budget) as busy,
            exporter(tmp_path, "--pid", str(exact.pid), *budget) as calm,
            fleet(prometheus_binaries, [busy, calm], tmp_path) as everywhere,
        ):
            web.become(work=9001, connections=21, fill_mib=85)
            everywhere.until_told(busy, dict.fromkeys(ALL_FOUR, "firing"))
            until(lambda: everywhere.firing(busy) == ALL_FOUR, "all four in Prometheus")
            assert local_states(_tree(web.pid)) == dict.fromkeys(ALL_FOUR, "firing")
            assert _unanswered_by(everywhere) <= NEEDS_HISTORY

            web.become(work=0, fill_mib=0)
            fallen = dict.fromkeys(ALL_FOUR, "resolved") | {"ConnectionLeaks": "firing"}
            everywhere.until_told(busy, fallen)
            until(lambda: everywhere.firing(busy) == {"ConnectionLeaks"}, "the fourth alone in Prometheus")

            assert everywhere.query(f'mnemo_db_connections{{instance="{calm}"}}') == {calm: "40"}
            assert everywhere.query(f'mnemo_db_pool_size{{instance="{calm}"}} * 2') == {calm: "40"}
            assert everywhere.query(f'mnemo_work_queue_size{{instance="{calm}"}}') == {calm: "9000"}
            assert local_states(_tree(exact.pid)) == dict.fromkeys(ALL_FOUR, "inactive")
            assert everywhere.query(f'count_over_time(ALERTS{{instance="{calm}"}}[10m])') == {}
            assert everywhere.told(calm) == {}


def _unanswered_by(everywhere: Fleet) -> set[str]:
    """The panels of the dashboard that would be empty. What Prometheus refuses to answer at all is an error."""
    answers = {
        panel.title: [everywhere.query(_as_grafana_asks(question.promql)) for question in panel.questions]
        for row in ROWS
        for panel in row.panels
    }
    return {title for title, found in answers.items() if not any(found)}


def _as_grafana_asks(promql: str) -> str:
    text = expression(promql).replace("$job", ".*").replace("$instance", ".*")
    return text.replace("$__rate_interval", "1m")


@pytest.mark.memory_group
def test_a_threshold_that_is_met_to_the_last_bit_fires_nowhere(prometheus_binaries, memory_group, tmp_path):
    """The next smaller floating-point number does: the product is the same here and there."""
    skip_where_memory_is_short()
    memory_group.limit(48 << 20)
    with exporter(tmp_path, "--cgroup", memory_group.path) as place:
        percent = _held_percent(memory_group, place)
        rules = _THRESHOLDS.format(equal=percent, less=math.nextafter(percent, 0.0))
        with fleet(prometheus_binaries, [place], tmp_path, rules) as everywhere:

            def has_moved() -> bool:
                seen = [everywhere.query(f"{end}_over_time(mnemo_memory_used_ratio[10m])") for end in ("min", "max")]
                return {float(told) * 100 for one in seen for told in one.values()} != {percent}

            until(lambda: everywhere.told(place) == {"Above": "firing"} or has_moved(), "the alert above")
            states = local_states(TargetChoice(kind="cgroup", path=memory_group.path), rules)
            of_equal = everywhere.query('count_over_time(ALERTS{alertname="Equal"}[10m])')
            if has_moved():
                pytest.skip("the kernel's count of a group that does nothing has changed meanwhile")
            assert everywhere.told(place) == {"Above": "firing"}
            assert states == {"Above": "firing", "Equal": "inactive"}
            assert of_equal == {}


_THRESHOLDS = """\
alerts:
  - {{name: Equal, condition: memory_usage_pct > {equal!r}, severity: error, for: 1s}}
  - {{name: Above, condition: memory_usage_pct > {less!r}, severity: warning, for: 1s}}
"""
_LOOKS = 30
_HOLDS = """
import sys
held = b"x" * (32 << 20)
print("ready", flush=True)
sys.stdin.read()
"""


def _held_percent(group: "MemoryGroup", place: str) -> float:
    """How much of its limit the group uses, once that will not change any more."""
    program = group.run(_HOLDS)
    assert program.stdout is not None
    program.stdout.readline()
    # Before it waits for its input it may take pages.
    until(lambda: Path(f"/proc/{program.pid}/stat").read_text().rpartition(") ")[2][0] == "S", "a program at rest")
    # Each processor has taken pages for the group in advance; v1 can be asked to give them back.
    with contextlib.suppress(OSError):
        (group.directory / "memory.force_empty").write_text("0")
    seen: list[float] = []

    def is_settled() -> bool:
        seen.append(float(_scraped(place)["mnemo_memory_used_ratio"]))
        return len(seen) >= _LOOKS and len(set(seen[-_LOOKS:])) == 1

    until(is_settled, "a use that does not change")
    return seen[-1] * 100


def _scraped(place: str) -> dict[str, str]:
    """The samples of a scrape, by their names with their labels."""
    raw = page(f"http://{place}/metrics")
    assert raw is not None
    return dict(line.rsplit(" ", 1) for line in raw.decode().splitlines() if not line.startswith("#"))


def test_promtool_finds_nothing_wrong_with_a_real_scrape(prometheus_binaries, tmp_path):
    with counting(pool_size=10) as web:
        web.become(work=3, connections=2)
        with exporter(tmp_path, "--pid", str(web.pid), "--limit", "1GiB") as place:
            raw = page(f"http://{place}/metrics")
    assert raw is not None and b'mnemo_component_used{component="work_queue"' in raw
    done = subprocess.run([prometheus_binaries.promtool, "check", "metrics"], input=raw, capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_node_exporter_reads_the_textfile(prometheus_binaries, tmp_path):
    texts, place = tmp_path / "texts", f"127.0.0.1:{free_port()}"
    texts.mkdir()
    with counting() as web:
        web.become(work=7)
        generated("textfile", str(texts), "--pid", str(web.pid))
        words = (
            prometheus_binaries.node_exporter, "--collector.disable-defaults", "--collector.textfile",
            f"--collector.textfile.directory={texts}", f"--web.listen-address={place}",
        )  # fmt: skip
        with serving(words, f"http://{place}/metrics", tmp_path / "node_exporter.log"):
            samples = _scraped(place)
    assert samples["node_textfile_scrape_error"] == "0"
    assert samples["mnemo_work_queue_size"] == "7"
    assert float(samples["mnemo_host_limit_bytes"]) > 0


def _tree(pid: int) -> TargetChoice:
    return TargetChoice(kind="process", pid=pid, budget_bytes=LIMIT_MIB << 20)
