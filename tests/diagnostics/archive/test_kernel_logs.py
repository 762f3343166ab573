"""Kernel logs found in any tar: by the names that bundles give them, and by what stands in them."""

import gzip
import io
import lzma

import pytest

from mnemo_cli.diagnostics.archive.kernel_logs import kernel_logs
from mnemo_cli.errors import BundleError
from tests.diagnostics.archive.tars import KERNEL_LINE, PACKERS, entry, tar_of

SYSLOG = b"Nov 22 14:02:31 host kernel: [22115.958847] Memory cgroup out of memory: Killed process 4666 (python)\n"


def found(*members, form="gzip"):
    return {path: b"".join(chunks) for path, chunks in kernel_logs(io.BytesIO(tar_of(*members, form=form)), "it")}


@pytest.mark.parametrize(
    "path",
    [
        "mnemo-20261122T140231Z/kernel-log/kernel.log",
        "mnemo-20261122T140231Z/killers/systemd.log",
        "sosreport-x/sos_commands/kernel/dmesg",
        "sosreport-x/sos_commands/kernel/dmesg_-T",
        "sosreport-x/sos_commands/logs/journalctl_--no-pager_--boot",
        "var/log/kern.log",
        "var/log/kern.log.1",
        "var/log/messages",
        "var/log/messages-20261115",
        "var/log/syslog.3",
        "dmesg.txt",
        "host.dmesg",
        "proc/kmsg",
    ],
)
def test_a_log_is_known_by_its_name(path):
    assert found((path, b"anything"), ("other", b"nothing")) == {path: b"anything"}


@pytest.mark.parametrize(
    "path", ["kernel.json", "etc/kernel.conf", "lib/kernel.py", "SUMMARY.md", "dmesgs", "amessages"]
)
def test_other_names_are_no_logs(path):
    assert found((path, b"anything")) == {}


@pytest.mark.parametrize("line", [KERNEL_LINE, KERNEL_LINE[3:], SYSLOG, b"3,14202,22115958847,-;Killed process\n"])
def test_a_log_of_any_name_is_known_by_its_content(line):
    content = b"first\n" * 100 + line * 30_000
    assert found(("evidence/7", content)) == {"evidence/7": content}


def test_an_application_that_quotes_the_kernel_is_no_kernel_log():
    assert found(("app.txt", b'{"message": "Killed process 12 (x)"}\n')) == {}


@pytest.mark.parametrize(("ending", "pack"), [(".gz", gzip.compress), (".xz", lzma.compress)])
def test_a_log_that_was_rotated_is_unpacked(ending, pack):
    path = f"var/log/kern.log.2{ending}"
    assert found((path, pack(SYSLOG * 100))) == {path: SYSLOG * 100}


def test_a_damaged_rotated_log_is_refused_in_words():
    with pytest.raises(BundleError, match=r"it: var/log/kern.log.2.gz: its gzip data ends in the middle"):
        found(("var/log/kern.log.2.gz", gzip.compress(SYSLOG * 100)[:-20]))


def test_something_that_only_looks_compressed_is_no_log():
    assert found(("doc/x.gz", b"\x1f\x8bnothing")) == {}


@pytest.mark.parametrize("form", PACKERS)
def test_links_to_logs_are_passed_over_in_every_form(form):
    assert found(entry("var/log/kern.log", b"2", "/etc/shadow"), ("dmesg", b"x"), form=form) == {"dmesg": b"x"}
