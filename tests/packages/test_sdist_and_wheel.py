"""The packages that are published: built for real, without a network, from two copies that differ in all that may."""

import hashlib
import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Mapping
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import NamedTuple

import pytest

from mnemo_cli import __version__

PROJECT = Path(__file__).parents[2]
SHARED = {
    "completions/mnemo.bash": "bash-completion/completions/mnemo",
    "completions/_mnemo": "zsh/site-functions/_mnemo",
    "completions/mnemo.fish": "fish/vendor_completions.d/mnemo.fish",
}
# What somebody who has only the sdist needs to build, test and run the project as we do.
WHOLE = ("mnemo_cli", "tests", "man", "completions", "deploy", ".ci")
ALONE = ("README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml", ".gitignore")
_SECONDS = 120.0


class Packages(NamedTuple):
    sdist: Path
    wheel: Path


def build(tree: Path, target: Path, *, umask: int, environment: Mapping[str, str]) -> Packages:
    """As a build front end does it without isolation: both packages from the tree itself."""
    pytest.importorskip("hatchling", reason="hatchling is not installed, which builds the packages")
    # Not for us alone: who builds a package says when it was made with this.
    clean = {name: text for name, text in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-t", "wheel", "-d", str(target)],
        cwd=tree, umask=umask, env={**clean, **environment}, capture_output=True, text=True, timeout=_SECONDS,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    return Packages(next(target.glob("*.tar.gz")), next(target.glob("*.whl")))


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    return build(PROJECT, tmp_path_factory.mktemp("first"), umask=0o022, environment={"PYTHONHASHSEED": "1"})


@pytest.fixture(scope="module")
def sources(packages, tmp_path_factory):
    """What somebody has who has the sdist alone."""
    place = tmp_path_factory.mktemp("alone")
    with tarfile.open(packages.sdist) as archive:
        archive.extractall(place, filter="data")
    return place / f"mnemosyne_limits-{__version__}"


@pytest.fixture(scope="module")
def described(packages) -> Message:
    with zipfile.ZipFile(packages.wheel) as wheel:
        return message_from_bytes(wheel.read(f"mnemosyne_limits-{__version__}.dist-info/METADATA"))


def test_the_sdist_builds_the_same_packages_elsewhere_later_and_under_another_umask(packages, sources, tmp_path):
    for path in sources.rglob("*"):
        os.utime(path, follow_symlinks=False)
    elsewhere = {"PYTHONHASHSEED": "2", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    again = build(sources, tmp_path / "again", umask=0o077, environment=elsewhere)
    assert [digest(path) for path in again] == [digest(path) for path in packages]


def test_the_sdist_has_all_that_the_project_has(sources):
    wanted = {
        path.relative_to(PROJECT)
        for folder in WHOLE
        for path in (PROJECT / folder).rglob("*")
        if is_file(path) and "__pycache__" not in path.parts
    } | {Path(name) for name in ALONE}
    found = {path.relative_to(sources) for path in sources.rglob("*") if is_file(path)}
    assert found - {Path("PKG-INFO")} == wanted
    assert os.access(sources / ".ci/run", os.X_OK)


def test_the_wheel_has_the_package_and_nothing_else_of_the_project(packages):
    sources = (PROJECT / "mnemo_cli").rglob("*")
    wanted = {str(path.relative_to(PROJECT)) for path in sources if "__pycache__" not in path.parts}
    with zipfile.ZipFile(packages.wheel) as wheel:
        found = {name for name in wheel.namelist() if not name.startswith("mnemosyne_limits-")}
    assert found == {name for name in wanted if (PROJECT / name).is_file()}
    assert {"mnemo_cli/py.typed", "mnemo_cli/schemas/sample.schema.json"} <= found


def test_every_manual_page_and_completion_is_installed_where_it_is_looked_for(packages):
    pages = {f"man/{page.name}": f"man/man{page.suffix[1:]}/{page.name}" for page in (PROJECT / "man").iterdir()}
    share = f"mnemosyne_limits-{__version__}.data/data/share/"
    with zipfile.ZipFile(packages.wheel) as wheel:
        found = {name.removeprefix(share): wheel.read(name) for name in wheel.namelist() if name.startswith(share)}
    wanted = {name: (PROJECT / source).read_bytes() for source, name in {**pages, **SHARED}.items()}
    assert found == wanted, "pyproject.toml lists them in [tool.hatch.build.targets.wheel.shared-data]"


def test_the_index_is_told_what_it_shows(described):
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    assert described["Name"] == project["name"] and described["Version"] == __version__
    assert described["License-Expression"] == "Apache-2.0" and described["License-File"] == "LICENSE"
    assert described["Description-Content-Type"] == "text/markdown"
    assert described.get_payload(decode=True) == (PROJECT / "README.md").read_bytes()
    assert set(described.get_all("Provides-Extra", [])) == project["optional-dependencies"].keys()
    assert "Typing :: Typed" in described.get_all("Classifier", [])


def test_the_licence_and_the_command_are_in_the_wheel(packages):
    information = f"mnemosyne_limits-{__version__}.dist-info"
    with zipfile.ZipFile(packages.wheel) as wheel:
        assert wheel.read(f"{information}/licenses/LICENSE") == (PROJECT / "LICENSE").read_bytes()
        assert b"mnemo = mnemo_cli.__main__:main" in wheel.read(f"{information}/entry_points.txt")


def is_file(path: Path) -> bool:
    """Captured machines have links that lead nowhere."""
    return path.is_file() or path.is_symlink()


def digest(path: Path) -> tuple[str, str]:
    return path.name, hashlib.sha256(path.read_bytes()).hexdigest()
