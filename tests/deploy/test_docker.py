"""The image's recipe: as hadolint reads it, and with the versions that pyproject.toml allows."""

import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from mnemo_cli import __version__
from tests.deploy.files import DEPLOY, DOCKERFILE, PROJECT

RECIPE = DOCKERFILE.read_text()
PINNED = {
    canonicalize_name(name): version
    for name, version in re.findall(r"^([\w.-]+)==(\S+)$", (DOCKERFILE.parent / "constraints.txt").read_text(), re.M)
}


@pytest.fixture(scope="session")
def hadolint():
    beside_python = Path(sys.executable).parent / "hadolint"
    found = str(beside_python) if beside_python.exists() else shutil.which("hadolint")
    if found is None:
        pytest.skip("hadolint is not installed")

    def check(recipe: str) -> str:
        words = [found, "--no-color", "--config", "/dev/null", "-"]
        return subprocess.run(words, input=recipe, capture_output=True, text=True).stdout

    return check


def test_hadolint_finds_nothing_wrong(hadolint):
    assert hadolint(RECIPE) == ""


def test_hadolint_would_find_a_base_that_is_not_pinned(hadolint):
    assert "DL3006" in hadolint(re.sub(r"^FROM (\w+):\S+", r"FROM \1", RECIPE, flags=re.M))


def test_the_image_runs_as_nobody_in_particular_and_without_pip():
    last_stage = RECIPE[RECIPE.rindex("\nFROM ") :]
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", last_stage, re.M)
    assert "venv --without-pip" in RECIPE and "RUN" not in last_stage


def test_both_stages_have_the_same_base_pinned_to_a_patch_version():
    bases = re.findall(r"^FROM (\S+)", RECIPE, re.M)
    assert len(bases) == 2 and len(set(bases)) == 1
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", bases[0])


def test_every_dependency_is_pinned_to_a_version_that_is_allowed():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    wanted = [Requirement(line) for line in project["dependencies"]]
    refused = [str(one) for one in wanted if PINNED.get(canonicalize_name(one.name), "") not in one.specifier]
    assert wanted and not refused


def test_what_the_dependencies_depend_on_is_pinned_too():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    found, left = set(), [Requirement(line) for line in project["dependencies"]]
    while left:
        one = left.pop()
        if (one.marker is None or one.marker.evaluate({"extra": ""})) and canonicalize_name(one.name) not in found:
            found.add(canonicalize_name(one.name))
            left += [Requirement(line) for line in metadata.requires(one.name) or ()]
    assert found == PINNED.keys()


def test_everything_that_the_recipe_copies_is_there_and_reaches_the_builder():
    let_in = re.findall(r"^!(\S+)$", Path(f"{DOCKERFILE}.dockerignore").read_text(), re.M)
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.*)$", RECIPE, re.M)
        for source in line.split()[:-1]
    ]  # fmt: skip
    assert sorted(copied) == sorted(let_in)
    assert all((PROJECT / source).exists() for source in copied)


def test_the_version_is_the_one_that_is_shown():
    texts = [RECIPE, (DEPLOY / "README.md").read_text()]
    assert {version for text in texts for version in re.findall(r"\bmnemo:(\d[\w.]*)", text)} == {__version__}
