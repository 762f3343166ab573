"""What another user needs before a test can be that user: a way to the test's folder."""

import tempfile
from pathlib import Path


def open_to_all(folder: Path) -> None:
    """The folder and those above it, which pytest closes to others; the workers of a run have one more of them."""
    top = Path(tempfile.gettempdir())
    for each in (folder, *folder.parents):
        if top in each.parents:
            each.chmod(0o755)
