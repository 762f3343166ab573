"""Workers in every view: level, limit and whose it is, used, claimed, jobs, last heard of."""

import json

from mnemo_cli.model import Level
from mnemo_cli.orchestrate.journal import Standing
from mnemo_cli.orchestrate.roll import WorkerNow, roll_in, roll_text
from mnemo_cli.output.orchestrate.document import Whole, run_line, run_pieces
from mnemo_cli.output.orchestrate.report import report_text
from mnemo_cli.output.orchestrate.standing import status_text
from mnemo_cli.output.orchestrate.workers import worker_lines
from tests.schemas import validator_of

GIB = 1 << 30
NOW = 1_800_000_000.0
NEAR = WorkerNow("near", Level.HIGH, 4 * GIB, "cgroup /app", 3 * GIB, GIB, 2, 4, NOW - 1, done=7)
GONE = WorkerNow("gone", Level.NORMAL, GIB, "host", GIB // 2, 0, 0, 2, NOW - 90, lost=2, is_lost=True)
UNKNOWN = WorkerNow("odd\x1b[2J", None, None, "", None, 0, 0, 1, NOW)
WHOLE = Whole("nightly", "j", None, None, None, Standing(1, 2, 7, 0, 0, 0, 0), True, (NEAR, GONE, UNKNOWN))


def test_a_row_says_level_limit_use_claims_jobs_and_silence():
    title, first, *others = worker_lines((GONE, NEAR, UNKNOWN), time_seconds=NOW)
    assert title.split()[:4] == ["WORKER", "LEVEL", "USED", "LIMIT"]
    assert first.split() == ["near", "high", "3.00G", "4.00G", "1.00G", "2/4", "7", "0", "1s", "ago", "cgroup", "/app"]
    assert "gone" in others[-1] and "lost" in others[-1] and "1m30s ago" in others[-1]
    assert any("unknown" in line and " ? " in line for line in others)
    assert "\x1b" not in "".join(others)


def test_a_run_on_this_machine_has_no_workers():
    assert worker_lines((), time_seconds=NOW) == []
    alone = WHOLE._replace(workers=())
    assert "WORKER" not in status_text(alone, (), time_seconds=NOW) + report_text(alone, (), ())
    assert "workers" not in json.loads(run_line(alone))


def test_status_and_report_show_them():
    assert "near" in status_text(WHOLE, (), time_seconds=NOW) and "near" in report_text(WHOLE, (), ())


def test_many_workers_are_counted_and_not_listed():
    many = tuple(NEAR._replace(name=f"w{at}") for at in range(1000))
    lines = worker_lines(many, time_seconds=NOW)
    assert len(lines) == 42 and lines[-1] == "and 960 more workers"


def test_documents_with_workers_keep_to_their_schemas():
    document = json.loads("".join(run_pieces(WHOLE, (), ())))
    validator_of("run").validate(document)
    validator_of("run-line").validate(json.loads(run_line(WHOLE)))
    assert [one["level"] for one in document["workers"]] == ["high", None, None]


def test_a_journal_keeps_them_and_a_strange_text_is_none():
    assert roll_in(roll_text(WHOLE.workers)) == WHOLE.workers
    assert roll_in("") == roll_in("[[1]]") == roll_in("{") == roll_in("7") == ()
