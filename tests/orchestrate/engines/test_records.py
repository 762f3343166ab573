"""What keepers wrote down, read again: whole, torn, or by somebody else."""

from pathlib import Path

import hypothesis.strategies as st
from hypothesis import given

from mnemo_cli.orchestrate.engines.local.keeper.messages import Lines, line, timed
from mnemo_cli.orchestrate.engines.local.keeper.record import Record
from mnemo_cli.orchestrate.engines.local.records import Refused, parse_records, read_records
from mnemo_cli.orchestrate.job import Identity, Key
from tests.examples import few_examples

KEY = Key("a", 1)
HELLO = timed(line("keeper", 7, 70, "boot", "/m/k", "/f/k"), 1.0)
STARTED = timed(line("started", "a", 1, 8, 80, "/m/k/1", None, 99), 2.0)
ENDED = timed(line("ended", "a", 1, -9, 1.5, 0.25, None, None, 100, 10, 1, False), 3.0)
REFUSED = timed(line("refused", "a", 1, 127, "not found"), 3.0)


def test_an_attempt_is_known_from_its_start_to_its_end():
    records = parse_records([HELLO, STARTED, ENDED], [KEY])
    begun = records.begun[KEY]
    assert (begun.keeper, begun.identity, begun.group) == (0, Identity(8, 80, "boot"), Path("/m/k/1"))
    assert (begun.limit_bytes, begun.began_unix) == (99, 2.0)
    assert records.ended[KEY].status == -9 and records.ended[KEY].oom_kills == 1
    assert records.keepers[0].memory_folder == Path("/m/k")


def test_only_what_was_asked_for_is_kept():
    assert parse_records([HELLO, STARTED, ENDED, REFUSED], [Key("a", 2)])[1:] == ({}, {}, {})


def test_a_start_makes_earlier_ends_of_the_same_attempt_another_journals():
    records = parse_records([HELLO, STARTED, ENDED, REFUSED, HELLO, STARTED], [KEY])
    assert not records.ended and not records.refused and records.begun[KEY].keeper == 1


def test_what_ended_before_it_could_be_read_has_no_identity():
    records = parse_records([HELLO, timed(line("started", "a", 1, 8, None, None, None, None), 2.0)], [KEY])
    assert records.begun[KEY].identity is None
    assert parse_records([HELLO, REFUSED], [KEY]).refused[KEY] == Refused(127, "not found")


def test_an_absent_file_has_no_records(tmp_path):
    assert read_records(tmp_path / "attempts", [KEY]) == ((), {}, {}, {})


@given(st.lists(st.one_of(st.sampled_from([HELLO, STARTED, ENDED, REFUSED]), st.binary(max_size=30))), st.data())
def test_nonsense_and_torn_lines_are_passed_over(lines, data):
    text = b"".join(lines)
    torn = text[: data.draw(st.integers(0, len(text)))]
    records = parse_records(torn.splitlines(keepends=True), [KEY])
    assert set(records.begun) | set(records.ended) | set(records.refused) <= {KEY}


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=12))
def test_any_json_is_a_line_or_none(words):
    parse_records([line(*words) if isinstance(words, list) else line(words), line("ended", "a", 1, words)], [KEY])


@few_examples
@given(st.lists(st.lists(st.text() | st.integers()), min_size=1), st.data())
def test_lines_come_out_whole_however_they_come_in(messages, data):
    sent = [line(*words) for words in messages]
    text, lines, got = b"".join(sent), Lines(), []
    while text:
        size = data.draw(st.integers(1, len(text)))
        got += lines.feed(text[:size])
        text = text[size:]
    assert got == [one[:-1] for one in sent]


def test_a_record_is_appended_to_and_a_torn_line_is_ended_first(tmp_path):
    file = tmp_path / "attempts"
    file.write_bytes(STARTED + ENDED[:10])
    Record(str(file)).note(HELLO)
    assert file.read_bytes() == STARTED + ENDED[:10] + b"\n" + HELLO


def test_what_a_full_disk_refused_is_written_before_the_next_line(tmp_path, monkeypatch):
    record = Record(str(tmp_path / "attempts"))

    def full(descriptor, text):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.write", full)
        record.note(HELLO)
    record.note(STARTED)
    assert (tmp_path / "attempts").read_bytes() == HELLO + STARTED
    record.begin_anew()
    record.note(ENDED)
    assert (tmp_path / "attempts").read_bytes() == ENDED
