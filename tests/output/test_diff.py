"""Two readings compared, as text: sizes with their sign, the largest change first, unknown as a word."""

import pytest

from mnemo_cli.output.diff import diff_text


def document(**fields):
    return {
        "from": "2026-01-01T00:00:00.000Z",
        "to": "2026-01-01T00:01:00.000Z",
        "seconds": 60.0,
        "same_scope": True,
        "level": {"from": "normal", "to": "normal"},
        "changes": [],
        "processes": [],
        **fields,
    }


def process(pid, state, before, after):
    delta = after - before if None not in (before, after) else None
    return {"pid": pid, "name": "python", "state": state, "from": before, "to": after, "delta": delta}


def cells(text):
    return [line.split() for line in text.splitlines()]


def test_no_change_is_said():
    assert diff_text(document()) == "2026-01-01T00:00:00.000Z → 2026-01-01T00:01:00.000Z (1m00s)\nno change\n"


@pytest.mark.parametrize("seconds", [None, -5.0])
def test_a_span_that_makes_no_sense_is_unknown(seconds):
    assert "(an unknown time)" in diff_text(document(seconds=seconds))


def test_a_level_is_told_when_it_changed_and_unknown_is_a_level_word():
    assert "level normal → high\n" in diff_text(document(level={"from": "normal", "to": "high"}))
    assert "level unknown → high\n" in diff_text(document(level={"from": None, "to": "high"}))
    assert "level" not in diff_text(document())


def test_different_targets_are_said():
    assert "the two readings are of different targets\n" in diff_text(document(same_scope=False))


def test_sizes_counters_and_shares_are_written_in_their_own_way():
    rows = [
        {"field": "memory.used_bytes", "from": 2048, "to": 1024, "delta": -1024},
        {"field": "limits./app.oom_kills_total", "from": 1000, "to": 2048, "delta": 1048},
        {"field": "memory.used_ratio", "from": 0.25, "to": 0.5, "delta": 0.25},
        {"field": "memory.limit_bytes", "from": "unlimited", "to": 4096, "delta": None},
        {"field": "memory.peak_bytes", "from": None, "to": 0, "delta": None},
    ]
    assert cells(diff_text(document(changes=rows)))[2:] == [
        ["FIELD", "FROM", "TO", "CHANGE"],
        ["memory.used_bytes", "2.0K", "1.0K", "-1.0K"],
        ["limits./app.oom_kills_total", "1000", "2048", "+1048"],
        ["memory.used_ratio", "0.2500", "0.5000", "+0.2500"],
        ["memory.limit_bytes", "unlimited", "4.0K", "-"],
        ["memory.peak_bytes", "unknown", "0", "-"],
    ]


def test_processes_come_with_the_largest_change_first_and_say_what_became_of_them():
    rows = [
        process(1, "changed", 1024, 2048),
        process(2, "changed", 9216, 1024),
        process(3, "new", None, 4096),
        process(4, "gone", 4096, None),
        process(5, "listed", None, 4096),
        process(6, "unlisted", 4096, None),
        process(7, "changed", None, 4096),
    ]
    table = cells(diff_text(document(processes=rows)))[3:]
    assert [row[0] for row in table] == ["2", "1", "3", "4", "5", "6", "7"]
    assert [row[3:] for row in table] == [
        ["9.0K", "1.0K", "-8.0K"],
        ["1.0K", "2.0K", "+1.0K"],
        ["-", "4.0K", "-"],
        ["4.0K", "-", "-"],
        ["-", "4.0K", "-"],
        ["4.0K", "-", "-"],
        ["unknown", "4.0K", "-"],
    ]
