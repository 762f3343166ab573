"""Kept files, numbers and tables: what they give for good, missing, unreadable and damaged files."""

import errno
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.errors import SourceError
from mnemo_cli.sampling.files import KeptFile, Table, gap, parse_number, read_text, reason
from tests.examples import few_examples

LARGEST = 2**63 - 1
DAMAGED_NUMBERS = (
    b"", b"\n", b"12", b"-1\n", b"+5\n", b"1_000\n", b"12 34\n", b"12\n34\n", b"0x10\n", b"1.5\n", b"max\n", b"lots\n",
    b"\xff\x00\n", "٣\n".encode(), b"9223372036854775808\n", b"1" + b"0" * 40 + b"\n", b"9" * 5000 + b"\n",
)  # fmt: skip


@pytest.mark.parametrize(("text", "number"), [(b"0\n", 0), (b"4096\n", 4096), (b"%d\n" % LARGEST, LARGEST)])
def test_a_number_is_read(text, number):
    assert parse_number(text) == number


@pytest.mark.parametrize("text", DAMAGED_NUMBERS)
def test_a_damaged_number_is_refused(text):
    with pytest.raises(ValueError, match="not a number"):
        parse_number(text)


@given(st.integers(0, LARGEST))
def test_every_counter_survives_writing_and_reading(number):
    assert parse_number(b"%d\n" % number) == number


@given(st.integers(10, LARGEST), st.data())
def test_a_number_cut_anywhere_is_never_another_number(number, data):
    text = b"%d\n" % number
    with pytest.raises(ValueError, match="not a number"):
        parse_number(text[: data.draw(st.integers(0, len(text) - 1))])


@given(st.binary(max_size=60))
def test_any_bytes_are_a_number_or_refused(text):
    try:
        number = parse_number(text)
    except ValueError:
        return
    assert text.strip().lstrip(b"0") == (str(number).encode() if number else b"")


def test_a_kept_file_is_read_anew_each_time(tmp_path):
    path = tmp_path / "memory.current"
    path.write_bytes(b"1\n")
    file = KeptFile(path)
    assert file.number() == 1
    with open(path, "r+b") as same:
        same.write(b"2\n")
    assert file.number() == 2
    file.close()
    file.close()


def test_a_file_longer_than_one_read_is_read_whole(tmp_path):
    text = b"".join(b"line %d\n" % number for number in range(9000))
    (tmp_path / "long").write_bytes(text)
    file = KeptFile(tmp_path / "long")
    assert file.read() == text
    file.close()


def test_an_endless_file_ends():
    file = KeptFile("/dev/zero")
    assert len(file.read()) < 5_000_000
    file.close()


@pytest.mark.parametrize(("make", "error"), [(lambda path: None, FileNotFoundError), (os.mkdir, IsADirectoryError)])
def test_a_file_that_is_absent_or_unreadable_raises_its_own_error(tmp_path, make, error):
    make(tmp_path / "file")
    file = KeptFile(tmp_path / "file")
    with pytest.raises(error):
        file.read()
    file.close()


