"""Imports go downward only, and importing a module reads nothing and starts nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import mnemo_cli

PACKAGE = Path(mnemo_cli.__file__).parent
PROJECT = PACKAGE.parent

# Runs in an interpreter of its own: an audit hook cannot be taken off again. What the standard library or a
# dependency reads for itself is not our affair, so only a call that our own source makes is counted,
# except for processes, sockets, /proc and /sys, which are nobody's business while mnemo is imported.
WATCHER = """
import importlib, json, os, sys, time
# It reads /proc for a collector of its own while it is imported; those of us that stand on it are still looked at.
import prometheus_client
# So does Dask, which is there with its extra only.
try:
    import distributed
except ImportError:
    pass

package = sys.argv[1]
found, current = [], [""]

def is_ours(frame):
    while frame and ("importlib" in frame.f_code.co_filename or frame.f_code.co_filename in (__file__, os.__file__)
                     or frame.f_code.co_filename.endswith("_collections_abc.py")
                     or frame.f_code.co_filename.startswith("<frozen")):
        frame = frame.f_back
    return frame is not None and frame.f_code.co_filename.startswith(package)

def hook(event, arguments):
    if not current[0]:
        return
    if event.startswith(("subprocess.", "socket.", "os.exec", "os.fork", "os.posix_spawn", "os.system")):
        found.append([current[0], event])
    if event in ("open", "os.listdir", "os.scandir") and str(arguments[0]).startswith(("/proc", "/sys")):
        found.append([current[0], f"{event} {arguments[0]}"])

def watched(name, function):
    def call(*arguments, **keywords):
        if current[0] and is_ours(sys._getframe(1)):
            found.append([current[0], name])
        return function(*arguments, **keywords)
    return call

class Environment(type(os.environ)):
    def __getitem__(self, key):
        if current[0] and is_ours(sys._getframe(1)):
            found.append([current[0], f"environment {key}"])
        return super().__getitem__(key)

os.environ.__class__ = Environment
for name in ("time", "monotonic", "time_ns", "monotonic_ns", "perf_counter"):
    setattr(time, name, watched(name, getattr(time, name)))
sys.addaudithook(hook)
for name in sys.argv[2:]:
    current[0] = name
    importlib.import_module(name)
current[0] = ""
print(json.dumps(found))
"""


def module_names() -> list[str]:
    paths = (path.relative_to(PROJECT).with_suffix("") for path in sorted(PACKAGE.rglob("*.py")))
    names = (".".join(path.parts).removesuffix(".__init__") for path in paths)
    return list(names)


def watched_import(tmp_path: Path, package: Path, names: list[str]) -> list[list[str]]:
    watcher = tmp_path / "watcher.py"
    watcher.write_text(WATCHER)
    done = subprocess.run(
        [sys.executable, str(watcher), str(package), *names],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PYTHONPATH": str(package.parent)},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_importing_any_module_reads_nothing_and_starts_nothing(tmp_path):
    # psutil reads /proc/stat while it is imported. The one module that imports it is left out here,
    # and whoever imported that one at its top would be seen by the reading.
    names = [name for name in module_names() if name != "mnemo_cli.sampling.portable"]
    assert not watched_import(tmp_path, PACKAGE, names)


CARELESS = [
    ("open('/proc/self/stat').close()", "open /proc/self/stat"),
    ("import os; os.environ.get('HOME')", "environment HOME"),
    ("import time; time.monotonic()", "monotonic"),
    ("from time import time; time()", "time"),
    ("import subprocess; subprocess.run(['true'])", "subprocess.Popen"),
]


@pytest.fixture(scope="module")
def seen_in_each(tmp_path_factory) -> list[set[str]]:
    """What the watcher saw in each careless module; in one process, since what it starts with is slow to import."""
    folder = tmp_path_factory.mktemp("careless")
    package = folder / "careless"
    package.mkdir()
    (package / "__init__.py").touch()
    for number, (line, _) in enumerate(CARELESS):
        (package / f"module{number}.py").write_text(line + "\n")
    names = [f"careless.module{number}" for number in range(len(CARELESS))]
    found = watched_import(folder, package, names)
    return [{what for module, what in found if module == name} for name in names]


@pytest.mark.parametrize(("number", "seen"), [(number, seen) for number, (_, seen) in enumerate(CARELESS)])
def test_the_watcher_sees_what_it_watches_for(seen_in_each, number, seen):
    assert seen_in_each[number] == {seen}


def test_imports_go_downward_only():
    """import-linter, with the layers and nevers that pyproject.toml names."""
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], capture_output=True, text=True, timeout=120, cwd=PROJECT)
    assert done.returncode == 0, done.stdout + done.stderr
