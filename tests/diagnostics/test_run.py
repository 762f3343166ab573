"""The run of the collectors: whatever one of them does, the others have their place and the manifest says it."""

import itertools
import os
import threading
import time
from types import MappingProxyType

import pytest

from mnemo_cli.diagnostics.bundle import chosen
from mnemo_cli.diagnostics.collector import Missing, Profile
from mnemo_cli.errors import RedactionError
from tests.diagnostics.crews import Bundle, collector_threads, failing, fifo, make, member, of, release, scene

GOOD = of("good", ("good/a", b"abc\n"))
LAST = of("last", ("last/a", b"the last\n"))


def test_members_are_written_as_they_are_and_told_with_their_sums(tmp_path):
    bundle = make(tmp_path, GOOD, LAST)
    assert (bundle.files["good/a"], bundle.files["last/a"]) == (b"abc\n", b"the last\n")
    assert bundle.states() == {"good": "ok", "last": "ok"} and bundle.manifest["complete"]
    (told,) = bundle.collectors["good"]["members"]
    assert (told["path"], told["source"], told["bytes"], told["truncated"]) == ("good/a", "source of good/a", 4, False)


@pytest.mark.parametrize(
    ("items", "state", "reason"),
    [
        ([], "ok", None),
        ([Missing("x", "skipped", "no docker here")], "skipped", "x: no docker here"),
        ([Missing("/x", "denied", "Permission denied")], "denied", "/x: Permission denied"),
        ([("bad/a", b"1"), Missing("/x", "denied", "no")], "partial", "/x: no"),
        ([("bad/a", b"1"), Missing("/x", "skipped", "none")], "ok", None),
        (
            [("bad/a", b"1"), Missing("/x", "timeout", "late"), Missing("/y", "error", "z")],
            "timeout",
            "/x: late (and 1 more, see errors.jsonl)",
        ),
        ([lambda: 1 // 0], "error", "bad: ZeroDivisionError: integer division or modulo by zero"),
        ([("bad/a", b"1"), lambda: 1 // 0], "partial", "bad: ZeroDivisionError: integer division or modulo by zero"),
        ([lambda: open("/no/such/file")], "error", "bad: No such file or directory"),
        (
            [member("bad/a", failing(error=PermissionError(13, "Permission denied")))],
            "denied",
            "source of bad/a: Permission denied",
        ),
        ([member("../a", b"x")], "error", "source of ../a: '../a' is no path for a member, or is one already"),
        ([member("/a", b"x")], "error", "source of /a: '/a' is no path for a member, or is one already"),
        ([member("a\nb", b"x", source="s")], "error", "s: 'a\\nb' is no path for a member, or is one already"),
        (
            [member(f"a/{'b' * 200}", b"x", source="s")],
            "error",
            f"s: the path 'mnemo-20260921T141320Z/a/{'b' * 200}' is too long for an archive",
        ),
    ],
)
def test_what_a_collector_does_is_its_state_and_touches_no_other(tmp_path, items, state, reason):
    bundle = make(tmp_path, GOOD, of("bad", *items), LAST)
    assert (bundle.collectors["bad"]["state"], bundle.collectors["bad"]["reason"]) == (state, reason)
    assert bundle.states()["last"] == "ok"
    assert bundle.manifest["complete"] == (state in ("ok", "skipped"))


def test_a_path_that_is_taken_is_not_taken_twice(tmp_path):
    bundle = make(tmp_path, GOOD, of("bad", ("good/a", b"other")))
    assert bundle.files["good/a"] == b"abc\n" and bundle.states()["bad"] == "error"


def test_what_came_before_an_error_stays_and_the_text_says_so(tmp_path):
    bad = of("bad", member("bad/a", failing(b"one\ntwo", error=OSError(5, "Input/output error"))), ("bad/b", b"x"))
    bundle = make(tmp_path, bad)
    assert bundle.files["bad/a"] == b"one\ntwo\n--- mnemo left out the rest: it ended early, see errors.jsonl ---\n"
    assert [one["truncated"] for one in bundle.collectors["bad"]["members"]] == [True, False]
    assert bundle.errors == [
        {"collector": "bad", "source": "source of bad/a", "state": "error", "reason": "Input/output error"}
    ]


def test_a_member_that_is_too_long_keeps_both_ends(tmp_path):
    lines = (b"line %d\n" % number for number in range(100_000))
    bundle = make(tmp_path, of("long", member("long/a", lines)), scene=scene(member_max_bytes=10_000))
    content = bundle.files["long/a"]
    assert content.startswith(b"line 0\n") and content.endswith(b"line 99999\n") and len(content) < 10_100
    assert bundle.collectors["long"]["members"][0]["truncated"] and bundle.states()["long"] == "ok"


def test_a_source_that_hangs_is_left_behind(tmp_path):
    pipe = tmp_path / "pipe"
    hanging = of("hanging", ("hanging/a", b"before"), lambda: fifo(pipe), timeout_seconds=0.3)
    try:
        bundle = make(tmp_path, hanging, LAST)
        assert bundle.states() == {"hanging": "timeout", "last": "ok"}
        assert bundle.collectors["hanging"]["reason"] == "hanging: it took longer than 0.3 s"
        assert bundle.files["hanging/a"] == b"before"
        assert collector_threads() == ["collector hanging"]
    finally:
        release(pipe)


def test_a_source_without_end_is_ended_by_its_time_and_keeps_its_latest(tmp_path):
    counter = itertools.count()

    def chunks():
        for number in counter:
            yield b"".join(b"%d\n" % line for line in range(1000 * number, 1000 * number + 1000))

    endless = of("endless", member("endless/a", chunks()), timeout_seconds=0.3)
    bundle = make(tmp_path, endless, LAST, scene=scene(member_max_bytes=2000), budget_seconds=5.0)
    lines = bundle.files["endless/a"].splitlines()
    assert lines[0] == b"0" and int(lines[-2]) >= 999
    assert lines[-1] == b"--- mnemo left out the rest: it ended early, see errors.jsonl ---"
    assert bundle.states()["endless"] == "timeout"


def test_a_thread_that_was_left_behind_ends_when_its_source_lets_it(tmp_path):
    pipe = tmp_path / "pipe"
    hanging = of("hanging", lambda: fifo(pipe), timeout_seconds=0.2)
    make(tmp_path, hanging)
    release(pipe)
    deadline = time.monotonic() + 10
    while collector_threads() and time.monotonic() < deadline:
        release(pipe)
    assert collector_threads() == []


def test_what_comes_after_the_time_budget_is_not_begun(tmp_path):
    pipe = tmp_path / "pipe"
    try:
        bundle = make(tmp_path, of("hanging", lambda: fifo(pipe)), LAST, budget_seconds=0.3)
    finally:
        release(pipe)
    assert bundle.states() == {"hanging": "timeout", "last": "skipped"}
    assert bundle.collectors["last"]["reason"] == "the time budget of 0.3 s was used up"
    assert not bundle.manifest["complete"]


def test_the_size_budget_bounds_the_bundle_and_everybody_gets_something(tmp_path):
    many = [of(f"noise-{number}", (f"noise/{number}", os.urandom(300_000))) for number in range(30)]
    bundle = make(tmp_path, *many, budget_bytes=1_000_000)
    assert (tmp_path / "bundle.tar.gz").stat().st_size <= 1_000_000
    sizes = [one["members"][0]["bytes"] for one in bundle.manifest["collectors"] if one["members"]]
    assert sizes[0] == 300_000 and len(sizes) > 6
    last = bundle.manifest["collectors"][-1]
    assert (last["state"], last["reason"]) == ("skipped", "the size budget, or the room on the disk, was used up")
    assert not bundle.manifest["complete"]


def test_a_member_without_room_says_so_at_its_end(tmp_path):
    bundle = make(tmp_path, of("noise", ("noise/a", os.urandom(300_000))), budget_bytes=200_000)
    assert bundle.files["noise/a"].endswith(b"\n--- mnemo left out the rest: there was no room left ---\n")
    assert bundle.collectors["noise"]["members"][0]["truncated"]


class Masking:
    """Takes out "secret", cannot bear "poison", and counts."""

    def __init__(self):
        self.struck = 0

    @property
    def counts(self):
        return MappingProxyType({"secret": self.struck})

    def member(self, member):
        for chunk in member.chunks:
            if b"poison" in chunk:
                raise RedactionError("rule venom is left")
            self.struck += chunk.count(b"secret")
            yield chunk.replace(b"secret", b"******")


def test_everything_passes_the_redactor_and_is_counted(tmp_path):
    bad = of(
        "bad",
        ("bad/a", b"a secret\nsecret"),
        Missing("/home/secret", "denied", "secret is denied"),
        lambda: {}["secret"],
    )
    bundle = make(tmp_path, bad, redaction=Masking())
    assert bundle.files["bad/a"] == b"a ******\n******"
    assert not [path for path, content in bundle.files.items() if b"secret" in content.replace(b'"secret":', b"")]
    assert bundle.collectors["bad"]["members"][0]["redactions"] == 2
    assert bundle.manifest["redactions"]["secret"] >= 5 and bundle.manifest["redacted"]


def test_what_cannot_be_redacted_stays_out(tmp_path):
    bad = of("bad", member("bad/a", [b"fine\n", b"poison"]), ("bad/b", b"fine"))
    bundle = make(tmp_path, bad, LAST, redaction=Masking())
    assert "bad/a" not in bundle.files and bundle.files["bad/b"] == b"fine"
    assert bundle.collectors["bad"]["state"] == "partial" and bundle.states()["last"] == "ok"
    assert "rule venom is left" in bundle.collectors["bad"]["reason"]


def test_without_a_redactor_nothing_is_changed_and_the_manifest_says_so(tmp_path):
    bundle = make(tmp_path, of("raw", ("raw/a", b"password=hunter2")))
    assert bundle.files["raw/a"] == b"password=hunter2"
    assert (bundle.manifest["redacted"], bundle.manifest["redactions"]) == (False, None)


def test_where_no_thread_can_be_started_collectors_run_without(tmp_path, monkeypatch):
    def refuse(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    bundle = make(tmp_path, GOOD, of("bad", lambda: 1 // 0), LAST)
    assert bundle.states() == {"good": "ok", "bad": "error", "last": "ok"}


def test_the_profile_and_the_platform_choose():
    crew = (of("a"), of("b", profile=Profile.DEEP), of("c", platforms=("darwin",)), of("d", profile=Profile.STANDARD))
    assert [one.id for one in chosen(crew, scene())] == ["a", "d"]
    assert [one.id for one in chosen(crew, scene(profile=Profile.MINIMAL))] == ["a"]
    assert [one.id for one in chosen(crew, scene(profile=Profile.DEEP, platform="darwin"))] == ["c"]


def test_a_bundle_is_read_back_by_this_tests_reader(tmp_path):
    make(tmp_path, GOOD)
    assert Bundle(tmp_path / "bundle.tar.gz").files["good/a"] == b"abc\n"
