"""Builds mnemo as one file that needs only a Python: `python deploy/single_file.py [FILE]`, by default dist/mnemo.pyz.

It holds this checkout's package and its dependencies as they are installed in the environment of the Python that
builds it; the same versions give the same bytes. Nothing is unpacked when it runs: a machine in need of mnemo may have
no room left. So nothing compiled for one machine is in it. psutil is not, which is for other systems than Linux; PyYAML
is, without its C parser.
"""

import compileall
import py_compile
import re
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
COMPILED = {"psutil"}
# Who installed it, from where and for which machine; licences and authors stay.
_INSTALLERS_NOTES = {"RECORD", "INSTALLER", "REQUESTED", "WHEEL", "direct_url.json"}
# Any Python 3 reads this. An import after a change of folder would look for a relative path in vain.
_MAIN = """\
import os
import sys

if sys.version_info < (3, 11):
    found = "%d.%d" % sys.version_info[:2]
    sys.exit("mnemo needs Python 3.11 or newer, and this is " + found + "; try: python3.11 " + sys.argv[0])
sys.path[0] = os.path.abspath(sys.path[0])
from mnemo_cli.__main__ import main

main()
"""
# The zip format knows nothing older.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def main(arguments: list[str]) -> int:
    target = Path(arguments[0]) if arguments else PROJECT / "dist" / "mnemo.pyz"
    for name in dependencies():
        try:
            metadata.version(name)
        except metadata.PackageNotFoundError:
            sys.exit(f"{sys.executable} has no {name}: first `pip install .` there, then build the single file with it")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, content in contents():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        _compile(Path(folder))
        _pack(Path(folder), target)
    target.chmod(0o755)
    sys.stdout.write(f"{target}: {target.stat().st_size:,} bytes\n")
    return 0


def contents() -> Iterator[tuple[str, bytes]]:
    """Every file with its name in the archive."""
    yield "__main__.py", _MAIN.encode()
    for path in (PROJECT / "mnemo_cli").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield str(path.relative_to(PROJECT)), path.read_bytes()
    for name in dependencies():
        if (files := metadata.files(name)) is None:
            sys.exit(f"{name} was not installed by pip: what belongs to it is not known")
        for file in files:
            if _is_wanted(str(file)) and file.name not in _INSTALLERS_NOTES:
                yield str(file), Path(file.locate()).read_bytes()


def dependencies() -> list[str]:
    """All that `pip install` of mnemo brings, as the image pins it, without what is compiled as a whole."""
    pinned = (PROJECT / "deploy" / "docker" / "constraints.txt").read_text()
    return [name for name in re.findall(r"^([\w.-]+)==", pinned, re.MULTILINE) if name not in COMPILED]


def _is_wanted(name: str) -> bool:
    return not name.startswith("..") and "__pycache__" not in name and not name.endswith((".so", ".dylib", ".pyd"))


def _compile(folder: Path) -> None:
    """For the version of Python that builds; others compile what they import, at each start."""
    compileall.compile_dir(
        folder,
        quiet=1,
        legacy=True,  # beside the source: where an import from a zip looks
        stripdir=str(folder),
        # Colours of code are in a traceback at most.
        rx=re.compile(r"/pygments/"),
        # The time of the source is no measure here: an import from a zip would distrust it.
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )


def _pack(folder: Path, target: Path) -> None:
    with target.open("wb") as file:
        file.write(b"#!/usr/bin/env python3\n")
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            for name in sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()):
                entry = zipfile.ZipInfo(name, _NO_TIME)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, (folder / name).read_bytes())


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
