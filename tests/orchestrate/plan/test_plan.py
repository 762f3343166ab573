"""Plans: every mistake names the place, the field and what is allowed."""

import json
import os
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.errors import PlanError
from mnemo_cli.orchestrate.job import Job
from mnemo_cli.orchestrate.plan.document import parse_document, read_document
from mnemo_cli.orchestrate.plan.fields import FIELDS, program_name
from mnemo_cli.orchestrate.plan.graph import layers
from mnemo_cli.orchestrate.plan.lines import LineReader
from mnemo_cli.orchestrate.plan.stream import Stream

PLAN = b"""
[plan]
name = "nightly"
budget = "8Gi"
slots = 4

[defaults]
timeout = "1h"
retries = 2

[[job]]
id = "fetch"
cmd = ["fetch", "--all"]
env = { THREADS = "4" }
kill_grace = 0

[[job]]
id = "resize"
name = "resizing"
cmd = "resize *.png | tee log"
after = "fetch"
mem = "512Mi"
mem_limit = "1Gi"
cpus = 2
critical = true
priority = -3
retry_on = ["signal"]
timeout = 90
"""


def refusal(content):
    with pytest.raises(PlanError) as raised:
        parse_document(content, "p.toml")
    return str(raised.value)


def test_a_plan_is_read_with_its_defaults():
    plan = parse_document(PLAN, "p.toml")
    assert (plan.name, plan.budget_bytes, plan.slots) == ("nightly", 8 << 30, 4)
    fetch, resize = plan.jobs
    assert fetch == Job(
        id="fetch", name="fetch", command=("fetch", "--all"), env={"THREADS": "4"}, kill_grace_seconds=0.0,
        timeout_seconds=3600.0, retries=2,
    )  # fmt: skip
    assert resize.command == ("/bin/sh", "-c", "resize *.png | tee log")
    assert (resize.name, resize.after, resize.claim_bytes, resize.limit_bytes) == (
        "resizing",
        ("fetch",),
        512 << 20,
        1 << 30,
    )
    assert (resize.cpus, resize.critical, resize.priority, resize.retry_on) == (2.0, True, -3, ("signal",))
    assert resize.timeout_seconds == 90.0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[[job]]\ncmd = 'x'\nmemm = '1Gi'", "job 1: there is no field 'memm'; did you mean 'mem'?"),
        (b"[[job]]\nid = 'a'\ncmd = 'x'\nmem = 'lots'", "job 'a': mem = 'lots': 'lots' is not a size"),
        (b"[[job]]\ncmd = 'x'\nmem = 0", "must be a size above 0"),
        (b"[[job]]\nid = 'a'", "job 'a': it has no cmd"),
        (b"[[job]]\ncmd = []", "must be a list of words"),
        (b"[[job]]\ncmd = 'x'\ntimeout = -1", "must be a time above 0"),
        (b"[[job]]\ncmd = 'x'\ncritical = 1", "must be true or false"),
        (b"[[job]]\ncmd = 'x'\nretries = 1.5", "must be a whole number from 0 to 1000"),
        (b"[[job]]\ncmd = 'x'\nretry_on = ['oom-limit']", "'oom-limit' is retried by itself"),
        (b"[[job]]\ncmd = 'x'\nretry_on = ['sunday']", "'sunday' is no reason"),
        (b"[[job]]\ncmd = 'x'\nenv = { A = 1 }", "'A' must be a name with a text"),
        (b"[[job]]\nid = 'a'\ncmd = 'x'\n[[job]]\nid = 'a'\ncmd = 'y'", "two jobs have the id 'a'"),
        (b"[defaults]\nid = 'a'\n[[job]]\ncmd = 'x'", "[defaults]: there is no field 'id'"),
        (b"[jobs]\n", "there is no table 'jobs'; did you mean 'job'?"),
        (b"[job]\ncmd = 'x'", "with two brackets"),
        (b"[plan]\nname = 'p'", "there is nothing to run"),
        (b"[plan]\nslot = 3\n[[job]]\ncmd = 'x'", "[plan] has no 'slot'; did you mean 'slots'?"),
        (b"[plan]\nslots = 0\n[[job]]\ncmd = 'x'", "slots must be a whole number"),
        (b"[plan]\nbudget = true\n[[job]]\ncmd = 'x'", "budget must be a size"),
        (b"[[job", "p.toml is no TOML"),
        (b"\xff", "p.toml is no TOML"),
    ],
)
def test_a_mistake_is_named_with_its_place(content, words):
    message = refusal(content)
    assert words in message
    assert message.startswith("p.toml")


def test_a_plan_that_is_not_there_says_so(tmp_path):
    with pytest.raises(PlanError, match=re.escape(f"cannot read the plan {tmp_path / 'no'}: No such file")):
        read_document(tmp_path / "no")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), _JSON, max_size=5))
