"""An order in the keeper's words: every path whole, streams without a file led to where we show them from."""
# ruff: noqa: PTH100, PTH118
# (a Path for each file costs as much as all the rest of a start)

import os
from pathlib import Path

from mnemo_cli.orchestrate.engines.engine import Order
from mnemo_cli.orchestrate.engines.local.keeper.messages import line


def start_message(order: Order, program: str, stem: str | None) -> bytes:
    """The input is relative to the job's own folder. `stem` names the files of streams that are ours to show."""
    folder = os.path.abspath(order.cwd or "")
    stdin = None if order.stdin is None else os.path.join(folder, order.stdin)
    return line(
        "start", *order.key, program, order.command, dict(order.env), None if order.cwd is None else folder, stdin,
        _output(order.stdout, stem, 1), _output(order.stderr, stem, 2), order.limit_bytes, order.oom_score_adj,
    )  # fmt: skip


def _output(file: Path | None, stem: str | None, stream: int) -> str | None:
    if file is not None:
        return str(file.absolute())
    return None if stem is None else f"{stem}{stream}"
