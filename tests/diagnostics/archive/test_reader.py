"""Archives of strangers: what is whole and harmless is read, everything else ends in words; nothing is written."""

import io
import os
import random
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.diagnostics.archive.reader import OURS, open_bundle
from mnemo_cli.errors import BundleError
from tests.diagnostics.archive.tars import PACKERS, entry, tar_of

FULL = bool(os.environ.get("MNEMO_FULL_COUNTS"))
MUTATIONS = 10_000 if FULL else 500
GOOD = (("top/a.log", b"abc\n" * 1000), ("top/b", b""), ("top/c/d", b"x" * 512))


def read(raw, **options):
    return {file.path: b"".join(file.chunks) for file in open_bundle(io.BytesIO(raw), "it", **options)}


@pytest.mark.parametrize("form", PACKERS)
def test_files_are_read_in_every_form(form):
    assert read(tar_of(*GOOD, form=form)) == dict(GOOD)


def test_what_nobody_takes_is_passed_over():
    files = open_bundle(io.BytesIO(tar_of(*GOOD)), "it")
    assert [file.path for file in files] == [path for path, _ in GOOD]


def test_a_long_name_is_read_in_either_form():
    name = "top/" + "n" * 200
    assert list(read(tar_of((name, b"x")))) == [name]
    info = tarfile.TarInfo(name)
    assert list(read(info.tobuf(tarfile.GNU_FORMAT) + bytes(1024))) == [name]


LINK, HARD, PIPE, DEVICE, FOLDER = tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE
HOSTILE = {
    "a link": ((entry("top/l", LINK, "/etc/passwd"),), "top/l is a link; a bundle has plain files only"),
    "a hard link": ((entry("top/l", HARD, "top/x"),), "top/l is a link"),
    "a FIFO": ((entry("top/p", PIPE),), "top/p is a device"),
    "a device": ((entry("top/d", DEVICE),), "top/d is a device"),
    "a folder": ((entry("top", FOLDER),), "top is a folder"),
    "an absolute name": ((("/etc/cron.d/x", b"x"),), "the name /etc/cron.d/x leads out of the archive"),
    "a way out": ((("top/../../x", b"x"),), "the name top/../../x leads out of the archive"),
    "only a way out": (((".." , b"x"),), r"the name .. leads out"),
    "twice the same": ((("top/a", b"1"), ("top/a", b"2")), "top/a is in it twice"),
    "twice by another spelling": ((("top/a", b"1"), ("top/./a", b"2")), "top/a is in it twice"),
    "too deep": ((("/".join("abcdefghijklmnopqrst"), b"x"),), "too long or too deep"),
    "too long": (((f"top/{'n' * 2000}", b"x"),), "too long or too deep"),
    "no name": ((("./.", b"x"),), "a file in it has no name"),
    "a name that writes on a terminal": (
        (("top/\x1b]0;x\x07/../y", b"x"),), r"the name top/\\x1b\]0;x\\x07/../y leads out"
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_archive_is_refused_in_words(what, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    members, message = HOSTILE[what]
    with pytest.raises(BundleError, match=message):
        read(tar_of(*members, form="gzip"))
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("what", ["a link", "a hard link", "a FIFO", "a device", "a folder", "twice the same"])
def test_in_an_archive_of_somebody_else_harmless_things_are_passed_over(what):
    found = read(tar_of(*HOSTILE[what][0], ("other", b"x")), foreign=True)
    assert set(found) <= {"other", "top/a"} and found["other"] == b"x"


@pytest.mark.parametrize("what", ["an absolute name", "a way out", "only a way out"])
def test_names_that_lead_out_are_refused_there_too(what):
    with pytest.raises(BundleError):
        read(tar_of(*HOSTILE[what][0]), foreign=True)


def test_more_than_the_bounds_is_refused():
    raw = tar_of(*((f"top/{number}", b"") for number in range(11)))
    with pytest.raises(BundleError, match="it holds more than 10 files"):
        read(raw, bounds=OURS._replace(members=10))
    with pytest.raises(BundleError, match=r"top/a.log is larger than 3999 bytes"):
        read(tar_of(*GOOD), bounds=OURS._replace(file_bytes=3999))


def test_a_header_of_many_bytes_is_refused_before_it_is_read():
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 1 << 30
    with pytest.raises(BundleError, match="a header of 1073741824 bytes stands there"):
        read(info.tobuf(tarfile.GNU_FORMAT) + bytes(1 << 20))


def test_an_archive_that_was_cut_is_refused_wherever_that_was():
    raw = tar_of(*GOOD, ending=bytes(1024))
    for length in range(0, len(raw), 97):
        with pytest.raises(BundleError, match="ends in the middle"):
            read(raw[:length])


def test_what_follows_the_end_is_refused_unless_it_is_padding():
    assert read(tar_of(*GOOD) + bytes(100_000)) == dict(GOOD)
    with pytest.raises(BundleError, match="something follows the end of the archive"):
        read(tar_of(*GOOD) + b"more")


def test_a_text_is_no_archive():
    with pytest.raises(BundleError, match="it: it does not begin as a tar does: no bundle, or damaged"):
        read(b"Nov 22 kernel: nothing\n" * 1000)


def test_any_mutation_is_read_or_refused(tmp_path, monkeypatch):
    """Single bytes, slices doubled, dropped and zeroed, in the plain and in the packed archive."""
    monkeypatch.chdir(tmp_path)
    chance = random.Random(5)
    whole = {form: tar_of(*GOOD, form=form) for form in PACKERS}
    refused = 0
    for number in range(MUTATIONS):
        raw = mutated(bytearray(whole[chance.choice(list(PACKERS))]), chance)
        try:
            read(raw, foreign=number % 2 == 0)
        except BundleError as error:
            refused += 1
            assert str(error).startswith("it: ") and str(error).isprintable()
    assert refused > MUTATIONS / 4
    assert os.listdir(tmp_path) == []


def mutated(raw, chance):
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(raw) + 1)
        end = min(len(raw), start + chance.choice([1, 1, 1, 8, 512]))
        match chance.randrange(4):
            case 0:
                raw[start:end] = chance.randbytes(end - start)
            case 1:
                raw[start:start] = raw[start:end]
            case 2:
                del raw[start:end]
            case _:
                raw[start:end] = bytes(end - start)
    return bytes(raw)


@given(st.binary(max_size=3000), st.booleans())
def test_any_bytes_are_read_or_refused(raw, foreign):
    try:
        read(raw, foreign=foreign)
    except BundleError as error:
        assert str(error).isprintable()
