"""Which scheduler a run uses, with which keys, and how long it is waited for."""

from pathlib import Path
from typing import NamedTuple

from mnemo_cli.limits.levels import Edges

INSTALL = "pip install 'mnemosyne-limits[dask]' (from a checkout: pip install '.[dask]')"


class Tls(NamedTuple):
    """As Dask's Security takes them: files in PEM. https://distributed.dask.org/en/stable/tls.html"""

    ca_file: Path | None = None
    certificate: Path | None = None
    key: Path | None = None


class DaskSettings(NamedTuple):
    """`folder` is the journal's side folder. `scheduler` None: a cluster of our own with `local_workers` workers.

    `working_folder` is where the run was begun: jobs that name no other work elsewhere where a worker has none
    such. `brings_output` False: output goes to files of a folder that the workers have too; else it is brought, into
    `output_folder` or (None) to our streams. `own_budget_bytes` is for the jobs on each worker together.
    """

    folder: Path
    edges: Edges
    scheduler: str | None = None
    local_workers: int = 0
    tls: Tls | None = None
    working_folder: str | None = None
    own_budget_bytes: int | None = None
    brings_output: bool = True
    output_folder: Path | None = None
    connect_seconds: float = 20.0
    reconnect_seconds: float = 120.0
    worker_seconds: float = 600.0