def test_any_line_of_json_is_a_job_or_a_clear_refusal(table):
    try:
        job = LineReader("stdin").job(json.dumps(table).encode(), 7)
    except PlanError as err:
        assert str(err).startswith("stdin, line 7")
    else:
        assert job.command and job.id and job.name


def test_a_command_with_variables_in_front_is_called_by_its_program():
    assert LineReader("l").job(b"THREADS=4 /usr/bin/resize a.png | tee b", 3) == Job(
        id="3", name="resize", command=("/bin/sh", "-c", "THREADS=4 /usr/bin/resize a.png | tee b")
    )


@pytest.mark.parametrize("line", [b"", b"   \n", b"# a comment"])
def test_blank_lines_and_comments_are_no_jobs(line):
    assert LineReader("l").job(line, 1) is None


@given(st.binary(min_size=1, max_size=30).filter(lambda raw: not {0, 10, 13} & set(raw) and raw.strip()))
def test_what_fills_a_template_stays_one_word(line):
    job = LineReader("l", template="resize --to '{}.png' {}").job(line, 1)
    if job is not None:
        text = line.decode("utf-8", "surrogateescape")
        assert job.command == ("resize", "--to", f"{text}.png", text)


def test_a_template_without_a_blank_gets_the_line_as_its_last_word():
    assert LineReader("l", template="gzip -9").job(b"a b", 1).command == ("gzip", "-9", "a b")


@pytest.mark.parametrize(("template", "words"), [("'", "No closing quotation"), ("  ", "is empty")])
def test_a_template_that_cannot_be_split_is_refused(template, words):
    with pytest.raises(PlanError, match=words):
        LineReader("l", template=template)


@pytest.fixture
def pipe():
    reader, writer = os.pipe()
    yield reader, os.fdopen(writer, "wb", buffering=0)
    os.close(reader)


def test_a_stream_is_read_as_it_comes_and_numbers_its_lines(pipe):
    reader, writer = pipe
    stream = Stream(reader, LineReader("stdin"))
    assert (stream.take(5), stream.is_exhausted) == ([], False)
    writer.write(b"true\n\nfal")
    assert [(job.id, job.command[2]) for job in stream.take(5)] == [("1", "true")]
    writer.write(b"se")
    writer.close()
    assert [(job.id, job.command[2]) for job in stream.take(5)] == [("3", "false")]
    assert stream.is_exhausted


def test_a_stream_is_read_no_faster_than_it_is_taken(pipe):
    reader, writer = pipe
    os.set_blocking(writer.fileno(), False)
    stream = Stream(reader, LineReader("stdin"))
    while writer.write(b"true\n" * 1000):
        pass  # until the pipe is full
    assert len(stream.take(3)) == 3
    assert writer.write(b"true\n" * 100_000) <= 1 << 16
    assert writer.write(b"true\n") is None
    writer.close()


def test_a_line_without_an_end_is_refused(pipe, tmp_path):
    path = tmp_path / "lines"
    path.write_bytes(b"x" * (2 << 20))
    with path.open("rb") as lines, pytest.raises(PlanError, match="line 1 is longer than 1 MiB"):
        Stream(lines.fileno(), LineReader("stdin")).take(1)
    pipe[1].close()


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (("/usr/bin/resize", "a.png"), "resize"),
        (("/bin/sh", "-c", "THREADS=4 exec /opt/resize a.png"), "resize"),
        (("bash", "-c", "(cat; false)"), "cat"),
        (("sh", "-c", "A=1"), "sh"),
        (("sh", "script"), "sh"),
        (("sh", "-c"), "sh"),
    ],
)
def test_what_is_learned_is_learned_under_the_name_of_the_program_and_not_of_its_shell(command, name):
    assert program_name(command) == name


def job(name, *after):
    return Job(id=name, name=name, command=("true",), after=after)


def test_jobs_are_laid_out_by_their_earliest_turn():
    plan = [job("d", "b", "c"), job("b", "a"), job("c", "a", "a"), job("a")]
    assert [[one.id for one in layer] for layer in layers(plan)] == [["a"], ["b", "c"], ["d"]]


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ([job("a", "b")], "'a' comes after 'b', which is no job of the plan"),
        ([job("a", "a")], "wait for each other: a after a"),
        ([job("x"), job("a", "x", "c"), job("b", "a"), job("c", "b")], "a after c after b after a"),
    ],
)
def test_a_plan_that_can_never_end_is_refused(plan, words):
    with pytest.raises(PlanError, match=words):
        layers(plan)


@given(st.lists(st.sets(st.integers(0, 9), max_size=3), max_size=10))
def test_every_job_comes_after_all_it_needs(needs):
    plan = [job(str(at), *(str(one) for one in needed if one < at)) for at, needed in enumerate(needs)]
    turn = {one.id: at for at, layer in enumerate(layers(plan)) for one in layer}
    assert len(turn) == len(plan)
    assert all(turn[needed] < turn[one.id] for one in plan for needed in one.after)
