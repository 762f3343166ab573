"""The verdict in one line when a watched program or process has died: for `monitor` and `snapshot`."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mnemo_cli.output.log import tell

if TYPE_CHECKING:
    from mnemo_cli.forensics.live.witness import Witness
    from mnemo_cli.sampling.target import TargetChoice
    from mnemo_cli.watch.child import Ended


def witness_of(choice: "TargetChoice", root: Path = Path("/")) -> "Witness | None":
    """Made before a program is started; None for targets that cannot die, and where no kernel tells of kills."""
    if choice.kind not in ("command", "process") or sys.platform != "linux":
        return None
    from mnemo_cli.forensics.live.witness import Witness

    return Witness(root, choice.pid)


def tell_verdict(witness: "Witness", ended: "Ended | None", output: Sequence[str], *, expected: bool) -> None:
    """One line on stderr, and nothing for an ordinary end. `ended` is None for a process that is not our child."""
    from mnemo_cli.forensics.case import Ended as End

    end = None if ended is None else End(code=ended.exit_code, by_signal=ended.by_signal, reporter="wait")
    cpu_seconds = None if ended is None else ended.cpu_seconds
    explanation = witness.explain(end, cpu_seconds=cpu_seconds, output=output, expected=expected)
    if explanation is not None:
        from mnemo_cli.output.explanation import headline_line

        tell(headline_line(explanation))
