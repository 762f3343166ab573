"""`mnemo monitor --replay`: what is written of a recording, what of it is said, and what it refuses."""

import os

import pytest

from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import Event, Level, Scope
from mnemo_cli.output.lines import LineFormat, moment_text
from mnemo_cli.recording.document import encode
from mnemo_cli.recording.memory_log import memory_line
from mnemo_cli.recording.mnr.header import About
from mnemo_cli.recording.mnr.recorder import Recorder
from tests.output.plot.builders import START_SECONDS, moments, process, with_events

USED = (100, 500, 700, 900, 300)


@pytest.fixture
def recorded():
    """Five seconds of a group, with its processes and a mark."""
    several = list(moments(*USED, processes=lambda position: [process(7, 50)]))
    mark = Event(START_SECONDS + 2, "mark", Level.NORMAL, "deployed", {})
    several[2] = with_events(several[2], *several[2].verdict.events, mark)
    return several


@pytest.fixture
def ndjson(tmp_path, recorded):
    path = tmp_path / "night.ndjson"
    path.write_text("".join(moment_text(moment, LineFormat.NDJSON) for moment in recorded))
    return path


@pytest.fixture
def memory_log(tmp_path):
    """Of two programs: one watched a group for long, the other the machine for a moment."""
    long = moments(*USED, spacing_seconds=30.0)
    short = [
        moment._replace(sample=moment.sample._replace(scope=Scope("host", "host")))
        for moment in moments(50, 50, start_seconds=START_SECONDS + 1000)
    ]
    lines = [memory_line(moment) | {"pid": 9} for moment in short] + [
        memory_line(moment) | {"pid": 7} for moment in long
    ]
    path = tmp_path / "memory.log"
    path.write_text("".join(f"{encode(line)}\n" for line in lines))
    return path


def replayed(run, *arguments):
    return run("monitor", "--replay", *map(str, arguments))


@pytest.mark.parametrize("line_format", list(LineFormat))
def test_a_recording_becomes_the_lines_that_the_watch_would_have_written(run, ndjson, recorded, line_format):
    from mnemo_cli.output.lines import header

    done = replayed(run, ndjson, "--format", line_format.value)
    text = header(line_format) + "".join(moment_text(moment, line_format) for moment in recorded)
    assert (done.returncode, done.stdout, done.stderr) == (0, text, "")


def test_lines_go_into_a_file(run, ndjson, tmp_path):
    done = replayed(run, ndjson, "--format", "ndjson", "-o", tmp_path / "again.ndjson")
    assert (done.returncode, done.stdout) == (0, "")
    assert (tmp_path / "again.ndjson").read_bytes() == ndjson.read_bytes()


def test_off_a_terminal_it_is_plain(run, ndjson):
    assert replayed(run, ndjson).stdout.startswith("22:13:20Z  ok NORMAL     10.0% of 1.0K (cgroup /app)")


def test_it_begins_at_a_time(run, ndjson):
    done = replayed(run, ndjson, "--at", "22:13:23", "--format", "csv")
    assert [line[:24] for line in done.stdout.splitlines()[1:]] == [
        "2023-11-14T22:13:23.000Z",
        "2023-11-14T22:13:24.000Z",
    ]
    assert replayed(run, ndjson, "--at", "+3s", "--format", "csv").stdout == done.stdout


def test_what_the_memory_log_does_not_tell_stays_unknown(run, memory_log):
    done = replayed(run, memory_log, "--format", "csv")
    rows = [line.split(",") for line in done.stdout.splitlines()]
    assert [row[2] for row in rows] == ["memory.used_bytes", *map(str, USED)]
    assert [row[rows[0].index("target.processes")] for row in rows[1:]] == [""] * 5


def test_of_several_series_the_longest_is_replayed_and_said(run, memory_log):
    done = replayed(run, memory_log, "--format", "csv")
    assert "memory.log has 2 series; this is cgroup /app, 5 samples, 2023-11-14T22:13:20Z to 22:15:20Z" in done.stderr
    host = replayed(run, memory_log, "--host", "--format", "csv")
    assert len(host.stdout.splitlines()) == 3 and "this is host, 2 samples" in host.stderr


def test_a_time_chooses_among_the_series(run, memory_log):
    assert "this is host" in replayed(run, memory_log, "--at", "22:30:00", "--format", "csv").stderr


def test_a_target_that_is_not_recorded_is_refused(run, memory_log):
    done = replayed(run, memory_log, "--cgroup", "/other")
    assert done.returncode == 2
    assert "memory.log has no samples of that target; it has those of: cgroup /app, host" in done.stderr


