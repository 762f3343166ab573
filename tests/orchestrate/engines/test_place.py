"""Where groups for jobs can be made, on machines made of files."""

import os
from pathlib import Path

import pytest

from mnemo_cli.orchestrate.engines.local.place import find_place

V1 = "35 31 0:32 / /cg/memory rw - cgroup cgroup rw,memory\n37 31 0:34 / /cg/freezer rw - cgroup cgroup rw,freezer\n"
V2 = "41 31 0:38 / /cg rw - cgroup2 cgroup2 rw\n"


class FakeKernel:
    """Folders that a machine's groups are in; a probe finds its files because `mkdir` is watched by nobody."""

    def __init__(self, root: Path, mounts: str, membership: str) -> None:
        self.root = root
        (root / "proc/self").mkdir(parents=True)
        (root / "proc/self/mountinfo").write_text(mounts)
        (root / "proc/self/cgroup").write_text(membership)

    def group(self, path: str, **files: str) -> Path:
        folder = self.root / path
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name.replace("_", ".", 1)).write_text(text)
        return folder


@pytest.fixture
def probes(monkeypatch):
    """The groups in which a trial group was made, in order; each succeeds unless it is named `denied`."""
    tried: list[Path] = []

    def attempt(parent: Path, limit_file: str | None) -> None:
        tried.append(parent)
        if "denied" in parent.parts:
            raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("mnemo_cli.orchestrate.engines.local.place._try", attempt)
    return tried


def test_on_version_1_groups_are_made_below_our_own(tmp_path, probes):
    kernel = FakeKernel(tmp_path, V1, "4:memory:/a/b\n6:freezer:/f\n")
    place, why = find_place(tmp_path)
    assert place is not None and place.version == 1 and place.can_freeze
    assert (place.parent, place.home) == (kernel.root / "cg/memory/a/b",) * 2
    assert place.freezer == kernel.root / "cg/freezer/f" and "(v1)" in why


def test_without_the_right_to_the_freezer_there_is_still_a_limit(tmp_path, probes):
    FakeKernel(tmp_path, V1, "4:memory:/a\n6:freezer:/denied\n")
    place, _ = find_place(tmp_path)
    assert place is not None and place.freezer is None and not place.can_freeze


def test_what_is_denied_is_said(tmp_path, probes):
    FakeKernel(tmp_path, V1, "4:memory:/denied\n")
    place, why = find_place(tmp_path)
    assert place is None and "/cg/memory/denied" in why and "Permission denied" in why


def test_a_mount_that_does_not_show_our_group_is_of_no_use(tmp_path, probes):
    FakeKernel(tmp_path, V1.replace(" / /cg/memory", " /docker/x /cg/memory"), "4:memory:/elsewhere\n")
    assert find_place(tmp_path)[0] is None
    assert probes == []


def test_no_memory_controller_and_no_proc_are_told_apart(tmp_path):
    assert "cannot read where control groups are" in find_place(tmp_path)[1]
    FakeKernel(tmp_path, "", "0::/\n")
    assert "no memory controller is mounted" in find_place(tmp_path)[1]


def test_on_version_2_a_group_that_hands_memory_on_takes_jobs(tmp_path, probes):
    kernel = FakeKernel(tmp_path, V2, "0::/a\n")
    own = kernel.group("cg/a", cgroup_controllers="cpu memory\n", cgroup_subtree_control="memory\n")
    place, _ = find_place(tmp_path)
    assert place is not None and (place.version, place.parent, place.home) == (2, own, own) and place.can_freeze


def test_beside_an_unlimited_group_of_ours_is_good_enough(tmp_path, probes):
    kernel = FakeKernel(tmp_path, V2, "0::/a/b\n")
    kernel.group("cg/a", cgroup_subtree_control="memory\n")
    own = kernel.group("cg/a/b", cgroup_controllers="memory\n", memory_max="max\n", memory_high="max\n")
    place, _ = find_place(tmp_path)
    assert place is not None and (place.parent, place.home) == (own.parent, own)


@pytest.mark.parametrize("limit", [{"memory_max": "1000\n", "memory_high": "max\n"}, {"memory_max": "max\n"}])
def test_jobs_never_escape_a_limit_that_holds_for_us(tmp_path, probes, limit):
    kernel = FakeKernel(tmp_path, V2, "0::/a/b\n")
    kernel.group("cg/a", cgroup_subtree_control="memory\n")
    kernel.group("cg/a/b", cgroup_controllers="memory\n", cgroup_procs="1\n2\n", **limit)
    place, why = find_place(tmp_path)
    assert place is None and "other processes" in why


def test_alone_in_our_group_we_step_aside(tmp_path, probes):
    kernel = FakeKernel(tmp_path, V2, "0::/a\n")
    own = kernel.group(
        "cg/a", cgroup_controllers="memory\n", cgroup_procs=f"{os.getpid()}\n", cgroup_subtree_control=""
    )
    aside = kernel.group(f"cg/a/mnemo-supervisor-{os.getpid()}", cgroup_procs="")
    (aside / "cgroup.procs").unlink()
    aside.rmdir()
    place, why = find_place(tmp_path)
    # Without a kernel there is no cgroup.procs in the new group: the step is taken back.
    assert place is None and "No such file" in why
    assert not aside.exists()
    assert (own / "cgroup.procs").read_text().startswith(str(os.getpid()))
