"""Where the jobs of a run work: on this machine, or on the workers of a Dask cluster; and what such a wish lacks."""

import re
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from mnemo_cli.errors import UsageError
from mnemo_cli.redact import printable
from mnemo_cli.sampling.files import reason

# The schemes of https://distributed.dask.org/en/stable/communications.html that leave the machine.
_ADDRESS = re.compile(r"(tcp|tls|ws|wss|ucx)://(\[[0-9A-Fa-f:.%]+\]|[^\s:/@\[\]]+):\d{1,5}/?")
_INSTALL = "pip install 'mnemosyne-limits[dask]' (from a checkout: pip install '.[dask]')"


class EngineName(StrEnum):
    LOCAL = "local"
    DASK = "dask"


Engine = Annotated[EngineName, typer.Option("--engine", help="Where jobs run: here, or on a Dask cluster's workers.")]
SchedulerAddress = Annotated[
    str | None,
    typer.Option("--scheduler", metavar="ADDRESS", help="The Dask scheduler, tcp://HOST:PORT.", show_default=False),
]
LocalCluster = Annotated[
    int | None,
    typer.Option(
        "--local-cluster", metavar="N", min=1, help="Try --engine dask with N workers here.", show_default=False
    ),
]
TlsCa = Annotated[
    Path | None, typer.Option("--tls-ca", metavar="FILE", help="Who signs for a tls:// scheduler.", show_default=False)
]
TlsCert = Annotated[
    Path | None, typer.Option("--tls-cert", metavar="FILE", help="Our certificate for it.", show_default=False)
]
TlsKey = Annotated[
    Path | None, typer.Option("--tls-key", metavar="FILE", help="The key of our certificate.", show_default=False)
]


class EngineChoice(NamedTuple):
    """What a person typed."""

    name: EngineName = EngineName.LOCAL
    scheduler: str | None = None
    local_workers: int | None = None
    tls_ca: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None

    @property
    def is_dask(self) -> bool:
        return self.name is EngineName.DASK

    def check(self, program: Sequence[str] | None) -> None:
        """Raises UsageError for what cannot be, before anything is imported or opened."""
        if self.is_dask:
            self._check_dask(program)
            return
        for option, value in (*self._places(), *self._files()):
            if value is not None:
                raise UsageError(f"{option} is for runs on many machines: add --engine dask")

    def _check_dask(self, program: Sequence[str] | None) -> None:
        if program is not None:
            raise UsageError("a program after -- runs on this machine; give --engine dask a plan or a --template")
        if self.scheduler is None and self.local_workers is None:
            raise UsageError(
                "--engine dask needs --scheduler tcp://HOST:PORT, or --local-cluster N for a try on this machine"
            )
        if self.scheduler is not None and self.local_workers is not None:
            raise UsageError("--scheduler and --local-cluster were given; give one of them")
        if self.scheduler is not None and not _ADDRESS.fullmatch(self.scheduler):
            shown = printable(self.scheduler)
            raise UsageError(f"{shown!r} is no scheduler's address; write tcp://HOST:PORT or tls://HOST:PORT")
        self._check_tls()
        from importlib.util import find_spec

        if find_spec("distributed") is None:
            raise UsageError(f"--engine dask needs Dask, which is not installed: {_INSTALL}")

    def _check_tls(self) -> None:
        given = [(option, file) for option, file in self._files() if file is not None]
        if given and not (self.scheduler or "").startswith(("tls://", "wss://")):
            raise UsageError(f"{given[0][0]} is for a scheduler that speaks TLS: --scheduler tls://HOST:PORT")
        if (self.tls_cert is None) != (self.tls_key is None):
            raise UsageError("--tls-cert and --tls-key belong together; give both")
        for option, file in given:
            try:
                file.open("rb").close()
            except OSError as err:
                raise UsageError(f"cannot read {option} {printable(str(file))}: {reason(err)}") from err

    def _places(self) -> tuple[tuple[str, object], ...]:
        return ("--scheduler", self.scheduler), ("--local-cluster", self.local_workers)

    def _files(self) -> tuple[tuple[str, Path | None], ...]:
        return ("--tls-ca", self.tls_ca), ("--tls-cert", self.tls_cert), ("--tls-key", self.tls_key)
