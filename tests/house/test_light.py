"""What a command does not need it does not import: start-up is what people pay on every call."""

import subprocess
import sys

import pytest

HEAVY = {"pydantic", "rich", "psutil", "tomlkit", "yaml", "prometheus_client"}
RUNNER = """
import sys
sys.argv = ["mnemo", *sys.argv[1:]]
from mnemo_cli.__main__ import main
try:
    main()
finally:
    sys.stderr.write(chr(10) + " ".join(sys.modules))
"""


def packages_imported_by(*words: str) -> set[str]:
    """The top-level packages in sys.modules after `mnemo WORDS` ended well, its output being piped."""
    done = subprocess.run([sys.executable, "-c", RUNNER, *words], capture_output=True, text=True, timeout=60)
    said, _, modules = done.stderr.rpartition("\n")
    assert done.returncode == 0, said
    assert done.stdout
    return {module.partition(".")[0] for module in modules.split()}


@pytest.mark.parametrize(
    "words",
    [
        ["--version"],
        ["--help"],
        ["snapshot", "--help"],
        ["snapshot", "--format", "json"],
        ["doctor", "--fail-on", "never", "--format", "json"],
        ["limits", "check", "--fail-on", "never", "--format", "json"],
        ["limits", "render", "--for", "docker"],
    ],
)
def test_the_light_paths_import_none_of_the_heavy_packages(words):
    assert not packages_imported_by(*words) & HEAVY


@pytest.mark.parametrize("words", [["explain", "levels"], ["config", "show"], ["completion", "bash"]])
def test_no_light_command_imports_pydantic_or_a_screen(words):
    assert not packages_imported_by(*words) & {"pydantic", "rich", "psutil"}


def test_the_doctor_imports_json_only_for_json():
    words = ("doctor", "--fail-on", "never", "--format")
    assert "json" not in packages_imported_by(*words, "plain")
    assert "json" in packages_imported_by(*words, "json")


def test_the_version_is_told_without_typer():
    assert "typer" not in packages_imported_by("--version")


def test_the_runner_would_see_a_heavy_package():
    assert "typer" in packages_imported_by("--help")
