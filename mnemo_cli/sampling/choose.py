"""Which sampler looks at this machine: Linux's own files where they are, psutil everywhere else.

Either is imported only when it is chosen: they cost more than all the rest of a light command.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mnemo_cli.errors import SourceError
from mnemo_cli.sampling.asked import LARGEST, Asked

if TYPE_CHECKING:
    from mnemo_cli.sampling.machine import Sampler
    from mnemo_cli.sampling.target import TargetChoice


def choose_sampler(
    choice: "TargetChoice",
    *,
    portable: bool,
    root: Path = Path("/"),
    asked: Asked = LARGEST,
    most_descriptors: int | None = None,
    details_seconds: float = 5.0,
) -> "Sampler":
    """Raises TargetError when there is no such target. `portable` asks for psutil on Linux too.

    `root` and the rest are for the Linux sampler: psutil finds its own way. `details_seconds` is how old what
    is dear to read of a process may be, its PSS above all.
    """
    if portable or sys.platform != "linux":
        try:
            from mnemo_cli.sampling.portable import Portable
        except ModuleNotFoundError as err:
            # The single file has nothing compiled in it.
            raise SourceError(
                f"cannot read this system: {sys.executable} has no {err.name}; install it there, or install mnemo "
                "with pip"
            ) from err

        return Portable(choice, asked=asked)
    from mnemo_cli.sampling.machine import Machine

    return Machine(choice, root=root, asked=asked, most_descriptors=most_descriptors, details_seconds=details_seconds)