def test_strange_lines_are_counted_and_said_once(run, ndjson):
    raw = ndjson.read_bytes()
    ndjson.write_bytes(b"what\n" + raw + b'{"type": "nothing"}\n' + raw[:100])
    done = replayed(run, ndjson, "--format", "ndjson")
    assert (done.returncode, done.stdout.encode()) == (0, raw)
    assert done.stderr.count("\n") == 1
    assert "night.ndjson: 3 lines are left out; the first is line 1: it is not JSON: Expecting value" in done.stderr


@pytest.mark.parametrize(
    ("content", "arguments", "said"),
    [
        (None, ["--at", "21:00"], "is outside the recording"),
        (None, ["--at", "21:00"], "it runs from 2023-11-14T22:13:20Z to 22:13:24Z (4s)"),
        (None, ["--at", "noon"], "--at 'noon' is no time; write for example 14:02:31"),
        (None, ["--speed", "0"], "--speed"),
        (None, ["--plot", "out.jpg"], "a picture is .svg or .png"),
        (b"", [], "night.ndjson is empty; record one with"),
        (b"root:x:0:0\n", [], "night.ndjson is not a recording: line 1: it is not JSON"),
        (b'{"type":"event","time":"2023-11-14T22:13:20.000Z","event":"mark","text":"x"}\n', [], "holds no samples"),
        (b'{"schema":"mnemo.sample/9","type":"sample"}\n', [], "a newer mnemo wrote this recording (mnemo.sample/9)"),
    ],
)
def test_what_cannot_be_replayed_is_refused_with_what_to_do(run, ndjson, content, arguments, said):
    if content is not None:
        ndjson.write_bytes(content)
    done = replayed(run, ndjson, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr and done.stderr.count("\n") == 1


def test_a_folder_a_pipe_and_nothing_are_refused(run, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for name, said in (
        ("none", "cannot read the recording {}: No such file or directory"),
        ("", "cannot replay {}: it is a folder"),
        ("pipe", "cannot replay {}: it cannot be read twice; save it to a file first"),
    ):
        done = replayed(run, tmp_path / name)
        assert done.returncode == 2 and said.format(tmp_path / name) in done.stderr


def test_a_picture_alone_writes_no_lines(run, ndjson, tmp_path):
    pytest.importorskip("matplotlib")
    done = replayed(run, ndjson, "--plot", tmp_path / "out.svg")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert "22:13:22  deployed" in (tmp_path / "out.svg").read_text()


def test_a_picture_and_lines_come_together_if_both_are_asked_for(run, ndjson, tmp_path):
    pytest.importorskip("matplotlib")
    done = replayed(run, ndjson, "--plot", tmp_path / "out.png", "--format", "ndjson")
    assert done.stdout == ndjson.read_text()
    assert (tmp_path / "out.png").read_bytes().startswith(b"\x89PNG")


def record(path, several, edges):
    about = About(version="0", host_name="h", interval_seconds=1.0, edges=edges)
    recorder = Recorder(path, about, pytest.fail, max_bytes=1 << 20)
    for moment in several:
        recorder.note(moment)
    recorder.close()


def test_a_picture_has_the_levels_of_the_recording_and_else_those_of_the_settings(run, ndjson, tmp_path, recorded):
    pytest.importorskip("matplotlib")
    record(tmp_path / "a.mnr", recorded, Edges(high_ratio=0.55))
    config = tmp_path / "config.toml"
    config.write_text("[resources]\nmemory_high_pct = 70\n")
    for path, span in ((tmp_path / "a.mnr", "40–55 %"), (ndjson, "40–70 %")):
        done = replayed(run, path, "--plot", tmp_path / "out.svg", "--config", config)
        assert (done.returncode, done.stderr) == (0, "")
        assert span in (tmp_path / "out.svg").read_text()


def test_a_packed_recording_is_replayed_as_well(run, tmp_path, recorded):
    record(tmp_path / "a.mnr", recorded, Edges())
    done = replayed(run, tmp_path / "a.mnr", "--format", "ndjson")
    text = "".join(moment_text(moment, LineFormat.NDJSON) for moment in recorded)
    assert (done.returncode, done.stdout, done.stderr) == (0, text, "")


def test_escape_codes_of_a_stranger_reach_no_terminal(run, ndjson):
    ndjson.write_text(ndjson.read_text().replace("deployed", "\\u001b[31mred").replace('"/app"', '"/\\u001b]0;x"'))
    for line_format in LineFormat:
        done = replayed(run, ndjson, "--format", line_format.value)
        assert done.returncode == 0 and done.stdout and "\x1b" not in done.stdout
