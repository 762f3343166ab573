"""What macOS's own tools print, read from texts in their format, and the tools that are not there."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.errors import SourceError
from mnemo_cli.sampling.macos import (
    VmStat,
    parse_pressure_level,
    parse_vm_stat,
    read_pressure_level,
    read_vm_stat,
    run_tool,
)

# The format of macOS 10.9 and later, on a machine with pages of 16 KiB.
VM_STAT = """\
Mach Virtual Memory Statistics: (page size of 16384 bytes)
Pages free:                                6127.
Pages active:                            291544.
Pages inactive:                          286902.
Pages speculative:                         3710.
Pages throttled:                              0.
Pages wired down:                        142381.
Pages purgeable:                           2044.
"Translation faults":                1843206117.
Pages copy-on-write:                   63120954.
Pages zero filled:                    918274511.
Pages reactivated:                     71930822.
Pages purged:                           8204173.
File-backed pages:                       201733.
Anonymous pages:                         380423.
Pages stored in compressor:              611042.
Pages occupied by compressor:            249880.
Decompressions:                        88314406.
Compressions:                         104772190.
Pageins:                               29183367.
Pageouts:                                413298.
Swapins:                                 871244.
Swapouts:                               1305520.
"""
# macOS 10.8 and before had no compressor, and pages of 4 KiB.
OLD_VM_STAT = """\
Mach Virtual Memory Statistics: (page size of 4096 bytes)
Pages free:                         84120.
Pages active:                      198733.
Pages inactive:                     51207.
Pages speculative:                   9914.
Pages wired down:                  101355.
"Translation faults":            31877420.
Pageins:                           402118.
Pageouts:                               0.
Object cache: 14 hits of 797355 lookups (0% hit rate)
"""
NOTHING = VmStat(anon_bytes=None, file_bytes=None, compressed_bytes=None)
numbers = st.integers(min_value=0, max_value=1 << 40)


def absent(argv):
    raise SourceError(f"cannot run {argv[0]}: No such file or directory")


def test_a_good_text_is_read_in_bytes():
    gaps = []
    found = read_vm_stat(lambda argv: VM_STAT, gaps)
    assert found == VmStat(anon_bytes=380423 * 16384, file_bytes=201733 * 16384, compressed_bytes=249880 * 16384)
    assert not gaps


def test_lines_that_an_old_macos_does_not_print_are_unknown_and_named():
    gaps = []
    assert read_vm_stat(lambda argv: OLD_VM_STAT, gaps) == NOTHING
    assert [gap.field for gap in gaps] == [
        "limits.host.anon_bytes",
        "limits.host.file_bytes",
        "limits.host.compressed_bytes",
    ]
    assert "Pages occupied by compressor" in gaps[2].reason


def test_an_absent_vm_stat_is_unknown_and_says_why():
    gaps = []
    assert read_vm_stat(absent, gaps) == NOTHING
    assert {gap.reason for gap in gaps} == {"cannot run /usr/bin/vm_stat: No such file or directory"}
    assert len(gaps) == 3


@pytest.mark.parametrize(
    "text", ["", "command not found", "page size of 16384", "(page size of 0 bytes)", "(page size of many bytes)"]
)
def test_nonsense_in_place_of_vm_stat_is_unknown(text):
    gaps = []
    assert read_vm_stat(lambda argv: text, gaps) == NOTHING
    assert len(gaps) == 3


@pytest.mark.parametrize("number", ["-5", "1_0", "9" * 19, "9" * 40, "", "many", "٣"])
def test_a_line_with_a_damaged_number_is_unknown_and_the_others_stay(number):
    found = parse_vm_stat(VM_STAT.replace("249880", number))
    assert found.compressed_bytes is None
    assert found.anon_bytes == 380423 * 16384


@given(anon=numbers, file=numbers, compressed=numbers, page=st.sampled_from([4096, 16384]))
def test_every_number_that_is_printed_is_read_back(anon, file, compressed, page):
    text = (
        f"Mach Virtual Memory Statistics: (page size of {page} bytes)\n"
        f"File-backed pages: {file:>30}.\nAnonymous pages: {anon:>20}.\n"
        f"Pages stored in compressor: 7.\nPages occupied by compressor: {compressed:>12}.\n"
    )
    assert parse_vm_stat(text) == VmStat(
        anon_bytes=anon * page, file_bytes=file * page, compressed_bytes=compressed * page
    )


@given(st.text() | st.text().map(lambda text: "(page size of 4096 bytes)\n" + text))
def test_any_text_is_read_or_refused(text):
    try:
        found = parse_vm_stat(text)
    except ValueError:
        return
    sizes = (found.anon_bytes, found.file_bytes, found.compressed_bytes)
    assert all(size is None or size >= 0 for size in sizes)


@given(st.integers(min_value=0, max_value=len(VM_STAT)))
def test_a_text_that_was_cut_off_gives_no_wrong_number(length):
    gaps = []
    found = read_vm_stat(lambda argv: VM_STAT[:length], gaps)
    for size, whole in ((found.anon_bytes, 380423), (found.file_bytes, 201733), (found.compressed_bytes, 249880)):
        assert size in (None, whole * 16384)


@pytest.mark.parametrize(("text", "word"), [("1\n", "normal"), ("2\n", "warn"), ("4\n", "critical"), ("4", "critical")])
def test_the_kernels_pressure_level_has_its_own_words(text, word):
    gaps = []
    assert read_pressure_level(lambda argv: text, gaps) == word
    assert not gaps


def test_the_pressure_level_is_asked_of_the_kernel_by_its_name():
    asked = []
    read_pressure_level(lambda argv: asked.append(list(argv)) or "1\n", [])
    assert asked == [["/usr/sbin/sysctl", "-n", "kern.memorystatus_vm_pressure_level"]]


@pytest.mark.parametrize("text", ["", "0", "3", "14", "-1", "normal", "kern.memorystatus_vm_pressure_level: 1"])
def test_any_other_pressure_level_is_unknown_and_says_why(text):
    gaps = []
    assert read_pressure_level(lambda argv: text, gaps) is None
    assert [gap.field for gap in gaps] == ["vm_pressure_level"]


def test_an_absent_sysctl_is_unknown_and_says_why():
    gaps = []
    assert read_pressure_level(absent, gaps) is None
    assert "cannot run /usr/sbin/sysctl" in gaps[0].reason


@given(st.text())
def test_any_text_is_a_pressure_level_or_refused(text):
    try:
        assert parse_pressure_level(text) in ("normal", "warn", "critical")
    except ValueError:
        assert text.strip() not in ("1", "2", "4")


def test_a_tool_that_runs_gives_its_text_even_when_it_is_no_unicode():
    script = "import sys; sys.stdout.buffer.write(b'Pages free: 1.\\xff')"
    assert run_tool([sys.executable, "-I", "-S", "-c", script]) == "Pages free: 1.\ufffd"


def test_a_tool_that_is_not_there_is_an_error_that_names_it(tmp_path):
    with pytest.raises(SourceError, match=r"cannot run .*/vm_stat: No such file"):
        run_tool([str(tmp_path / "vm_stat")])


def test_a_tool_that_fails_is_an_error_that_names_it():
    with pytest.raises(SourceError, match="exit status 3"):
        run_tool([sys.executable, "-I", "-S", "-c", "raise SystemExit(3)"])
