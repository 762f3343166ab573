"""The memory of a tree of processes, for where no control group can be had: whoever has ended is not measured."""

import os
import subprocess

import pytest

from mnemo_cli.orchestrate.engines.local.keeper.kernel_files import read
from mnemo_cli.orchestrate.engines.local.keeper.tree import Tree

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def process(proc, pid, pages, *, children="", pss_kib=None):
    """What the kernel tells of one process of one thread."""
    (proc / str(pid) / "task" / str(pid)).mkdir(parents=True)
    (proc / str(pid) / "task" / str(pid) / "children").write_text(children)
    (proc / str(pid) / "statm").write_text(f"{pages} {pages} 0 0 0 0 0\n")
    if pss_kib is not None:
        (proc / str(pid) / "smaps_rollup").write_text(f"00-ff ---p 0 0:0 0 [rollup]\nRss: 1 kB\nPss: {pss_kib} kB\n")


@pytest.fixture
def zombie():
    """A real process that has ended, and that nobody has waited for."""
    with subprocess.Popen(["/bin/true"]) as ended:
        os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
        yield ended


@pytest.mark.parametrize("limit_bytes", [None, 1])
def test_a_zombie_is_not_a_process_that_uses_nothing(zombie, limit_bytes):
    tree = Tree(zombie.pid, "/proc")
    assert tree.measure(0.0, limit_bytes) is None and tree.peak_bytes is None


def test_a_zombie_does_not_hide_what_its_children_use(tmp_path):
    process(tmp_path, 7, 0, children="8 ")
    process(tmp_path, 8, 5, pss_kib=1)
    assert Tree(7, str(tmp_path)).measure(0.0, None) == 5 * PAGE_BYTES


def test_what_ends_while_it_is_weighed_did_not_need_nothing(tmp_path, monkeypatch):
    """Between its two files: smaps_rollup of one that has ended is ESRCH."""
    process(tmp_path, 7, 5)

    def ended(path):
        if path.endswith("smaps_rollup"):
            raise ProcessLookupError
        return read(path)

    monkeypatch.setattr("mnemo_cli.orchestrate.engines.local.keeper.tree.read", ended)
    tree = Tree(7, str(tmp_path))
    assert tree.measure(0.0, PAGE_BYTES) is None and tree.peak_bytes is None
