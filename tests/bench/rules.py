"""Alert rules: what a look at the four built-in ones costs, what a whole judgement does, refusing hostile text."""

import subprocess
import sys
import time
from pathlib import Path

from mnemo_cli.errors import ConfigError
from mnemo_cli.limits.engine import State, step
from mnemo_cli.limits.levels import Edges
from mnemo_cli.limits.rules.alerting import Alerting
from mnemo_cli.limits.rules.condition import parse
from mnemo_cli.limits.rules.names import VARIABLES_BY_NAME, numbers_of
from mnemo_cli.limits.rules.rule import BUILT_IN
from mnemo_cli.model import Moment, Sample
from tests.bench.measure import Table, child_cpu_seconds, cpu_seconds_per_call, microseconds, milliseconds, paired
from tests.limits.rules.moments import component, sample_of, tracker
from tests.limits.rules.test_condition import HOSTILE

PROJECT = Path(__file__).parents[2]
SETTINGS = {"db_pool_size": 20.0}
NAMES = sorted(frozenset().union(*(rule.condition.names for rule in BUILT_IN.rules)))
CALLS, ROUNDS = 5_000, 11
MOST_MICROSECONDS, MOST_REFUSAL_MILLISECONDS, MOST_IMPORT = 10.0, 10.0, 1.6


def run() -> None:
    table = Table("rules: the four built-in ones; the peer is one step of the limits engine on the same sample")
    for trackers in (0, 1, 32):
        _looks(table, trackers)
    _refusals(table)
    _imports(table)


def _looks(table: Table, count: int) -> None:
    parts = [component("work_queue", 8412, 10_000), component("db_connections", 12, 20)]
    sample = sample_of(85, trackers=tuple(tracker(*parts, pid=pid) for pid in range(1, count + 1)))
    moment = Moment(sample, step(State(), sample, Edges())[1])
    known = numbers_of(NAMES, sample, moment.verdict, SETTINGS)
    engine = cpu_seconds_per_call(lambda: step(State(), sample, Edges()), CALLS)
    rows = {
        "four conditions, the numbers being there": lambda: [rule.condition.holds(known) for rule in BUILT_IN.rules],
        "four conditions, with their numbers": lambda: _looked_at(sample, moment),
    }
    for name, look in rows.items():
        mnemo, peer, _ = paired(cpu_seconds_per_call(look, CALLS), engine, runs=ROUNDS)
        # Over many trackers the sums are most of it.
        wanted = MOST_MICROSECONDS if count <= 1 else None
        table.add(f"{name}, {count} trackers", microseconds(mnemo), microseconds(peer), mnemo * 1e6, wanted, " µs")
    alerting = Alerting(BUILT_IN, SETTINGS)
    judge = cpu_seconds_per_call(lambda: alerting.judge(sample, moment.verdict), CALLS)
    mnemo, peer, _ = paired(judge, engine, runs=ROUNDS)
    table.add(f"Alerting.judge, {count} trackers", microseconds(mnemo), microseconds(peer), mnemo * 1e6, None, " µs")


def _looked_at(sample: Sample, moment: Moment) -> list[bool | None]:
    values = numbers_of(NAMES, sample, moment.verdict, SETTINGS)
    return [rule.condition.holds(values) for rule in BUILT_IN.rules]


def _refusals(table: Table) -> None:
    slowest, cost = max(((name, _refused(text)) for name, text in HOSTILE.items()), key=lambda row: row[1])
    name = f"the slowest of {len(HOSTILE)} hostile conditions ({slowest})"
    table.add(name[:52], milliseconds(cost), "", cost * 1e3, MOST_REFUSAL_MILLISECONDS, " ms")


def _refused(text: str) -> float:
    best = float("inf")
    for _ in range(3):
        begin = time.process_time()
        try:
            parse(text, VARIABLES_BY_NAME)
            raise AssertionError(f"{text[:40]!r} was taken")
        except ConfigError:
            best = min(best, time.process_time() - begin)
    return best


def _imports(table: Table) -> None:
    """What a command pays that looks at the built-in rules, beside one that samples and judges only."""
    programs = [
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(PROJECT)!r}); import mnemo_cli.watch.loop{more}"]
        for more in ("; from mnemo_cli.limits.rules.alerting import Alerting", "")
    ]
    for program in programs:
        subprocess.run(program, check=True)
    cost, bare, ratio = paired(*[lambda argv=argv: child_cpu_seconds(argv) for argv in programs], runs=31)
    table.add("import with the rules, × the loop alone", milliseconds(cost), milliseconds(bare), ratio, MOST_IMPORT)
