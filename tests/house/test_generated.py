"""man/, completions/ and the tables of README.md say what the code says, and the tools that read them agree."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
PAGES = sorted((PROJECT / "man").iterdir())
CHECKS = {
    "bash": ("-n", "mnemo.bash"),
    "zsh": ("-n", "_mnemo"),
    "fish": ("-n", "mnemo.fish"),
    "shellcheck": ("mnemo.bash",),
}


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def test_generated_files_are_fresh():
    done = subprocess.run(
        [sys.executable, "tests/generate.py", "--check"], capture_output=True, text=True, timeout=60, cwd=PROJECT
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}run `python tests/generate.py` to write them"


@pytest.mark.parametrize("checker", CHECKS)
def test_a_completion_script_is_valid_in_its_shell(checker):
    done = subprocess.run(
        [tool(checker), *CHECKS[checker]], capture_output=True, text=True, timeout=60, cwd=PROJECT / "completions"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_a_man_page_is_clean_to_mandoc(page):
    done = subprocess.run([tool("mandoc"), "-Tlint", "-Wwarning", page], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_a_man_page_fits_80_columns(page):
    done = subprocess.run([tool("mandoc"), "-Tutf8", "-Owidth=80", page], capture_output=True, text=True, timeout=60)
    # Bold and underlined signs are struck twice.
    shown = re.sub(".\b", "", done.stdout)
    assert [line for line in shown.splitlines() if len(line) > 80] == []


def test_the_wheel_installs_every_page_in_its_section():
    shared = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    installed = {path: place for path, place in shared["shared-data"].items() if path.startswith("man/")}
    assert installed == {f"man/{page.name}": f"share/man/man{page.name[-1]}/{page.name}" for page in PAGES}