def test_a_pipe_does_not_block(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    file = KeptFile(tmp_path / "pipe")
    with pytest.raises(OSError, match="seek"):
        file.read()
    file.close()


def test_a_file_that_failed_is_opened_anew(tmp_path):
    """A service that restarts gets a new group of the same name; the kept descriptor says ENODEV for ever."""
    path = tmp_path / "memory.current"
    path.mkdir()
    file = KeptFile(path)
    with pytest.raises(IsADirectoryError):
        file.read()
    path.rmdir()
    path.write_bytes(b"7\n")
    assert file.number() == 7
    file.close()


def test_a_kept_descriptor_is_not_inherited(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"1\n")
    file = KeptFile(path)
    file.read()
    assert [os.get_inheritable(descriptor) for descriptor in open_descriptors(path)] == [False]
    file.close()
    assert open_descriptors(path) == []


def open_descriptors(path: Path) -> list[int]:
    numbers = [int(number) for number in os.listdir("/proc/self/fd")]
    return [number for number in numbers if os.path.realpath(f"/proc/self/fd/{number}") == str(path)]


KEYS = ("anon", "file", "inactive_file", "oom_kill")
VALUES = st.fixed_dictionaries({key: st.integers(0, 10**19 - 1) for key in KEYS})
NOISE = ("anonymous", "active_file", "kernel_stack", "oom", "oom_group_kill")


def written(values: dict[str, int], *, style: str = "{key} {number}\n") -> bytes:
    return "".join(style.format(key=key, number=number) for key, number in values.items()).encode()


def in_order(values: dict[str, int]) -> dict[str, int]:
    """As KEYS and the kernel have them: hypothesis also varies the order in which a dictionary is filled."""
    return {key: values[key] for key in KEYS}


@given(VALUES, st.sampled_from(["{key} {number}\n", "{key}:   {number} kB\n", "{key}: {number}\n"]))
def test_a_table_in_the_kernels_order_gives_every_value(values, style):
    assert Table(*KEYS).values(written(in_order(values), style=style)) == [values[key] for key in KEYS]


@given(VALUES, st.permutations([*KEYS, *NOISE]), st.sets(st.sampled_from(KEYS)))
def test_a_table_finds_keys_in_any_order_and_among_others_and_knows_what_is_missing(values, order, missing):
    lines = {key: values.get(key, 77) for key in order if key not in missing}
    wanted = [None if key in missing else values[key] for key in KEYS]
    assert Table(*KEYS).values(written(lines)) == wanted


@given(VALUES, st.data())
def test_a_table_cut_anywhere_gives_the_right_values_or_none(values, data):
    text = written(in_order(values))
    found = Table(*KEYS).values(text[: data.draw(st.integers(0, len(text)))])
    assert all(got is None or got == values[key] for key, got in zip(KEYS, found, strict=True))


@given(VALUES, st.sampled_from(KEYS), st.sampled_from([b"-", b"x", b"\xff", b"1" * 20, b"1.", b"0x"]))
def test_one_damaged_line_costs_one_value(values, key, damage):
    text = written(in_order(values)).replace(b"\n%b " % key.encode(), b"\n%b %b" % (key.encode(), damage))
    text = text if key != KEYS[0] else text.replace(b"anon ", b"anon " + damage, 1)
    assert Table(*KEYS).values(text) == [None if name == key else values[name] for name in KEYS]


@few_examples
@given(VALUES, VALUES, st.data())
def test_a_table_that_has_read_before_reads_the_same_as_a_new_one(earlier, values, data):
    table = Table(*KEYS)
    for some in (earlier, values, values):
        text = written(in_order(some))
        order = data.draw(st.permutations(text.splitlines(keepends=True)) | st.just(text.splitlines(keepends=True)))
        for line in data.draw(st.lists(st.sampled_from(order), max_size=2)):
            order = [damaged for damaged in order if damaged != line or data.draw(st.booleans())]
        shuffled = b"".join(order)
        shown = shuffled[: data.draw(st.integers(0, len(shuffled)) | st.just(len(shuffled)))]
        shown = data.draw(st.sampled_from([shown, shown.replace(b" 1", b" x", 1), shown.replace(b"\n", b" 5\n", 1)]))
        assert table.values(shown) == Table(*KEYS).values(shown)


@given(st.binary(max_size=200) | st.text("anonfile0123456789 :-\nkB", max_size=200).map(str.encode))
def test_any_bytes_make_no_table_fail_and_no_zero(text):
    found = Table(*KEYS).values(text)
    lines = text.split(b"\n")
    for key, number in zip(KEYS, found, strict=True):
        if number == 0:
            assert any(line.startswith(key.encode()) and set(line) & set(b"0") for line in lines)


def test_a_key_repeated_many_times_is_not_searched_over_and_over():
    text = b"anon 1\nfile x\n" * 50_000
    assert Table(*KEYS).values(text) == [1, None, None, None]


def test_a_text_is_read_or_the_error_names_the_file(tmp_path):
    (tmp_path / "name").write_bytes(b"caf\xc3\xa9 \xff\n")
    assert os.fsencode(read_text(tmp_path / "name")) == b"caf\xc3\xa9 \xff\n"
    with pytest.raises(SourceError, match=r"cannot read .*gone: No such file or directory"):
        read_text(tmp_path / "gone")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ProcessLookupError(errno.ESRCH, "No such process"), "the process has ended"),
        (OSError(errno.ENODEV, "No such device"), "the control group was removed"),
        (PermissionError(errno.EACCES, "Permission denied"), "Permission denied"),
        (ValueError("not a number: b''"), "not a number: b''"),
    ],
)
def test_a_gap_says_why_in_words(error, words):
    assert reason(error) == words
    assert gap("limits", "/proc/1/cgroup", error).reason == words
