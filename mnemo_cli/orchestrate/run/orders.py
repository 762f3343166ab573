"""An attempt as its engine is told of it: where it works, where its input is, and where its output goes."""

from pathlib import Path

from mnemo_cli.orchestrate.engines.engine import Order
from mnemo_cli.orchestrate.flight import Flight
from mnemo_cli.orchestrate.naming import output_files


class Orders:
    """`output_folder` None: our own streams. `working_folder` is where jobs run that name no other."""

    def __init__(self, output_folder: Path | None, working_folder: Path | None) -> None:
        self._output_folder, self._working_folder = output_folder, working_folder

    def order(self, flight: Flight) -> Order:
        job, folder = flight.job, self._working_folder
        output, errors = (None, None) if self._output_folder is None else output_files(self._output_folder, flight.key)
        return Order(
            key=flight.key,
            command=job.command,
            env=job.env,
            cwd=job.cwd if folder is None else str(folder / (job.cwd or "")),
            stdin=None if job.stdin is None else Path(folder or "", job.stdin),
            stdout=output,
            stderr=errors,
            limit_bytes=flight.limit_bytes,
            cpus=job.cpus,
            worker=flight.worker,
        )
