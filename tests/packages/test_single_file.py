"""mnemo as one file: built for real from the installed dependencies, and run by a Python that has nothing else."""

import ast
import json
import os
import runpy
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
_SECONDS = 120.0


@pytest.fixture(scope="module")
def single_file(tmp_path_factory):
    """At a path that a shell, and a line of Python, would have to quote."""
    target = tmp_path_factory.mktemp("it's one") / "mnemo.pyz"
    build = [sys.executable, str(PROJECT / "deploy" / "single_file.py"), str(target)]
    subprocess.run(build, check=True, capture_output=True, timeout=_SECONDS)
    return target


def run(single_file: Path, *words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """-I and -S: no installed package and no variable can help out."""
    command = [sys.executable, "-I", "-S", os.path.relpath(single_file, cwd), *words]
    return subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, timeout=_SECONDS
    )


def test_it_is_a_program(single_file):
    with open(single_file, "rb") as file:
        assert file.readline() == b"#!/usr/bin/env python3\n"
    assert os.access(single_file, os.X_OK)


def test_an_old_python_reads_far_enough_to_say_that_it_is_old(single_file):
    begin = zipfile.ZipFile(single_file).read("__main__.py").decode()
    ast.parse(begin, feature_version=(3, 4))
    assert begin.index("mnemo needs Python 3.11 or newer") < begin.index("from mnemo_cli")


def test_without_a_dependency_it_says_what_to_install(tmp_path):
    command = [sys.executable, "-I", "-S", str(PROJECT / "deploy" / "single_file.py"), str(tmp_path / "mnemo.pyz")]
    built = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS)
    assert built.returncode == 1 and "pip install ." in built.stderr and not (tmp_path / "mnemo.pyz").exists()


def test_a_dependency_whose_files_are_not_known_is_not_left_out_in_silence(tmp_path, monkeypatch):
    """As a system's own packages may be: installed, and without a list of what belongs to them."""
    information = tmp_path / "bare-1.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: bare\nVersion: 1\n")
    pinned = tmp_path / "deploy" / "docker" / "constraints.txt"
    pinned.parent.mkdir(parents=True)
    pinned.write_text("bare==1\n")
    monkeypatch.syspath_prepend(tmp_path)
    building = runpy.run_path(str(PROJECT / "deploy" / "single_file.py"))["contents"]
    monkeypatch.setitem(building.__globals__, "PROJECT", tmp_path)
    with pytest.raises(SystemExit, match="bare was not installed by pip"):
        list(building())


def test_it_holds_the_licences_and_nothing_that_only_one_machine_can_load(single_file):
    names = zipfile.ZipFile(single_file).namelist()
    assert not [name for name in names if name.endswith((".so", ".dylib", ".pyd"))]
    assert not [name for name in names if name.startswith("psutil")]
    licensed = {name.split("-")[0] for name in names if ".dist-info/" in name and "LICENSE" in name}
    assert len(licensed) == len({name.split("/")[0] for name in names if ".dist-info/" in name})


def test_nothing_in_it_says_where_or_when_it_was_built(single_file):
    archive = zipfile.ZipFile(single_file)
    assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert [entry.filename for entry in archive.infolist()] == sorted(archive.namelist())
    machine = str(PROJECT).encode()
    assert not [name for name in archive.namelist() if machine in archive.read(name)]


def test_the_compiled_modules_are_of_the_sources_beside_them(single_file):
    """An import would take a stale one without a look at its source."""
    archive = zipfile.ZipFile(single_file)
    here = PROJECT / "mnemo_cli"
    names = {name for name in archive.namelist() if name.startswith("mnemo_cli/") and name.endswith(".py")}
    assert names == {str(path.relative_to(PROJECT)) for path in here.rglob("*.py")}
    assert {f"{name}c" for name in names} <= set(archive.namelist())


def test_files_of_the_package_are_found_in_it(single_file, tmp_path):
    shown = run(single_file, "config", "schema", cwd=tmp_path)
    assert json.loads(shown.stdout)["title"], shown.stderr
    columns = run(single_file, "snapshot", "--format", "json", cwd=tmp_path)
    assert json.loads(columns.stdout)["schema"] == "mnemo.sample/1", columns.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="jobs of orchestrate run on Linux")
def test_a_job_runs_in_it(single_file, tmp_path):
    """The keeper is a program of its own, and has to find its modules in the archive."""
    done = run(single_file, "orchestrate", "--", "sh", "-c", "echo hello; exit 5", cwd=tmp_path, TMPDIR=str(tmp_path))
    assert (done.returncode, done.stdout) == (5, "hello\n"), done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere psutil is asked without being told to")
def test_what_it_lacks_is_said_in_one_line(single_file, tmp_path):
    asked = run(single_file, "snapshot", cwd=tmp_path, MNEMOSYNE_SAMPLER="portable")
    assert asked.returncode == 3
    assert asked.stderr.startswith("mnemo: cannot read this system: ") and "has no psutil" in asked.stderr
