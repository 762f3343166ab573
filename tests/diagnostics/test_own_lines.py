"""Lines of our logs and recordings, without the command lines in them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.diagnostics.head_and_tail import LEFT_OUT
from mnemo_cli.diagnostics.node_report import node_report
from mnemo_cli.diagnostics.own_lines import own_lines

SAMPLE = {
    "schema": "mnemo.sample/1",
    "scope": {"kind": "command", "name": "worker canary", "pid": 5},
    "processes": [{"pid": 5, "command": "worker canary", "rss_bytes": 7}, None],
}


def line_of(document):
    return json.dumps(document, separators=(",", ":")).encode() + b"\n"


def told(*chunks, command_lines=False):
    return b"".join(own_lines(chunks, command_lines=command_lines))


def test_a_sample_loses_its_command_lines_and_nothing_else():
    document = json.loads(told(line_of(SAMPLE)))
    assert document["processes"] == [{"pid": 5, "rss_bytes": 7}, None]
    assert document["scope"] == {"kind": "command", "name": "a command", "pid": 5}
    assert told(line_of(SAMPLE), command_lines=True) == line_of(SAMPLE)


def test_the_end_of_a_command_does_not_name_it():
    line = line_of(
        {"schema": "mnemo.log/1", "event": "exit", "text": "worker canary ended with code 1", "exit_code": 1}
    )
    assert b"canary" not in told(line) and b'"exit_code":1' in told(line)


def test_lines_that_are_not_ours_are_counted_and_left_out():
    plain = line_of({"schema": "mnemo.log/1", "used_bytes": 1})
    text = told(b"canary\n", plain, b'{"schema":"mnemo.x","command":broken canary}\n', b"\n")
    assert text == plain + LEFT_OUT + b"2 lines that are not its own ---\n"


def test_what_was_left_out_before_stays_said():
    assert told(LEFT_OUT + b"5 bytes here ---\n") == LEFT_OUT + b"5 bytes here ---\n"


@given(st.lists(st.integers(1, 200), max_size=8))
def test_it_does_not_matter_where_chunks_end(cuts):
    text = line_of(SAMPLE) * 3 + b"stranger\n"
    chunks, start = [], 0
    for cut in cuts:
        chunks.append(text[start : start + cut])
        start += cut
    assert told(*chunks, text[start:]) == told(text)


def test_a_line_without_end_is_not_held():
    assert len(told(*[b"x" * 65536] * 40)) < 100


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b'{"header": 5}', b"[" * 100_000, b"\xff"])
def test_what_is_no_report_of_node_is_refused(text):
    with pytest.raises(ValueError):
        node_report(text)


def test_of_a_report_numbers_are_told():
    report = {
        "header": {"event": "Allocation failed", "commandLine": ["canary"]},
        "javascriptHeap": {"heapSpaces": {"old_space": {"used": 3, "note": "canary"}}},
        "userLimits": {"open_files": {"soft": 1, "hard": "unlimited"}},
        "environmentVariables": {"x": "canary"},
    }
    text = node_report(json.dumps(report).encode())
    told_report = json.loads(text)
    assert b"canary" not in text and told_report["header"]["event"] == "Allocation failed"
    assert told_report["javascriptHeap"]["heapSpaces"]["old_space"]["used"] == 3
    assert told_report["userLimits"]["open_files"] == {"soft": 1, "hard": "unlimited"}
