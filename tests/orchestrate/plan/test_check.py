"""A plan judged before it is run."""

import pytest

from mnemo_cli.errors import PlanError
from mnemo_cli.orchestrate.job import Job
from mnemo_cli.orchestrate.learned import Learned
from mnemo_cli.orchestrate.plan.check import check_plan, search_path_of

BUDGET = 1000


def job(name, *after, command=("tool",), **fields):
    return Job(id=name, name=name, command=command, after=after, **fields)


@pytest.fixture
def check(tmp_path):
    """Checks jobs on a machine whose only program is `tool`."""
    tool = tmp_path / "bin/tool"
    tool.parent.mkdir()
    tool.write_text("")
    tool.chmod(0o755)

    def checked(*jobs, learned=None):
        return check_plan(
            jobs, name="p", budget_bytes=BUDGET, slots=4, learned=learned or Learned(), search_path=str(tool.parent)
        )

    return checked


def test_jobs_are_laid_out_in_turns_with_what_they_claim(check):
    learned = Learned()
    learned.add("seen", (100,))
    plan = check(job("b", "a", claim_bytes=300), job("a"), job("seen"), learned=learned)
    assert [[one.job.id for one in layer] for layer in plan.layers] == [["a", "seen"], ["b"]]
    claims = {one.job.id: (one.claim_bytes, one.is_guess) for one in plan.jobs}
    assert claims == {"a": (250, True), "seen": (150, False), "b": (300, False)}
    assert not any(one.is_hopeless for one in plan.jobs)


def test_what_asks_for_more_than_the_budget_is_hopeless(check):
    plan = check(job("a", claim_bytes=BUDGET + 1), job("b", limit_bytes=BUDGET + 1), job("c", claim_bytes=BUDGET))
    assert {one.job.id: one.never_fits for one in plan.jobs} == {"a": True, "b": True, "c": False}


def test_a_command_is_looked_for_as_it_will_be_started(check, tmp_path):
    script = tmp_path / "script"
    script.write_text("")
    there = {
        "by its name": job("by its name"),
        "in a path of its own": job("in a path of its own", env={"PATH": "/nowhere"}),
        "beside its folder": job("beside its folder", command=("./bin/tool",), cwd=str(tmp_path)),
        "beside another": job("beside another", command=("./bin/tool",), cwd="/"),
        "that may not be run": job("that may not be run", command=(str(script),)),
        "a folder": job("a folder", command=(str(tmp_path),)),
    }
    missing = {one.job.id for one in check(*there.values()).jobs if one.is_missing}
    assert missing == {"in a path of its own", "beside another", "that may not be run", "a folder"}


def test_an_id_that_is_there_twice_is_refused(check):
    with pytest.raises(PlanError, match="two jobs have the id 'a'"):
        check(job("a"), job("a"))


def test_without_a_path_the_system_s_own_is_searched():
    assert search_path_of({"PATH": "/x"}) == "/x"
    assert "/bin" in search_path_of({})
