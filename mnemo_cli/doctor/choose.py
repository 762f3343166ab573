"""Which surroundings there are here: Linux's own files, or what macOS tells through its tools."""

import sys
from pathlib import Path

from mnemo_cli.doctor.surroundings import Surroundings


def surroundings_here(root: Path = Path("/")) -> Surroundings:
    """`root` other than / is an image or a captured tree, and always Linux's."""
    if sys.platform == "darwin" and root == Path("/"):
        from mnemo_cli.doctor.macos import MacSurroundings
        from mnemo_cli.sampling.macos import run_tool

        return MacSurroundings(run_tool)
    return Surroundings(root)
