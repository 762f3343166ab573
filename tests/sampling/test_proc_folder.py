"""A process's folder: reads through it are that process's or fail, never a stranger's."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mnemo_cli.sampling.proc_folder import ProcessFolder, is_live

ROOT = Path("/")
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def test_files_of_a_copy_are_read_and_counted(fake_host):
    files = {
        "proc/7/limits": "x" * 5000,
        "proc/7/maps": "a\nb\nc\n",
        "proc/7/fd/0": "",
        "proc/7/fd/1": "",
        "proc/7/stat": "s",
    }
    folder = ProcessFolder(7, fake_host(files), live=False)
    assert folder.read("limits") == b"x" * 5000
    assert (folder.fd_count(), folder.mapping_count(), folder.is_there()) == (2, 3, True)
    with pytest.raises(FileNotFoundError):
        folder.read("status")
    folder.close()


def test_no_process_is_an_error_at_once(tmp_path):
    with pytest.raises(FileNotFoundError):
        ProcessFolder(7, tmp_path, live=False)


@linux
def test_our_own_descriptors_and_mappings_are_counted():
    folder = ProcessFolder("self", ROOT, live=True)
    assert folder.fd_count() == len(os.listdir("/proc/self/fd")) - 1
    assert folder.mapping_count() > 10
    folder.close()


@linux
def test_after_the_process_has_been_reaped_every_read_fails():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as program:
        folder = ProcessFolder(program.pid, ROOT, live=True)
        assert folder.read("status") and folder.is_there()
    assert not folder.is_there()
    for read in (lambda: folder.read("limits"), folder.fd_count, folder.mapping_count):
        with pytest.raises((FileNotFoundError, ProcessLookupError)):
            read()
    folder.close()


def test_a_copy_of_proc_is_not_live(tmp_path):
    (tmp_path / "proc").mkdir()
    assert not is_live(tmp_path) and not is_live(tmp_path / "nowhere")


@linux
def test_the_kernels_proc_is_live():
    assert is_live(ROOT)
