"""The process table: which columns stay, and that no cell shows a wrong number."""

from collections.abc import Callable

import pytest

from mnemo_cli.model import UNLIMITED, Limit, Process
from mnemo_cli.output.dashboard.look import Look
from mnemo_cli.output.dashboard.memory import ViewMemory
from mnemo_cli.output.dashboard.processes import columns_for, footnote, process_lines
from mnemo_cli.output.dashboard.spans import plain
from mnemo_cli.output.dashboard.view import View
from mnemo_cli.units import GIB, MIB

# The mock-up's order, and then the share: it says least.
_GIVE_WAY = ["USER", "TREND", "SWAP", "+/min", "RSS", "%LIM"]
_PROCESS = Process(pid=4121, ppid=1, started=7, name="python", uid=0, rss_bytes=640 * MIB, command="python w.py")


def _cells(process: Process, *, width: int = 160, limit_bytes: Limit | None = 4 * GIB) -> dict[str, str]:
    """The row of one process, as column title → text."""
    _, row = process_lines([process], ViewMemory(), Look(), limit_bytes, width=width, height=2)
    text, cells = plain(row), {}
    for column in columns_for(width):
        cells[column.title], text = text[: column.width].strip(), text[column.width + 1 :]
    return {**cells, "COMMAND": text.rstrip()}


def test_columns_give_way_in_the_order_of_the_mock_up() -> None:
    order: list[str] = []
    for width in range(139, 0, -1):
        shown = [column.title for column in columns_for(width)]
        order += [title for title in _GIVE_WAY if title not in shown and title not in order]

    assert order == _GIVE_WAY


def test_pid_pss_and_command_never_give_way() -> None:
    for width in range(1, 221):
        header, _ = process_lines([_PROCESS], ViewMemory(), Look(), None, width=width, height=2)
        wanted = [title for title, least in (("PID", 7), ("PSS", 15), ("COMMAND", 23)) if width >= least]
        assert all(title in plain(header) for title in wanted), width


def test_the_command_keeps_eighteen_cells() -> None:
    for width in range(34, 221):
        assert width - sum(column.width + 1 for column in columns_for(width)) >= 18


def test_unknown_is_a_question_mark_and_never_zero() -> None:
    cells = _cells(_PROCESS._replace(uid=None, rss_bytes=None, command=None))

    unknown = set(cells) - {"PID", "PPID", "COMMAND", "TREND(2m)", "PSS", "FDS/LIM"}
    assert {title: cells[title] for title in unknown} == dict.fromkeys(unknown, "?")
    assert (cells["PSS"], cells["FDS/LIM"], cells["TREND(2m)"]) == ("~?", "?/?", "")
    assert cells["COMMAND"] == "[python]"


def test_a_denied_pss_shows_the_rss_and_a_mark() -> None:
    assert _cells(_PROCESS)["PSS"] == "~640M"
    assert "~ = RSS" in plain(footnote(1, 1, True, 80))
    assert "~" not in plain(footnote(1, 1, False, 80))


def test_a_number_of_processes_that_nobody_knows_is_a_question_mark() -> None:
    assert plain(footnote(3, None, False, 80)).strip() == "(3 of ? processes)"


@pytest.mark.parametrize(
    ("limit_bytes", "share"),
    [(4 * GIB, "16%"), (640 * MIB, "100%"), (1 * MIB, ">999%"), (0, "-"), (UNLIMITED, "-"), (None, "?")],
)
def test_the_share_of_the_limit(limit_bytes: Limit | None, share: str) -> None:
    assert _cells(_PROCESS, limit_bytes=limit_bytes)["%LIM"] == share


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
    assert _cells(_PROCESS._replace(fds=fds, fd_soft_limit=limit))["FDS/LIM"] == text


@pytest.mark.parametrize(("threads", "text"), [(1, "1"), (9999, "9999"), (32_768, "32k")])
def test_many_threads_are_shortened_and_not_cut(threads: int, text: str) -> None:
    assert _cells(_PROCESS._replace(threads=threads))["THR"] == text


def test_growth_is_signed_and_needs_five_seconds(scene: Callable[..., View]) -> None:
    view = scene()
    lines = process_lines(view.moment.sample.processes, view.memory, view.look, 4 * GIB, width=80, height=8)

    assert [plain(line)[39:46].strip() for line in lines[1:6]] == ["+118M", "+41M", "+2.0M", "0", "-12K"]
    assert _cells(_PROCESS)["+/min"] == "?"


def test_in_ascii_every_cell_is_ascii() -> None:
    process = _PROCESS._replace(command="café ☃", cgroup="/größe/ärger")
    lines = process_lines([process], ViewMemory(), Look(ascii_only=True), 4 * GIB, width=200, height=2)

    assert all(plain(line).isascii() for line in lines)


def test_a_wide_command_is_cut_at_a_cell_and_not_inside_a_character() -> None:
    process = _PROCESS._replace(command="漢字" * 40)
    _, row = process_lines([process], ViewMemory(), Look(), 4 * GIB, width=81, height=2)

    assert plain(row).count("漢") == 5
