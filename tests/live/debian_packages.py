"""Programs out of Debian's packages for tests, unpacked into a folder of the test run: nothing is installed.

No maintainer script runs and no service starts. Works without privilege, and where apt has no lists yet.
"""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

_DOWNLOAD_SECONDS = 180.0
# Otherwise `apt-get update` succeeds without any network.
_NETWORK_ERRORS_COUNT = ("-o", "APT::Update::Error-Mode=any")


@contextmanager
def unpacked(name: str, packages: Sequence[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder with the files of `packages`; skips the test, with the reason, where they cannot be had.

    Shared by the workers of one test run: the first one fetches, the last one to end removes. The locks end with
    the process that holds them.
    """
    run = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        run = run.parent  # each worker has a folder of its own in the run's
    place = run / name
    with open(f"{place}.fetching", "w") as fetching, open(f"{place}.using", "w") as using:
        fcntl.flock(fetching, fcntl.LOCK_EX)
        fcntl.flock(using, fcntl.LOCK_SH)
        refusal = _fetch_once(place, packages)
        fcntl.flock(fetching, fcntl.LOCK_UN)
        if refusal:
            pytest.skip(f"{name}: {refusal}")
        try:
            yield place
        finally:
            fcntl.flock(fetching, fcntl.LOCK_EX)
            try:
                fcntl.flock(using, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(place)
            except BlockingIOError:
                pass  # another worker still uses them


def _fetch_once(place: Path, packages: Sequence[str]) -> str:
    """The reason why it cannot be fetched, or nothing; an earlier attempt of the same run counts."""
    outcome = place / "outcome"
    if not outcome.exists():
        (place / "lists" / "partial").mkdir(parents=True, exist_ok=True)
        outcome.write_text(_fetch(place, packages))
    return outcome.read_text()


def _fetch(place: Path, packages: Sequence[str]) -> str:
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        return "there is no apt here"
    refusal = _apt(place, "download", *packages)
    if refusal:
        # The machine's lists may be missing, as in a container image: ours need no privilege.
        own = ("-o", f"Dir::State::lists={place / 'lists'}", "-o", f"Dir::Cache={place / 'cache'}")
        refusal = _apt(place, *own, *_NETWORK_ERRORS_COUNT, "update") or _apt(place, *own, "download", *packages)
    if refusal:
        return f"apt-get could not fetch {', '.join(packages)}: {refusal}"
    for archive in place.glob("*.deb"):
        subprocess.run(["dpkg", "-x", archive, place], check=True, capture_output=True)
        archive.unlink()
    return ""


def _apt(place: Path, *words: str) -> str:
    """What apt-get complained of first, or nothing."""
    # As root apt would become its own user, who may not write into our folder.
    fixed = ("-qq", "-o", "APT::Sandbox::User=root", "-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=20")
    try:
        done = subprocess.run(
            ["apt-get", *fixed, *words], cwd=place, capture_output=True, text=True, timeout=_DOWNLOAD_SECONDS
        )
    except subprocess.TimeoutExpired:
        return f"no answer in {_DOWNLOAD_SECONDS:.0f} s"
    return "" if done.returncode == 0 else (done.stderr.strip() or f"exit {done.returncode}").splitlines()[0]
