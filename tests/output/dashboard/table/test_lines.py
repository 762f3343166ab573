"""The table on the screen: no cell shows a wrong number, and nothing jumps."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import UNLIMITED, Level, Limit, LimitSource, Memory, Moment, Process, Sample, Scope, Verdict
from mnemo_cli.output.dashboard.choice import Choice
from mnemo_cli.output.dashboard.look import Look
from mnemo_cli.output.dashboard.memory import ViewMemory
from mnemo_cli.output.dashboard.spans import Line, plain, width_of
from mnemo_cli.output.dashboard.table.cells import Cell
from mnemo_cli.output.dashboard.table.columns import COLUMNS, COMMAND, columns_for
from mnemo_cli.output.dashboard.table.filter import parse_filter
from mnemo_cli.output.dashboard.table.lines import table_lines, table_with_note
from mnemo_cli.output.dashboard.table.order import table_rows
from mnemo_cli.output.dashboard.view import View
from mnemo_cli.sampling.asked import PssMode
from mnemo_cli.units import GIB, MIB
from tests.examples import few_examples
from tests.output.dashboard.table.processes import crowds, process

_WORKER = process(4121, rss_bytes=640 * MIB, pss_bytes=None, uss_bytes=None, swap_bytes=None)


def view_of(
    processes: Sequence[Process], *, limit_bytes: Limit | None = 4 * GIB, look: Look | None = None,
    memory: ViewMemory | None = None, columns: tuple[str, ...] = (), pss_seconds: float | None = None,
    count: int | None = 214, scope: str = "host", **choice: object,
) -> View:  # fmt: skip
    """A view of these processes below a limit."""
    binding = Memory(source=LimitSource(kind="cgroup", path="/app"), used_bytes=GIB, limit_bytes=limit_bytes)
    sample = Sample(
        time_seconds=0.0, clock_seconds=0.0, scope=Scope(kind=scope, name="it"), limits=(binding,),
        processes=tuple(processes), process_count=count, pss_seconds=pss_seconds,
    )  # fmt: skip
    verdict = Verdict(
        level=Level.NORMAL, at_least=Level.NORMAL, binding=binding, levels=(Level.NORMAL,), since_seconds=0.0,
        peak_used_bytes=None, forecast=None,
    )  # fmt: skip
    return View(
        moment=Moment(sample, verdict), memory=memory or ViewMemory(), edges=Edges(), look=look or Look(),
        host_name="h", version="0", interval_seconds=1.0, columns=columns, choice=Choice(**choice),  # type: ignore[arg-type]
    )  # fmt: skip


def cells_of(line: Line, width: int = 160) -> dict[str, str]:
    """The cells of a row, as column title → text."""
    text, cells = plain(line), {}
    for column in columns_for(width):
        if column is not COMMAND:
            cells[column.title], text = text[: column.width].strip(), text[column.width + 1 :]
    return {**cells, "COMMAND": text.rstrip()}


def cells(one: Process, *, width: int = 160, limit_bytes: Limit | None = 4 * GIB) -> dict[str, str]:
    """Those of a single process."""
    return cells_of(table_lines(view_of([one], limit_bytes=limit_bytes), width, 2)[1], width)


def texts(lines: Sequence[Line]) -> list[str]:
    return [plain(line).rstrip() for line in lines]


def note(width: int = 120, height: int = 9, **scene: object) -> str:
    processes = scene.pop("processes", [_WORKER])
    return plain(table_with_note(view_of(processes, **scene), width, height)[-1]).strip()  # type: ignore[arg-type]


def test_unknown_is_a_question_mark_and_never_zero() -> None:
    unknown = _WORKER._replace(
        uid=None, rss_bytes=None, command=None, threads=None, fds=None, fd_soft_limit=None, oom_score_adj=None,
        cgroup=None,
    )  # fmt: skip
    found = cells(unknown)
    ours = set(found) - {"PID", "PPID", "COMMAND", "TREND", "PSS", "FDS/LIM"}
    assert {title: found[title] for title in ours} == dict.fromkeys(ours, "?")
    assert (found["PSS"], found["FDS/LIM"], found["TREND"]) == ("~?", "?/?", "")
    assert found["COMMAND"] == "python"


def test_brackets_say_that_there_is_no_command_and_not_that_it_was_not_read() -> None:
    assert cells(_WORKER._replace(command=None))["COMMAND"] == "[python]"
    assert cells(_WORKER._replace(command="", threads=None))["COMMAND"] == "[python]"
    assert cells(_WORKER._replace(command=None, cgroup=None, threads=None))["COMMAND"] == "python"


def test_a_sum_of_rss_in_place_of_pss_that_lacks_parts_is_a_lower_bound() -> None:
    crowd = [process(pid, name="web", pss_bytes=None, rss_bytes=rss) for pid, rss in ((3, 40 * MIB), (4, None))]
    row = cells_of(table_lines(view_of(crowd, grouped=True), 160, 2)[1])
    assert (row["PSS"], row["RSS"]) == ("≥40M", "≥40M")


def test_a_long_number_of_a_user_is_not_cut_to_another_user() -> None:
    assert cells(process(1, uid=1_668_400_001))["USER"] == "1668400+"
    assert cells(process(1, uid=40_000_001))["USER"] == "40000001"


def test_a_denied_pss_shows_the_rss_and_a_mark() -> None:
    assert cells(_WORKER)["PSS"] == "~640M"
    assert "~ = RSS where PSS is not known" in note()
    assert "~" not in note(processes=[process(1)])


def test_who_holds_no_page_has_a_pss_of_0_and_not_one_that_is_denied() -> None:
    assert cells(_WORKER._replace(rss_bytes=0))["PSS"] == "0"
    assert "~" not in note(processes=[_WORKER._replace(rss_bytes=0)])


@pytest.mark.parametrize(
    ("limit_bytes", "share"),
    [(4 * GIB, "16%"), (640 * MIB, "100%"), (1 * MIB, ">999%"), (0, "-"), (UNLIMITED, "-"), (None, "?")],
)
def test_the_share_of_the_limit(limit_bytes: Limit | None, share: str) -> None:
    assert cells(_WORKER, limit_bytes=limit_bytes)["%LIM"] == share


@pytest.mark.parametrize(
    ("fds", "limit", "text"),
    [
        (212, 1024, "212/1024"),
        (88, UNLIMITED, "88/-"),
        (None, 1024, "?/1024"),
        (0, None, "0/?"),
        (5000, 524_288, "5000/524k"),
        (65_535, 1_048_576, "65k/1048k"),
        # What systemd gives to containers: it must not be cut to another number.
        (212, 1_073_741_816, "212/1073M"),
    ],
)
def test_descriptors_of_their_limit(fds: int | None, limit: Limit | None, text: str) -> None:
    assert cells(_WORKER._replace(fds=fds, fd_soft_limit=limit))["FDS/LIM"] == text


@pytest.mark.parametrize(("threads", "text"), [(1, "1"), (9999, "9999"), (32_768, "32k")])
def test_many_threads_are_shortened_and_not_cut(threads: int, text: str) -> None:
    assert cells(_WORKER._replace(threads=threads))["THR"] == text


def test_growth_is_signed_and_needs_five_seconds(scene: Callable[..., View]) -> None:
    lines = table_lines(scene(), 80, 8)
    assert [plain(line)[39:46].strip() for line in lines[1:6]] == ["+118M", "+41M", "+2.0M", "0", "-12K"]
    assert cells(_WORKER)["+/min"] == "?"


SEVERAL = [
    process(3, name="web", threads=9000, fds=90_000, command="web a"),
    process(4, name="web", threads=999, fds=None, cgroup="/b", pss_bytes=None, uss_bytes=None),
    process(5, name="web", threads=None, rss_bytes=None, swap_bytes=None, pss_bytes=None),
]


def test_a_row_of_several_processes_says_how_many_and_what_is_missing() -> None:
    row = cells_of(table_lines(view_of(SEVERAL, grouped=True), 160, 2)[1])
    assert row == {
        "PID": "", "PPID": "1", "USER": "root", "PSS": "≥8.0M", "USS": "≥12M", "RSS": "≥20M", "SWAP": "≥0",
        "+/min": "?", "%LIM": "≥0%", "OOMADJ": "0", "THR": "≥9k", "FDS/LIM": "≥90k", "TREND": "", "CGROUP": "mixed",
        "COMMAND": "web (3)",
    }  # fmt: skip
    assert "≥ = at least" in note(processes=SEVERAL, grouped=True)
    assert "≥" not in note(processes=SEVERAL)


def test_a_sum_of_growth_that_lacks_parts_ends_with_a_question_mark() -> None:
    memory, crowd = ViewMemory(), (process(1), process(2, rss_bytes=14 * MIB))
    memory._note_processes((process(2),), 0.0)
    memory._note_processes(crowd, 60.0)
    (_, row) = table_lines(view_of(crowd, memory=memory, grouped=True), 160, 2)
    assert cells_of(row)["+/min"] == "+4.0M?"


def test_the_trend_of_several_is_that_of_their_sum() -> None:
    memory = ViewMemory()
    for step in range(5):
        crowd = (process(1, rss_bytes=(10 + step) * MIB), process(2, rss_bytes=(10 - step) * MIB))
        memory._note_processes(crowd, step * 8.0)
    (_, row) = table_lines(view_of(crowd, memory=memory, grouped=True), 160, 2)
    trend = cells_of(row)["TREND"]
    assert len(trend) == 5 and len(set(trend)) == 1, "one gives what the other takes"


def test_a_tree_is_drawn_before_the_commands() -> None:
    crowd = [process(1, ppid=0, command="init"), process(2, command="a"), process(3, command="b"), process(4, ppid=2)]
    shown = texts(table_lines(view_of(crowd, tree=True, columns=("PID", "RSS", "COMMAND")), 60, 9))
    assert shown[1:] == [
        "      1    40M init",
        "      2    20M ├─a",
        "      4    10M │ └─python w.py",
        "      3    10M └─b",
    ]
    shown = texts(table_lines(view_of(crowd, tree=True, columns=("PID", "COMMAND"), look=Look(ascii_only=True)), 60, 9))
    assert [line[8:] for line in shown[1:]] == ["init", "|-a", "| `-python w.py", "`-b"]


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({}, "sort:PSS v"),
        ({"sort": "RSS", "reverse": True}, "sort:RSS ^"),
        ({"sort": "COMMAND"}, "sort:COMMAND ^"),
        ({"sort": "PID", "reverse": True}, "sort:PID v"),
    ],
)
def test_the_titles_say_the_order(choice: dict[str, object], words: str) -> None:
    assert plain(table_lines(view_of([_WORKER], **choice), 200, 2)[0]).endswith(words)  # type: ignore[arg-type]


def test_the_selected_row_is_reversed_and_no_other() -> None:
    crowd = [process(1), process(2)]
    lines = table_lines(view_of(crowd, selected=(2, 200)), 80, 3)
    assert [{style for _, style in line} for line in lines[1:]] == [{""}, {"reverse"}]
    assert [
        {style for _, style in line} for line in table_lines(view_of(SEVERAL, grouped=True, selected="web"), 80, 2)[1:]
    ] == [{"reverse"}]


def test_the_first_row_scrolls_and_the_end_stays_full() -> None:
    crowd = [process(pid, pss_bytes=(100 - pid) * MIB) for pid in range(1, 21)]

    def pids(first_row: int) -> list[int]:
        return [int(text.split()[0]) for text in texts(table_lines(view_of(crowd, first_row=first_row), 80, 6))[1:]]

    assert (pids(0), pids(3), pids(99)) == ([1, 2, 3, 4, 5], [4, 5, 6, 7, 8], [16, 17, 18, 19, 20])


@pytest.mark.parametrize(
    ("scene", "words"),
    [
        ({}, "(1 of 214 processes; ~ = RSS where PSS is not known)"),
        ({"count": None}, "(1 of ? processes; ~ = RSS where PSS is not known)"),
        ({"processes": [process(1)]}, "(1 of 214 processes)"),
        ({"processes": [process(1)], "pss_seconds": 0.00123}, "(1 of 214 processes; PSS visible 1.2 ms)"),
        (
            {"processes": [process(1)], "pss_seconds": 0.25, "pss": PssMode.ALL},
            "(1 of 214 processes; PSS all 250.0 ms)",
        ),
        ({"pss": PssMode.OFF, "pss_seconds": 0.0}, "(1 of 214 processes; PSS off: ~ = RSS)"),
        (
            {"processes": SEVERAL[:1], "filter": parse_filter("web")},
            "(1 of 1 found, of 1 read, of 214 processes; filter web)",
        ),
        (
            {"processes": SEVERAL, "filter": parse_filter("re:^none"), "count": 3},
            "(0 of 0 found, of 3 processes; filter re:^none)",
        ),
        (
            {"processes": [], "filter": parse_filter("n" * 40)},
            "(0 of 0 found, of 0 read, of 214 processes; filter nnnnnnnnnnnnnnnnnnnnn...)",
        ),
        ({"processes": [process(1), process(2)], "grouped": True, "count": 2}, "(1 of 1 names, 2 processes)"),
        ({"processes": [process(1), process(2)], "grouped": True}, "(1 of 1 names, 2 read, of 214 processes)"),
        ({"processes": [process(1)], "grouped": True, "count": None}, "(1 of 1 names, 1 read, of ? processes)"),
        ({"processes": [process(1), process(2)], "tree": True}, "(2 of 2 read, of 214 processes)"),
        (
            {"processes": [process(1)], "pss": PssMode.OFF, "pss_seconds": 0.25},
            "(1 of 214 processes; PSS off: ~ = RSS)",
        ),
        (
            {"processes": [process(1)], "pss": PssMode.OFF, "pss_seconds": 0.25, "scope": "name"},
            "(1 of 214 processes; PSS of the tree 250.0 ms)",
        ),
        ({"processes": [process(1)], "pss": PssMode.OFF, "scope": "name"}, "(1 of 214 processes; PSS off: ~ = RSS)"),
        ({"processes": [process(pid) for pid in range(1, 30)], "first_row": 4}, "(5-11 of 214 processes)"),
    ],
)
def test_the_note_counts_and_says_what_pss_cost(scene: dict[str, object], words: str) -> None:
    assert note(**scene) == words


def test_a_note_without_room_drops_its_words_whole() -> None:
    assert note(width=30) == "(1 of 214 processes)"


def test_in_ascii_every_cell_is_ascii() -> None:
    crowd = [*SEVERAL, process(9, command="café ☃", cgroup="/größe/ärger", ppid=3, uid=None)]
    for choice in ({}, {"tree": True}, {"grouped": True}):
        view = view_of(crowd, look=Look(ascii_only=True), **choice)  # type: ignore[arg-type]
        assert all(plain(line).isascii() for line in table_with_note(view, 200, 9))


def test_a_wide_command_is_cut_at_a_cell_and_not_inside_a_character() -> None:
    _, row = table_lines(view_of([_WORKER._replace(command="漢字" * 40)]), 81, 2)
    assert plain(row).count("漢") == 5


@few_examples
@given(
    crowds(), st.integers(1, 200), st.integers(0, 12), st.booleans(), st.booleans(), st.booleans(),
    st.sampled_from(list(COLUMNS)), st.integers(0, 40), st.lists(st.sampled_from(list(COLUMNS)), unique=True),
)  # fmt: skip
def test_every_line_has_its_width_and_there_are_never_too_many(
    crowd, width, height, tree, grouped, ascii_only, sort, first_row, columns
) -> None:
    view = view_of(
        crowd, tree=tree, grouped=grouped, look=Look(ascii_only=ascii_only), sort=sort, first_row=first_row,
        columns=tuple(columns),
    )  # fmt: skip
    for lines in (table_lines(view, width, height), table_with_note(view, width, height)):
        assert len(lines) <= height
        assert all(width_of(plain(line)) == width for line in lines)


@few_examples
@given(crowds(), st.booleans(), st.integers(0, 2**36))
def test_no_number_is_wider_than_its_column(crowd, grouped, growth) -> None:
    """A number that is cut would be another number; names may be cut."""
    memory = ViewMemory()
    memory._note_processes([one._replace(rss_bytes=growth) for one in crowd[::2]], 0.0)
    memory._note_processes(crowd, 60.0)
    view = view_of(crowd, memory=memory, grouped=grouped, tree=not grouped)
    for row in table_rows(crowd, memory, view.choice):
        cell = Cell(row, memory, view.look, 64 * GIB)
        for column in COLUMNS.values():
            assert column.left or width_of(column.text(cell)) <= column.width, (column.title, column.text(cell))


def test_a_large_sum_of_growth_loses_a_digit_and_not_its_question_mark() -> None:
    memory, crowd = ViewMemory(), (process(1), process(2, rss_bytes=10 * GIB))
    memory._note_processes((process(2, rss_bytes=0),), 0.0)
    memory._note_processes(crowd, 65.0)
    (_, row) = table_lines(view_of(crowd, memory=memory, grouped=True), 160, 2)
    assert cells_of(row)["+/min"] == "+9.2G?"


def test_where_there_is_little_room_a_command_begins_with_the_programs_own_name() -> None:
    crowd = [process(1, command="/opt/venv/bin/python3 /a/b.py"), process(2, command=None)]
    narrow, wide = ("\n".join(plain(line) for line in table_lines(view_of(crowd), width, 9)) for width in (80, 200))
    assert " python3 /a/b.py" in narrow and "/opt" not in narrow and "/opt/venv/bin/python3 /a/b.py" in wide
