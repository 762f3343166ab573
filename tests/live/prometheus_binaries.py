"""Prometheus, its Alertmanager and node_exporter for tests: real programs, none of them installed.

Those on PATH are taken; the others come from Debian's packages. Without either, the tests that want them are
skipped, and say why. `tests/conftest.py` loads this as a plug-in: any test may ask for `prometheus_binaries`.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.live.debian_packages import unpacked


class PrometheusBinaries(NamedTuple):
    """Where each program is."""

    prometheus: Path
    promtool: Path
    alertmanager: Path
    amtool: Path
    node_exporter: Path


class _Program(NamedTuple):
    """A program: its own name, the one that Debian gives it, and the package that holds it."""

    name: str
    debian_name: str
    package: str

    def on_path(self) -> str | None:
        return shutil.which(self.name) or shutil.which(self.debian_name)


_PROGRAMS = (
    _Program("prometheus", "prometheus", "prometheus"),
    _Program("promtool", "promtool", "prometheus"),
    _Program("alertmanager", "prometheus-alertmanager", "prometheus-alertmanager"),
    _Program("amtool", "amtool", "prometheus-alertmanager"),
    _Program("node_exporter", "prometheus-node-exporter", "prometheus-node-exporter"),
)


@pytest.fixture(scope="session")
def prometheus_binaries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrometheusBinaries]:
    missing = sorted({program.package for program in _PROGRAMS if program.on_path() is None})
    if not missing:
        yield PrometheusBinaries(*(Path(str(program.on_path())) for program in _PROGRAMS))
        return
    with unpacked("prometheus-binaries", missing, tmp_path_factory) as place:
        programs = place / "usr" / "bin"
        found = PrometheusBinaries(*(Path(p.on_path() or programs / p.debian_name) for p in _PROGRAMS))
        if found.alertmanager.is_relative_to(place):
            found = found._replace(alertmanager=_with_its_files(place, found.alertmanager, tmp_path_factory))
        yield found


def _with_its_files(place: Path, program: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Debian's Alertmanager does not start without /usr/share/prometheus: a script that shows it the unpacked one.

    In a mount namespace of its own, so that nothing changes for anybody else.
    """
    script = tmp_path_factory.mktemp("alertmanager") / "alertmanager"
    as_root = "" if os.geteuid() == 0 else "--map-root-user"
    mount = f"mount --bind {place}/usr/share /usr/share"
    script.write_text(f'#!/bin/sh\nexec unshare --mount {as_root} sh -c \'{mount} && exec {program} "$@"\' sh "$@"\n')
    script.chmod(0o755)
    return script
