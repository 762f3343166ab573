"""What attempts have written on their workers: into the files that were asked for, else to our own streams."""

import os

from mnemo_cli.orchestrate.engines.dask.messages import Output
from mnemo_cli.orchestrate.engines.engine import Order


def show(output: Output, order: Order | None) -> None:
    """Each attempt's in one piece."""
    files = (None, None) if order is None else (order.stdout, order.stderr)
    for stream, (data, file) in enumerate(zip(output, files, strict=True), start=1):
        if not data:
            continue
        if file is not None:
            with file.open("ab") as opened:
                opened.write(data)
            continue
        while data:
            data = data[os.write(stream, data) :]
