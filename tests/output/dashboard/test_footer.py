"""The last line and the help: the keys that fit, questions, and what mnemo has to say."""

from collections.abc import Callable

import pytest

from mnemo_cli.output.dashboard.choice import Choice, Dialog
from mnemo_cli.output.dashboard.footer import footer, help_lines
from mnemo_cli.output.dashboard.frame import frame
from mnemo_cli.output.dashboard.keys import KEYS
from mnemo_cli.output.dashboard.look import Look
from mnemo_cli.output.dashboard.spans import plain, width_of
from mnemo_cli.output.dashboard.table.filter import parse_filter
from mnemo_cli.output.dashboard.view import View

Scene = Callable[..., View]
A = (4121, 412100)


def _line(view: View, width: int) -> str:
    line = footer(view, width)
    assert width_of(plain(line)) == width
    return plain(line).rstrip()


def test_at_eighty_columns_the_keys_are_those_of_the_mock_up(scene: Scene) -> None:
    expected = " q quit  ? help  / filter  space pause  s sort  t tree  enter focus  1-6 views"

    assert _line(scene(), 80) == expected


def test_a_wide_screen_has_more_of_them(scene: Scene) -> None:
    line = _line(scene(), 160)

    assert line.startswith(
        " q quit  ? help  / filter  space pause  s sort  S reverse  t tree  g group  enter focus  p PSS"
    )
    assert "[ ] zoom" in line and "a ack" in line and "1-6 views" in line


@pytest.mark.parametrize("width", range(1, 200, 7))
def test_no_key_is_cut_in_half(scene: Scene, width: int) -> None:
    words = [f"{key.name} {key.word}" for key in KEYS] + ["[ ] zoom", "1-6 views"]
    line = _line(scene(), width)

    if width >= 7:
        assert all(part in words for part in line.strip().split("  "))


def test_signals_are_offered_only_where_they_may_be_sent(scene: Scene) -> None:
    assert "K signal" not in _line(scene(), 200)
    assert "K signal" in _line(scene(may_signal=True), 200)


def test_the_way_back_stands_first(scene: Scene) -> None:
    for choice in (Choice(focus=A), Choice(filter=parse_filter("x"))):
        assert _line(scene(choice=choice), 40).startswith(" esc back  q quit")
    assert _line(scene(choice=Choice(paused=True)), 80).startswith(" left right step  q quit")
    assert "space go on" in _line(scene(choice=Choice(paused=True)), 80)


def test_a_notice_takes_the_place_of_the_keys_and_hides_no_escape_codes(scene: Scene) -> None:
    line = _line(scene(choice=Choice(notice="q again\x1b[2J")), 40)

    assert line.startswith(" q again") and "\x1b" not in line


def test_the_end_of_a_long_filter_is_what_one_sees(scene: Scene) -> None:
    dialog = Dialog("filter", "abc" * 50 + "END")

    assert _line(scene(choice=Choice(dialog=dialog)), 40).endswith("abcEND")


def test_what_is_wrong_with_a_filter_stands_beside_it(scene: Scene) -> None:
    choice = Choice(dialog=Dialog("filter", "re:("), complaint="re:( is not a regular expression")

    assert _line(scene(choice=choice), 80) == " / re:(   re:( is not a regular expression"
    assert _line(scene(choice=choice), 30).startswith(" / re:(   re:( is")


def test_a_signal_names_the_process_and_its_pid_whole(scene: Scene) -> None:
    dialog = Dialog("signal", "TERM", A, "python w.py --with many words " * 5)

    for width in (60, 80, 160):
        assert _line(scene(choice=Choice(dialog=dialog)), width).startswith(" send SIGTERM to 4121 python w")
    assert "?  enter yes  esc no" in _line(scene(choice=Choice(dialog=dialog)), 80)
    ended = Choice(dialog=dialog, complaint="process 4121 has ended; nothing was sent")
    assert _line(scene(choice=ended), 80) == " process 4121 has ended; nothing was sent  (any key)"


def test_the_whole_help_fits_on_the_smallest_full_screen(scene: Scene) -> None:
    text = "\n".join(plain(line) for line in frame(scene(choice=Choice(helping=True)), 80, 24))

    assert all(key.help in text for key in KEYS)
    assert "components: ! from 60 %" in text and "more: man" not in text


def test_a_help_that_does_not_fit_says_where_the_rest_is() -> None:
    texts = [plain(line).rstrip() for line in help_lines(60, 12, Look())]

    assert len(texts) == 12 and texts[-1] == " more: man mnemo-monitor"
