"""The picture in its file: what is in it, as far as a program can see, and what goes wrong on the way there."""

import struct
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import HealthCheck, given, settings

from mnemo_cli.errors import OutputError, UsageError
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import UNLIMITED, Event, Level
from mnemo_cli.output.plot.file import check_picture, write_picture
from tests.output.plot.builders import START_SECONDS, gathered, moments, process, with_events
from tests.recording.moments import MOMENTS

matplotlib = pytest.importorskip("matplotlib")


def drawn(several, path):
    """The texts of a picture as svg, in their order."""
    write_picture(gathered(several), Edges(), path)
    return ["".join(text.itertext()) for text in ElementTree.parse(path).iter("{http://www.w3.org/2000/svg}text")]


def lowered(position):
    return (6 << 30) if position < 30 else (4 << 30)


def rows(position):
    return [process(7, 1 << 30, name="python"), process(8, 1 << 20, name="_$x_1^2$", pss=False)]


def test_levels_limits_processes_and_events_have_words(tmp_path):
    several = list(moments(*[3 << 30] * 60, limit_bytes=lowered, processes=rows))
    mark = Event(START_SECONDS + 40, "mark", Level.NORMAL, "deployed")
    several[40] = with_events(several[40], mark)
    texts = drawn(several, tmp_path / "out.svg")
    assert {"!! HIGH  60–80 %", "XX CRITICAL  over 80 %", "! MODERATE  40–60 %", "ok NORMAL  0–40 %"} <= set(texts)
    assert {"limit 6.00G, cgroup /app", "limit 4.00G", "used", "limit"} <= set(texts)
    assert {"python 7", "~_$x_1^2$ 8"} <= set(texts)
    assert {"22:14:00  deployed", "22:13:50  6.00G → 4.00G, /app", "22:13:50  !! HIGH"} <= set(texts)
    assert "2023-11-14 UTC" in " ".join(texts)


def test_times_are_utc_wherever_the_reader_is(tmp_path, monkeypatch):
    several = list(moments(*[1] * 300))
    here = drawn(several, tmp_path / "here.svg")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    import time

    time.tzset()
    try:
        assert drawn(several, tmp_path / "there.svg") == here
    finally:
        monkeypatch.undo()
        time.tzset()
    assert "22:14" in " ".join(here)


def test_a_memory_log_without_processes_has_no_panel_for_them(tmp_path):
    texts = drawn(moments(1, 2, 3), tmp_path / "out.svg")
    assert not [text for text in texts if "processes" in text]


def test_no_limit_and_an_unknown_one_are_told_apart(tmp_path):
    assert "no limit is set" in drawn(moments(1, 2, limit_bytes=UNLIMITED), tmp_path / "a.svg")
    assert "no limit is known" in drawn(moments(1, 2, limit_bytes=None), tmp_path / "b.svg")


def test_where_nothing_was_recorded_it_is_said(tmp_path):
    late = moments(4, 5, start_seconds=START_SECONDS + 600)
    texts = drawn([*moments(1, 2, 3), *late], tmp_path / "out.svg")
    assert "nothing" in " ".join(texts) and "recorded" in " ".join(texts)


def test_events_that_have_no_room_are_counted(tmp_path):
    (first,) = moments(1)
    marks = [Event(START_SECONDS, "mark", Level.NORMAL, f"mark number {number}") for number in range(40)]
    texts = drawn([with_events(first, *marks)], tmp_path / "out.svg")
    said = [text for text in texts if "mark number" in text]
    assert 5 < len(said) < 20
    assert f"and {40 - len(said)} more events" in texts


def test_what_happens_again_and_again_has_words_three_times(tmp_path):
    several = [
        with_events(moment, Event(moment.sample.time_seconds, "mark", Level.NORMAL, "tick"))
        for moment in moments(*[1] * 50)
    ]
    texts = drawn(several, tmp_path / "out.svg")
    assert len([text for text in texts if "tick" in text]) == 3 and "and 47 more events" in texts


def test_a_png_is_twelve_hundred_pixels_wide(tmp_path):
    path = tmp_path / "out.PNG"
    write_picture(gathered(moments(1, 2, processes=rows)), Edges(), path)
    raw = path.read_bytes()
    assert raw.startswith(b"\x89PNG") and struct.unpack(">II", raw[16:24]) == (1200, 800)


def test_the_same_recording_gives_the_same_bytes(tmp_path):
    several = list(moments(1, 2, 3, processes=rows))
    for name in ("a.svg", "b.svg", "c.png", "d.png"):
        write_picture(gathered(several), Edges(), tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert (tmp_path / "c.png").read_bytes() == (tmp_path / "d.png").read_bytes()


def test_the_style_of_the_person_is_left_as_it_was_and_changes_nothing(tmp_path):
    several = list(moments(1, 2, 3))
    plain = drawn(several, tmp_path / "a.svg")
    with matplotlib.rc_context({"text.usetex": False, "font.size": 30, "svg.fonttype": "path"}):
        assert drawn(several, tmp_path / "b.svg") == plain
        assert matplotlib.rcParams["font.size"] == 30


@given(MOMENTS)
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_any_moment_can_be_drawn(tmp_path, moment):
    found = gathered([moment])
    write_picture(found, Edges(), tmp_path / "any.png")
    assert (tmp_path / "any.png").stat().st_size


def test_without_matplotlib_there_is_the_line_that_installs_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(UsageError, match=r"from mnemo's checkout: pip install '\.\[plot\]'"):
        check_picture(tmp_path / "out.svg")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("out.gif", r"a picture is .svg or .png; name it for example out.svg"),
        ("out", r"a picture is .svg or .png"),
        ("none/out.svg", r"there is no folder .*none; make it first"),
        ("folder.svg", r"is a folder; name a file in it"),
    ],
)
def test_a_name_that_cannot_be_a_picture_is_refused_before_any_work(tmp_path, name, said):
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(UsageError, match=said):
        check_picture(tmp_path / name)
    check_picture(tmp_path / "out.png")


def test_a_picture_that_cannot_be_written_says_where(tmp_path):
    with pytest.raises(OutputError, match=r"cannot write .*gone/out.svg: No such file or directory; name another file"):
        write_picture(gathered(moments(1)), Edges(), tmp_path / "gone" / "out.svg")


def test_a_full_disk_leaves_the_picture_that_was_there(tmp_path):
    """The limit on file sizes stands for the disk; it is a child's, since a process cannot take it back."""
    path = tmp_path / "out.png"
    path.write_bytes(b"earlier")
    code = (
        "import resource, signal, sys; from pathlib import Path; from mnemo_cli.limits.levels import Edges\n"
        "from mnemo_cli.output.plot.file import write_picture\n"
        "from tests.output.plot.builders import gathered, moments\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "write_picture(gathered(moments(1, 2)), Edges(), Path(sys.argv[1]))"
    )
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True)
    assert done.returncode == 1 and "OutputError: cannot write" in done.stderr and "File too large" in done.stderr
    assert path.read_bytes() == b"earlier" and [entry.name for entry in tmp_path.iterdir()] == ["out.png"]


def test_nothing_is_said_of_signs_that_the_font_lacks(tmp_path, capfd):
    several = moments(1, 2, processes=lambda position: [process(7, 5, name="日本語🐍")])
    write_picture(gathered(several), Edges(), tmp_path / "out.png")
    assert capfd.readouterr() == ("", "")


def test_importing_the_room_loads_no_matplotlib():
    code = "import sys, mnemo_cli.output.plot.file, mnemo_cli.output.plot.gathered; print('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
