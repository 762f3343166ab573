"""One table of all figures: each with its bound, what was missed, what had no peer, and its place in the README."""

import pytest

from tests.bench import figures, measure, run
from tests.readme import README


@pytest.fixture
def table(monkeypatch):
    monkeypatch.setattr(measure, "FIGURES", [])
    return measure.Table("sample: CPU, × psutil")


def gathered(failure=None):
    return {"sample": figures.Gathered(measure.FIGURES, 1.0, failure), "empty": figures.Gathered([], 0.1)}


def test_a_figure_says_whether_its_bound_was_kept(table):
    table.add("kept", "1.0 µs", "2.0 µs", 0.5, 0.5)
    table.add("missed", "3 MB", "", 3.1, 3, " MB")
    table.add("free", "7 ns", "", 7, None, " ns")
    assert [(one.verdict, one.wanted, one.ratio) for one in measure.FIGURES] == [
        ("ok", "≤ 0.5×", "0.50×"),
        ("MISSED", "≤ 3 MB", ""),
        ("", "", ""),
    ]


def test_without_a_peer_a_ratio_is_neither_kept_nor_missed(table):
    table.add("of top's", "1 %", measure.NOT_INSTALLED, None, 1.0)
    (one,) = measure.FIGURES
    assert (one.verdict, one.ratio, one.peer) == ("", "", "not installed")
    assert "1 figures; of 0 wanted bounds 0 were missed." in figures.text_table(gathered())


def test_a_row_without_a_number_and_without_words_is_empty(table):
    table.add("nothing", "", "", None, None)
    (one,) = measure.FIGURES
    assert (one.measured, one.ratio, one.verdict) == ("", "", "")


def test_all_figures_stand_in_one_table_with_those_that_were_missed_counted(table):
    table.add("host | PSI", "5 µs", "9 µs", 0.55, 0.6)
    table.add("   and every counter", "", "", 1.25, 1.0)
    text = figures.text_table(gathered(failure="OSError: no group"))
    assert "… and every counter" in text and "1.25×" in text and "MISSED" in text
    assert "2 figures; of 2 wanted bounds 1 was missed; not measured to the end: sample." in text
    lines = figures.markdown_table(gathered(failure="OSError: no group")).splitlines()
    assert len({line.replace("\\|", "").count("|") for line in lines if line.startswith("|")}) == 1
    assert "| sample | host \\| PSI | 5 µs | ≤ 0.6× | 9 µs | 0.55× | ok |" in lines
    assert any("went no further: OSError: no group" in line for line in lines)


def test_the_table_takes_its_place_in_the_readme_and_nothing_else_moves(tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text(README)
    figures.put_into(readme, "| new |\n")
    text = readme.read_text()
    before, after = README.partition(figures.BEGIN)[0], README.partition(figures.END)[2]
    assert text == f"{before}{figures.BEGIN}\n| new |\n\n{figures.END}{after}"


def test_a_readme_without_the_marks_is_left_alone(tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text("nothing\n")
    with pytest.raises(ValueError, match="no marks"):
        figures.put_into(readme, "| new |\n")
    assert readme.read_text() == "nothing\n"


def test_one_bench_that_fails_does_not_take_the_others_along(monkeypatch, capsys):
    class Failing:
        @staticmethod
        def run():
            raise FileNotFoundError(2, "No such file", "cc")

    monkeypatch.setattr(run.importlib, "import_module", lambda name: Failing)
    found = run.gather("detect")
    assert found.failure is not None and "cc" in found.failure
    assert "detect went no further" in capsys.readouterr().err


@pytest.mark.parametrize("words", [[], ["nonsense"], ["startup", "--readme"]])
def test_wrong_words_measure_nothing(words, capsys):
    with pytest.raises(SystemExit) as ended:
        run.main(words)
    assert ended.value.code == 2
    capsys.readouterr()


def test_every_bench_of_the_folder_is_in_the_list():
    parts = {"measure", "figures", "run", "crowd", "redact", "bounded_memory", "bounded_pool", "bounded_traffic"}
    files = {path.stem for path in (run.PROJECT / "tests/bench").glob("*.py")}
    assert files - parts == set(run.BENCHES)


def test_what_was_left_out_is_said(table):
    text = figures.text_table({**gathered(), "collect": figures.LEFT_OUT})
    assert "left out: collect." in text
