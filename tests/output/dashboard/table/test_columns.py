"""Which columns stay on a narrow screen, and those that a person wants."""

from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.output.dashboard.table.columns import COLUMNS, COMMAND, columns_for

# The mock-up's order, and then the share: it says least.
_GIVE_WAY = ["USER", "TREND", "SWAP", "+/min", "RSS", "%LIM"]
some_columns = st.lists(st.sampled_from(list(COLUMNS)), unique=True, min_size=1)


def shown(width: int, chosen: tuple[str, ...] = ()) -> list[str]:
    return [column.title for column in columns_for(width, chosen)]


def test_columns_give_way_in_the_order_of_the_mock_up() -> None:
    order: list[str] = []
    for width in range(139, 0, -1):
        order += [title for title in _GIVE_WAY if title not in shown(width) and title not in order]
    assert order == _GIVE_WAY


def test_pid_pss_and_command_never_give_way() -> None:
    for width in range(1, 221):
        assert set(shown(width)) >= {"PID", "PSS", "COMMAND"}


def test_the_command_keeps_eighteen_cells() -> None:
    for width in range(34, 221):
        *others, command = columns_for(width)
        assert command is COMMAND
        assert width - sum(column.width + 1 for column in others) >= 18, width


def test_a_wide_screen_shows_every_column_and_a_long_trend() -> None:
    assert shown(160) == list(COLUMNS)
    assert [column.heading for column in columns_for(160) if column.title == "TREND"] == ["TREND(2m)"]


def test_chosen_columns_stand_as_they_were_chosen_with_the_command_last() -> None:
    assert shown(80, ("COMMAND", "THR", "PID")) == ["THR", "PID", "COMMAND"]
    assert shown(80, ("RSS", "PID")) == ["RSS", "PID"]


@given(some_columns, st.integers(1, 250))
def test_of_chosen_columns_those_give_way_for_which_there_is_no_room(chosen, width) -> None:
    left = shown(width, tuple(chosen))
    assert set(left) <= set(chosen)
    assert set(left) >= set(chosen) & {"PID", "PSS", "COMMAND"}
    ordered = [title for title in chosen if title != "COMMAND"] + ["COMMAND"]
    assert left == [title for title in ordered if title in left]
    columns = columns_for(width, chosen)
    if set(left) - {"PID", "PSS", "COMMAND"}:
        assert sum(column.width + 1 for column in columns) - 1 <= width
