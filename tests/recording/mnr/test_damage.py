"""Recordings that were cut, changed, or are none: what is told is as it was written, and what is lost is said.

Thirty damaged files of each kind by default; MNEMO_FULL_COUNTS=1 makes them a thousand.
"""

import gzip
import json
import os
import random
from bisect import bisect_right
from itertools import islice

import pytest

from mnemo_cli.errors import UsageError
from mnemo_cli.recording.document import encode
from mnemo_cli.recording.mnr.member import CLOSING_BYTES, MEMBER_START, SYNC_MARK, Member
from mnemo_cli.recording.mnr.recorder import SAMPLES_OF_A_PART, Recorder
from mnemo_cli.recording.mnr.sealed import sealed
from mnemo_cli.recording.reading.line import Recorded, Strange
from tests.recording.mnr.conftest import ABOUT, ROOMY_BYTES
from tests.recording.mnr.writer import moments

DAMAGED = 1000 if os.environ.get("MNEMO_FULL_COUNTS") else 30
SAMPLES = 4 * SAMPLES_OF_A_PART
TORN = "the recording ends in the middle of it"
NO_MEMBER = "its last bytes belong to nothing"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A recording of four parts, its moments, and where each of them ends in it."""
    path = tmp_path_factory.mktemp("recording") / "whole.mnr"
    recorder = Recorder(path, ABOUT, pytest.fail, max_bytes=ROOMY_BYTES)
    noted = list(islice(moments(), SAMPLES))
    ends = []
    for moment in noted:
        recorder.note(moment)
        ends.append(recorder.status.size_bytes - CLOSING_BYTES)
    recorder.close()
    return path.read_bytes(), noted, ends


def part_starts(raw):
    """Where its members begin."""
    starts, at = [], raw.find(MEMBER_START)
    while at >= 0:
        starts.append(at)
        at = raw.find(MEMBER_START, at + 1)
    return starts


def split(found):
    samples = [each for each in found if isinstance(each, Recorded)]
    return samples, [each for each in found if isinstance(each, Strange)]


def assert_true(samples, noted):
    """Each is one that was noted, in their order, and none twice."""
    by_use = {moment.sample.limits[0].used_bytes: moment for moment in noted}
    uses = [each.moment.sample.limits[0].used_bytes for each in samples]
    assert uses == sorted(set(uses))
    for used, each in zip(uses, samples, strict=True):
        assert each.moment.sample == by_use[used].sample
        assert each.moment.verdict._replace(since_seconds=0) == by_use[used].verdict._replace(since_seconds=0)


def test_one_that_was_cut_anywhere_loses_its_last_sample_and_nothing_else(whole, read):
    raw, noted, ends = whole
    boundaries = {*ends, *part_starts(raw)}
    for cut in random.Random(8).sample(range(ends[0], len(raw)), DAMAGED):
        samples, strange = split(read(raw[:cut]))
        assert_true(samples, noted)
        # Of a sample the end of its block and the mark behind it may be missing.
        assert bisect_right(ends, cut) <= len(samples) <= bisect_right(ends, cut + len(SYNC_MARK) + 3)
        assert len(strange) == (cut not in boundaries) and {each.reason for each in strange} <= {TORN, NO_MEMBER}


def test_one_of_which_not_one_sample_is_left_is_none(whole, read):
    raw, _, ends = whole
    for cut in range(2, ends[0], 40):
        try:
            assert [type(each) for each in read(raw[:cut])] == [Strange]
        except UsageError as err:
            assert "nothing of it can be read" in str(err)


def test_one_with_flipped_bits_tells_no_sample_wrong_and_loses_no_other_part(whole, read):
    raw, noted, _ = whole
    starts = [*part_starts(raw), len(raw)]
    chance = random.Random(9)
    for _ in range(DAMAGED):
        at = chance.randrange(len(raw))
        damaged = bytearray(raw)
        damaged[at] ^= 1 << chance.randrange(8)
        samples, strange = split(read(bytes(damaged)))
        assert_true(samples, noted)
        hit = next(number for number in range(len(starts)) if at < starts[number + 1])
        uses = {each.moment.sample.limits[0].used_bytes for each in samples}
        for number in range(4):
            if number != hit:
                own = range(number * SAMPLES_OF_A_PART + 1, (number + 1) * SAMPLES_OF_A_PART + 1)
                assert uses.issuperset(own)
        assert len(strange) <= 1
        assert strange or len(samples) == SAMPLES


@pytest.mark.parametrize("at", [0, 1])
@pytest.mark.parametrize("bit", range(8))
def test_a_flipped_bit_in_the_sign_of_gzip_loses_nothing(whole, read, at, bit):
    """What is behind it says just as well whose file it is."""
    raw, noted, _ = whole
    damaged = bytearray(raw)
    damaged[at] ^= 1 << bit
    samples, strange = split(read(bytes(damaged)))
    assert_true(samples, noted)
    assert (len(samples), strange) == (SAMPLES, [])


def test_one_with_many_wounds_tells_no_sample_wrong(whole, read):
    raw, noted, _ = whole
    chance = random.Random(10)
    for _ in range(DAMAGED):
        damaged = bytearray(raw)
        for _ in range(chance.randrange(1, 6)):
            at = chance.randrange(len(damaged))
            kind = chance.randrange(3)
            if kind == 0:
                del damaged[at : at + chance.randrange(5000)]
            elif kind == 1:
                damaged[at:at] = chance.randbytes(chance.randrange(200))
            else:
                damaged[at : at + 20] = chance.randbytes(20)
        try:
            samples, strange = split(read(bytes(damaged)))
        except UsageError as err:
            assert "no recording" in str(err)
            continue
        assert_true(samples, noted)
        assert strange or len(samples) == SAMPLES or is_cut_between_parts(samples)


def is_cut_between_parts(samples):
    """Whole parts may be missing without a trace: what is there begins and ends with a part."""
    uses = [each.moment.sample.limits[0].used_bytes for each in samples]
    return all(
        used % SAMPLES_OF_A_PART == 1 for used, before in zip(uses, [0, *uses], strict=False) if used != before + 1
    )


def test_lines_with_other_bytes_are_told_nowhere(whole, read):
    """Damage that was packed anew: gzip itself finds nothing wrong with it."""
    raw, noted, _ = whole
    plain = gzip.decompress(raw)
    chance = random.Random(11)
    for _ in range(DAMAGED):
        damaged = bytearray(plain)
        damaged[chance.randrange(len(plain))] ^= 1 << chance.randrange(8)
        try:
            samples, strange = split(read(gzip.compress(bytes(damaged), 1)))
        except UsageError as err:
            assert "newer" not in str(err)
            continue
        assert_true(samples, noted)
        assert len(strange) == 1 and len(samples) >= SAMPLES - SAMPLES_OF_A_PART


def test_a_part_that_was_torn_and_one_after_it_are_told_apart(whole, read):
    """As after a kill in the middle of a write, and a mnemo that went on with the file."""
    raw, noted, _ = whole
    starts = part_starts(raw)
    samples, strange = split(read(raw[: starts[1] - 300] + raw[starts[3] :]))
    assert_true(samples, noted)
    uses = [each.moment.sample.limits[0].used_bytes for each in samples]
    assert SAMPLES_OF_A_PART // 2 < uses.index(3 * SAMPLES_OF_A_PART + 1) < SAMPLES_OF_A_PART
    assert uses[-1] == SAMPLES and [each.reason for each in strange] == ["it cannot be unpacked"]


# What is no recording


@pytest.mark.parametrize(
    "raw",
    [
        gzip.compress(b"hello\n" * 1000),
        gzip.compress(b""),
        gzip.compress(os.urandom(10_000)),
        b"\x1f\x8b",
        b"\x1f\x8b" + b"\0" * 5000,
        MEMBER_START,
        b"\x1f\x8b\x08\x00" + b"\xff" * 5000,
        gzip.compress(b'{"schema":"mnemo.recording/1","type":"header"}\n'),
    ],
    # A gzip member has the time in it: two workers would not agree on the name of the test.
    ids=["text", "empty", "noise", "a start", "a start and zeros", "our start", "nonsense", "a header and no more"],
)
def test_what_is_packed_and_no_recording_is_refused(read, raw):
    with pytest.raises(UsageError, match=r"night\.mnr is no recording of mnemo"):
        read(raw)


def packed(*documents):
    """Lines as a recorder would seal and pack them."""
    member = Member()
    for document in documents:
        member.add(sealed(document, member.check))
    piece = member.piece()
    return piece.packed + piece.closing


def test_a_recording_of_a_newer_mnemo_is_refused_in_words(whole, read):
    raw, *_ = whole
    newer = packed({"schema": "mnemo.recording/2", "type": "header", "what": "nobody knows"})
    with pytest.raises(UsageError, match=r"a newer mnemo wrote this recording \(mnemo.recording/2\); this one reads"):
        read(newer)
    found = []
    with pytest.raises(UsageError, match="newer"):
        found += read(raw + newer)


HEADER = {
    "schema": "mnemo.recording/1",
    "type": "header",
    "version": "0",
    "host_name": "h",
    "interval_seconds": 1.0,
    "levels": {"moderate_ratio": 0.4, "high_ratio": 0.6, "critical_ratio": 0.8, "release_margin_ratio": 0.05},
}


@pytest.mark.parametrize(
    "documents",
    [
        [{"type": "change", "of": {}}],
        [{"type": "sample", "schema": "mnemo.sample/1"}],
        [
            {"type": "sample", "schema": "mnemo.sample/1", "time": "2026-11-22T14:02:31.004Z"},
            {"type": "change", "of": 5},
        ],
        [{"type": "event", "event": "weather"}],
        [{"type": "change"}],
        [{**HEADER, "levels": {**HEADER["levels"], "high_ratio": 7}}],
        [{**HEADER, "version": None}],
    ],
)
def test_lines_that_are_sealed_and_make_no_sense_are_told_once(read, documents):
    """A check says that they are as they were written, and not by whom."""
    assert [type(each) for each in read(packed(HEADER, *documents))] == [Strange]


def test_a_change_that_cannot_be_made_leaves_nothing_to_change(whole, read):
    """What comes after it would be of another sample than it says."""
    raw, noted, _ = whole
    lines = gzip.decompress(raw).splitlines()[:4]
    documents = [{key: value for key, value in json.loads(line).items() if key != "check"} for line in lines]
    wrong = {"type": "change", "of": {"time": 1000, "clock_seconds": 5, "weather": 1}}
    found = read(packed(documents[0], documents[1], wrong, documents[2]))
    assert [type(each) for each in found] == [Recorded, Strange]
    assert encode(documents[1]["limits"][0]["used_bytes"]) == "1" and noted


def test_lines_of_a_later_mnemo_are_passed_over(whole, read):
    raw, *_ = whole
    lines = gzip.decompress(raw).splitlines()[:3]
    documents = [{key: value for key, value in json.loads(line).items() if key != "check"} for line in lines]
    found = read(packed({**documents[0], "weather": "fine"}, documents[1], {"type": "weather"}, documents[2]))
    assert [type(each) for each in found] == [Recorded, Recorded]


def test_a_line_that_could_not_be_held_is_left_out(whole, read, monkeypatch):
    raw, *_ = whole
    monkeypatch.setattr("mnemo_cli.recording.reading.packed._LONGEST_LINE_BYTES", 10_000)
    long = packed(HEADER, {"type": "weather", "text": "x" * 12_000_000})
    samples, strange = split(read(long + raw))
    assert len(samples) == SAMPLES and [each.reason for each in strange] == ["it is longer than 0 MiB"]


def test_a_long_member_is_not_held_in_memory(whole, read, monkeypatch):
    """Of what was let go of, nothing is looked at again when the member turns out to be damaged."""
    raw, noted, _ = whole
    monkeypatch.setattr("mnemo_cli.recording.reading.packed._MOST_HELD_BYTES", 5000)
    samples, _ = split(read(raw))
    assert len(samples) == SAMPLES
    starts = part_starts(raw)
    damaged = bytearray(raw)
    damaged[starts[2] - 100] ^= 64
    samples, strange = split(read(bytes(damaged)))
    assert_true(samples, noted)
    assert len(strange) == 1 and samples[-1].moment.sample.limits[0].used_bytes == SAMPLES
