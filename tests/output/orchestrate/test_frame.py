"""The live screen of a run as text: every line as wide as the terminal, and everything on it as it is meant."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from mnemo_cli.limits.engine import State, step
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import Level, LimitSource, Memory, Moment, Sample, Scope
from mnemo_cli.orchestrate.admission import Refusal
from mnemo_cli.orchestrate.roll import WorkerNow
from mnemo_cli.orchestrate.run.picture import JobRowNow, Picture
from mnemo_cli.output.dashboard.look import Look
from mnemo_cli.output.dashboard.spans import plain, width_of
from mnemo_cli.output.orchestrate.frame import RunView, run_frame

MIB, GIB = 1 << 20, 1 << 30
EDGES = Edges(moderate_ratio=0.4, high_ratio=0.6, critical_ratio=0.8, release_margin_ratio=0.05)
ROWS = (
    JobRowNow("resize-1", "resize", "running", 1, 400 * MIB, 800 * MIB, 300 * MIB, 310 * MIB, 12.0, 30.0),
    JobRowNow("resize-2", "resize", "frozen", 2, 400 * MIB, 800 * MIB, None, None, 5.0, None),
    JobRowNow("big", "big", "waiting", 1, 2 * GIB, why=Refusal("this machine", 2 * GIB, 1400 * MIB)),
    JobRowNow("last", "last", "waiting", 1, 10 * MIB, why="after big and 2 more"),
)


def moment(used_bytes=3 * GIB):
    memory = Memory(source=LimitSource(kind="host"), used_bytes=used_bytes, limit_bytes=10 * GIB)
    scope = Scope(kind="host", name="host")
    sample = Sample(time_seconds=1e9, clock_seconds=0.0, scope=scope, limits=(memory,))
    return Moment(sample=sample, verdict=step(State(), sample, EDGES, whole=True)[1])


def view(**fields):
    picture = Picture(
        budget_bytes=6 * GIB,
        used_bytes=300 * MIB,
        claimed_bytes=800 * MIB,
        slots=4,
        running=2,
        waiting=2,
        done=5,
        failed=1,
        retried=1,
        total=10,
        left_seconds=95.0,
        rows=ROWS,
    )
    known = {"plan": "nightly", "moment": moment(), "picture": picture, "edges": EDGES, "step": "normal"}
    return RunView(**{**known, "look": Look(), "seconds": 61.0, **fields})


def screen(shown, width=80, height=24):
    return [plain(line) for line in run_frame(shown, width, height)]


@pytest.mark.parametrize("width", [80, 160])
def test_every_job_has_its_state_use_claim_limit_peak_and_reason(width):
    rows = {line.split()[0]: line for line in screen(view(), width) if line.strip()}
    assert rows["resize-1"].split()[-9:][-7:] == ["300M", "400M", "800M", "310M", "12s", "about", "30s"]
    assert "frozen" in rows["resize-2"] and "#2" in rows["resize-2"] and " ? " in rows["resize-2"]
    assert rows["big"].rstrip().endswith("needs 2.00G, free 1.37G")
    assert rows["last"].rstrip().endswith("after big and 2 more")


def test_the_head_tells_level_step_counts_and_budget():
    lines = screen(view())
    assert lines[0].startswith(" mnemo orchestrate  nightly")
    assert lines[1].startswith(" ok NORMAL  30.0% of 10.0G this machine   step normal")
    assert lines[2].rstrip() == " JOBS 2 of 4 running  2 waiting  5 done  1 failed  1 retried  6/10 60%"
    assert lines[3].rstrip().endswith("used 300M  claimed 800M  budget 6.00G")
    assert "about 1m35s left" in screen(view(), 160)[2]


def test_use_that_is_not_known_is_no_zero():
    shown = view()
    unknown = shown._replace(picture=shown.picture._replace(used_bytes=None, total=None, left_seconds=None))
    lines = screen(unknown, 120)
    assert "used ?" in lines[3]
    assert "more to come" in lines[2] and "left" not in lines[2]


def test_rows_that_have_no_room_are_counted():
    shown = view()
    many = tuple(JobRowNow(f"job-{at}", "job", "waiting", 1, MIB, why="all slots are taken") for at in range(200))
    lines = screen(shown._replace(picture=shown.picture._replace(rows=many, running=0, waiting=5000)))
    names = [line.split()[0] for line in lines if line.startswith(" job-")]
    (counted,) = [line for line in lines if line.startswith(" and ")]
    assert counted.split()[1] == str(5000 - len(names))


def test_the_help_names_every_key_and_a_drain_is_told():
    lines = "\n".join(screen(view(helping=True, is_draining=True)))
    assert " q      start no more jobs" in lines and "DRAINING" in lines
    assert all(len(line) == 80 for line in lines.split("\n"))


def test_a_hostile_id_cannot_move_the_cursor():
    shown = view()
    row = JobRowNow("\x1b[2J\nx", "n", "waiting", 1, MIB, why="after \x1b[31mred")
    text = "".join(screen(shown._replace(picture=shown.picture._replace(rows=(row,)))))
    assert "\x1b" not in text and "\n" not in text


@given(
    width=st.integers(0, 200),
    height=st.integers(0, 60),
    helping=st.booleans(),
    ascii_only=st.booleans(),
    name=st.text(min_size=1, max_size=60),
)
def test_a_frame_has_exactly_the_size_of_the_terminal(width, height, helping, ascii_only, name):
    shown = view(helping=helping, look=Look(ascii_only=ascii_only), events=(name, "b"), plan=name)
    row = JobRowNow(name, name, "running", 1, MIB)
    lines = run_frame(shown._replace(picture=shown.picture._replace(rows=(row, *ROWS))), width, height)
    assert len(lines) == (height if width else 0)
    assert all(sum(width_of(text) for text, _ in line) == width for line in lines)


def test_workers_stand_above_the_jobs_as_far_as_there_is_room():
    worker = WorkerNow("near", Level.HIGH, 4 * GIB, "cgroup /app", 3 * GIB, GIB, 2, 4, 1e9 - 1, done=7)
    many = tuple(worker._replace(name=f"w{at}") for at in range(50))
    lines = screen(view(picture=view().picture._replace(workers=many)), 120, 40)
    assert len(lines) == 40 and all(width_of(line) == 120 for line in lines)
    title = next(at for at, line in enumerate(lines) if line.startswith(" WORKER"))
    assert lines[title + 1].split()[:3] == ["w0", "high", "3.00G"]
    more = next(at for at, line in enumerate(lines) if "more workers" in line)
    jobs = next(at for at, line in enumerate(lines) if line.startswith(" JOB "))
    assert title < more < jobs and any(line.split()[:1] == ["resize-1"] for line in lines[jobs:])
    one = screen(view(picture=view().picture._replace(workers=(worker,))), 80, 24)
    assert sum("near" in line for line in one) == 1 and "more workers" not in "".join(one)
