"""The picture of a recording in its file. matplotlib is loaded here and nowhere before; it is an extra."""

import contextlib
import importlib
import io
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path

from mnemo_cli.errors import UsageError
from mnemo_cli.limits.levels import Edges
from mnemo_cli.output.findings.report import write_whole
from mnemo_cli.output.plot.gathered import Gathered
from mnemo_cli.redact import printable

_FORMATS = (".svg", ".png")
_DOTS_PER_INCH = 100


def check_picture(path: Path) -> None:
    """UsageError before any work is done: a format that is none of ours, a folder that is not there, no matplotlib."""
    shown = printable(str(path))
    if path.suffix.lower() not in _FORMATS:
        raise UsageError(f"--plot {shown}: a picture is .svg or .png; name it for example {printable(path.stem)}.svg")
    if path.is_dir():
        raise UsageError(f"--plot {shown} is a folder; name a file in it")
    if not path.parent.is_dir():
        raise UsageError(f"--plot: there is no folder {printable(str(path.parent))}; make it first")
    try:
        importlib.import_module("matplotlib")
    except ImportError as err:
        raise UsageError(
            "--plot needs matplotlib, which is not installed; install it from mnemo's checkout: pip install '.[plot]'"
        ) from err


def write_picture(gathered: Gathered, edges: Edges, path: Path) -> None:
    """Draw it and put it in the place of the file; the same recording gives the same picture, byte for byte."""
    from matplotlib.style import context

    from mnemo_cli.output.plot.drawing import STYLE, draw

    content = io.BytesIO()
    with _quiet(), context(STYLE, after_reset=True):
        figure = draw(gathered, edges)
        suffix = path.suffix.lower()
        metadata = {"Date": None, "Title": "mnemo"} if suffix == ".svg" else {"Software": "mnemo"}
        figure.savefig(content, format=suffix[1:], dpi=_DOTS_PER_INCH, metadata=metadata)
    write_whole(path, content.getvalue())


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Of signs that its font lacks matplotlib says so once for each; the picture has a box in their place."""
    logger = logging.getLogger("matplotlib")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Glyph .* missing")
            yield
    finally:
        logger.setLevel(level)
