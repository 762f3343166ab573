"""Roots below tmp_path: machines and images whose files a fix may change."""

import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from mnemo_cli.doctor.fixes.plan import make_plan
from mnemo_cli.doctor.fixes.scene import Proposal, Scene, ceiling_of
from mnemo_cli.doctor.fixes.tree import Tree
from mnemo_cli.doctor.fixes.wanted import Wanted
from mnemo_cli.doctor.fixes.worlds import WORLDS

BY_NAME = {world.name: world for world in WORLDS}
SERVER = Wanted(nofile=65536, nproc=4096)
DEBIAN = {
    "etc/pam.d/common-session": "session required pam_limits.so\n",
    "etc/security/limits.conf": "# nothing here\n",
    "etc/systemd/system.conf": "[Manager]\n#DefaultLimitNOFILE=1024:524288\n",
    "usr/lib/systemd/system/nginx.service": "[Service]\nExecStart=/usr/sbin/nginx\n",
    "etc/docker/daemon.json": '{"log-driver": "journald"}\n',
    "var/lib/present": "",
}


@pytest.fixture
def root(tmp_path: Path) -> Callable[[Mapping[str, str | bytes]], Path]:
    """Writes files below a root and returns it."""

    def write(files: Mapping[str, str | bytes]) -> Path:
        for name, content in files.items():
            path = tmp_path / "root" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        (tmp_path / "root").mkdir(exist_ok=True)
        return tmp_path / "root"

    return write


@pytest.fixture
def debian(root) -> Path:
    return root(DEBIAN)


@pytest.fixture
def server() -> Wanted:
    return SERVER


@pytest.fixture
def propose() -> Callable[..., Proposal]:
    """What one world proposes for a root."""

    def run(world: str, where: Path, wanted: Wanted = SERVER, unit: str | None = None) -> Proposal:
        tree = Tree(where)
        return BY_NAME[world].run(Scene(tree, wanted, ceiling_of(tree), unit))

    return run


@pytest.fixture
def plan_for():
    """A plan of some worlds; by default of all that write files."""

    def run(where: Path, *names: str, wanted: Wanted = SERVER, unit: str | None = "nginx.service"):
        chosen = names or ("pam", "service", "all-services", "sysctl", "docker")
        return make_plan(where, wanted, [BY_NAME[name] for name in chosen], unit)

    return run


@pytest.fixture
def photo() -> Callable[[Path], dict[str, tuple[int, int, int, bytes | str]]]:
    """Everything below a root but the journal: kind and mode, owner, content."""

    def take(where: Path) -> dict[str, tuple[int, int, int, bytes | str]]:
        found = {}
        for folder, folders, files in os.walk(where):
            folders[:] = [name for name in folders if name != "mnemosyne"]
            for name in (*folders, *files):
                path = Path(folder, name)
                status = path.lstat()
                content = path.readlink() if path.is_symlink() else path.read_bytes() if path.is_file() else b""
                shown = os.fspath(content) if isinstance(content, Path) else content
                found[str(path.relative_to(where))] = (status.st_mode, status.st_uid, status.st_gid, shown)
        assert all(stat.S_IFMT(mode) for mode, *_ in found.values())
        return found

    return take
