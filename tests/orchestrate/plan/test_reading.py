"""A plan from wherever it is: what is a document, what are lines, and what cannot be read."""

import os

import pytest

from mnemo_cli.errors import PlanError
from mnemo_cli.orchestrate.plan.reading import all_jobs, no_plan, open_plan, program_plan

DOCUMENT = '[plan]\nname = "nightly"\nslots = 3\n[[job]]\nid = "a"\ncmd = "true"\n'


def opened(path, **options):
    return open_plan(str(path), template=options.get("template"))


@pytest.mark.parametrize(
    ("name", "content", "is_document"),
    [
        ("plan.toml", DOCUMENT, True),
        ("plan", DOCUMENT, True),
        ("plan", "\n# a comment\n [[job]]  # the first\ncmd = 'x'\n", True),
        ("plan", "[ -e file ] && true\n", False),
        ("plan", "true\n[plan]\n", False),
        ("plan", "", False),
    ],
)
def test_a_document_is_known_by_its_name_or_by_its_first_line(tmp_path, name, content, is_document):
    path = tmp_path / name
    path.write_text(content)
    plan = opened(path)
    assert (plan.jobs is not None) == is_document
    assert (plan.descriptor < 0) == is_document
    plan.close()


def test_a_document_brings_its_name_slots_and_jobs(tmp_path):
    path = tmp_path / "plan.toml"
    path.write_text(DOCUMENT)
    plan = opened(path)
    assert (plan.name, plan.slots, [job.id for job in all_jobs(plan)]) == ("nightly", 3, ["a"])


def test_lines_are_read_to_their_end_and_called_by_their_file(tmp_path):
    path = tmp_path / "jobs.txt"
    path.write_text("true\n" * 2500)
    plan = opened(path)
    assert plan.name == "jobs"
    assert len(all_jobs(plan)) == 2500
    plan.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(plan.descriptor)


def test_with_a_template_a_document_is_lines_too(tmp_path):
    path = tmp_path / "plan.toml"
    path.write_text("[plan]\n")
    plan = opened(path, template="echo {}")
    assert [job.command for job in all_jobs(plan)] == [("echo", "[plan]")]
    plan.close()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "cannot read the plan .*: No such file or directory"),
        (lambda path: path.mkdir(), "is a folder; give a plan, or - to read one from stdin"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path, make, words):
    make(tmp_path / "plan")
    with pytest.raises(PlanError, match=words):
        opened(tmp_path / "plan")


def test_a_circle_is_told_before_anything_is_run(tmp_path):
    path = tmp_path / "plan.toml"
    path.write_text('[[job]]\nid = "a"\ncmd = "x"\nafter = ["a"]\n')
    with pytest.raises(PlanError, match="wait for each other"):
        opened(path)


def test_a_program_is_one_job_and_learned_by_what_its_shell_runs():
    (job,) = all_jobs(program_plan(["/bin/sh", "-c", "resize a.png"]))
    assert (job.id, job.name, job.command) == ("sh", "resize", ("/bin/sh", "-c", "resize a.png"))
    assert list(all_jobs(no_plan())) == []
