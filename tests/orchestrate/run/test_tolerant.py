"""A source whose first wrong line ends it."""

from mnemo_cli.orchestrate.job import Job
from mnemo_cli.orchestrate.plan.lines import LineReader
from mnemo_cli.orchestrate.plan.stream import Stream
from mnemo_cli.orchestrate.run.source import Plan
from mnemo_cli.orchestrate.run.tolerant import Tolerant


def test_what_came_before_the_wrong_line_is_taken(tmp_path):
    (tmp_path / "plan").write_text('one\ntwo\n{"x": 1}\nthree\n')
    with open(tmp_path / "plan") as file:
        source = Tolerant(Stream(file.fileno(), LineReader("plan")))
        assert [job.id for job in source.take(10)] == ["1", "2"]
        assert source.is_exhausted and source.take(10) == []
        assert str(source.error).startswith("plan, line 3: there is no field 'x'")


def test_a_good_source_is_as_it_was():
    source = Tolerant(Plan([Job("a", "a", ("x",)), Job("b", "b", ("x",)), Job("c", "c", ("x",))]))
    assert [job.id for job in source.take(2)] == ["a", "b"]
    assert not source.is_exhausted
    assert [job.id for job in source.take(2)] == ["c"]
    assert source.is_exhausted and source.error is None
