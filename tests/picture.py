"""Makes the pictures of the README: a real run of a small shop in a memory group, as the monitor showed it.

python tests/picture.py             record a run (root, two and a quarter minutes), then draw it
python tests/picture.py --draw      draw the recording that is kept, tests/pictures/shop.mnr
"""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

PROJECT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path.insert(0, str(PROJECT))

from rich.console import Console  # noqa: E402
from rich.segment import Segment, Segments  # noqa: E402
from rich.style import Style  # noqa: E402
from rich.terminal_theme import TerminalTheme  # noqa: E402

from mnemo_cli import __version__  # noqa: E402
from mnemo_cli.limits.levels import Edges  # noqa: E402
from mnemo_cli.output.dashboard.choice import Choice  # noqa: E402
from mnemo_cli.output.dashboard.frame import frame  # noqa: E402
from mnemo_cli.output.dashboard.held import Present  # noqa: E402
from mnemo_cli.output.dashboard.look import Look  # noqa: E402
from mnemo_cli.output.dashboard.spans import Line  # noqa: E402
from mnemo_cli.output.dashboard.view import View  # noqa: E402
from mnemo_cli.output.plot.file import write_picture  # noqa: E402
from mnemo_cli.output.plot.gathered import Gathering  # noqa: E402
from mnemo_cli.recording.playing.opened import ReplayedFile  # noqa: E402
from mnemo_cli.recording.playing.tracks import longest  # noqa: E402

FOLDER = PROJECT / "tests" / "pictures"
RECORDING, DASHBOARD, HISTORY = FOLDER / "shop.mnr", FOLDER / "dashboard.svg", FOLDER / "history.svg"
# The least that the wide screen needs, and a row for each program of the shop and what it tells.
WIDTH, HEIGHT = 148, 40
# As after the key [: the history shows two minutes.
CHOICE = Choice(window_seconds=120.0)
HOST_NAME, GROUP, LIMIT_BYTES, SECONDS = "shop-1", "/shop", 448 << 20, 135
PROGRAMS = (("server",), *(("resize", str(number)) for number in range(1, 9)))
_THEME = TerminalTheme(
    (30, 33, 39),
    (214, 218, 224),
    [(60, 64, 72), (224, 108, 117), (152, 195, 121), (229, 192, 123), (97, 175, 239), (198, 120, 221), (86, 182, 194),
     (214, 218, 224)],
    [(110, 116, 128), (240, 130, 140), (175, 215, 145), (245, 210, 140), (120, 195, 255), (225, 145, 245),
     (110, 205, 215), (255, 255, 255)],
)  # fmt: skip
# As Rich writes it, but without its fonts from elsewhere: a picture fetches nothing.
_SVG = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
    font-family: "DejaVu Sans Mono", Menlo, Consolas, "Liberation Mono", monospace;
    font-size: {char_height}px; line-height: {line_height}px;
}}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
<rect fill="#1e2127" width="{width}" height="{height}" rx="8"/>
<g transform="translate({terminal_x}, 20)" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--draw"]):
        print(__doc__, file=sys.stderr)
        return 2
    if not arguments:
        record(RECORDING)
        RECORDING.chmod(0o644)
    DASHBOARD.write_text(dashboard())
    draw_history(HISTORY)
    print("written: " + ", ".join(str(path.relative_to(PROJECT)) for path in (RECORDING, DASHBOARD, HISTORY)))
    return 0


def dashboard() -> str:
    """The last moment of the recording as an SVG, as `mnemo monitor --cgroup /shop` showed it."""
    return _svg(screen())


def screen() -> list[Line]:
    """The last frame, with all that the screen remembers of the moments before it."""
    file = ReplayedFile(RECORDING)
    track = longest(file.survey().tracks)
    present = Present()
    for moment in file.moments(track):
        present.note(moment)
    shown = present.shown(0)
    assert shown is not None
    edges = track.edges or Edges()
    return frame(
        View(*shown, edges, Look(), HOST_NAME, __version__, interval_seconds=1.0, choice=CHOICE), WIDTH, HEIGHT
    )


def draw_history(path: Path) -> None:
    """What `mnemo monitor --replay shop.mnr --plot FILE` draws."""
    file = ReplayedFile(RECORDING)
    track = longest(file.survey().tracks)
    gathering = Gathering()
    for moment in file.moments(track):
        gathering.note(moment)
    gathered = gathering.gathered()
    assert gathered is not None
    write_picture(gathered, track.edges or Edges(), path)


def _svg(lines: list[Line]) -> str:
    console = Console(record=True, width=WIDTH, height=HEIGHT, file=open(os.devnull, "w"), color_system="standard")
    segments = [Segment(text, Style.parse(style)) for line in lines for text, style in (*line, ("\n", ""))]
    console.print(Segments(segments), end="", soft_wrap=True)
    console.file.close()
    return console.export_svg(theme=_THEME, code_format=_SVG, unique_id="mnemo")


def record(path: Path) -> None:
    """The shop in a group of its own, watched by the monitor on a terminal, on a host with a name of its own."""
    from tests.alone import MEMORY_GROUPS, alone_with
    from tests.bench.monitor import Terminal
    from tests.bench.startup import mnemo_script

    path.unlink(missing_ok=True)
    # A kill by somebody's test would be an event of this run.
    with (
        alone_with(MEMORY_GROUPS, shared=True),
        _group() as processes,
        _programs(processes),
        tempfile.TemporaryDirectory() as data,
    ):
        os.environ["XDG_DATA_HOME"] = data
        named = ["unshare", "--uts", "sh", "-c", f'hostname {HOST_NAME} && exec "$@"', "sh"]
        watch = [mnemo_script(), "monitor", "--cgroup", GROUP, "--record", str(path), "--duration", f"{SECONDS}s"]
        terminal = Terminal([*named, *watch])
        try:
            terminal.read_until(b"", SECONDS + 10)
            assert terminal.process.wait() == 0, f"mnemo monitor ended with {terminal.process.returncode}"
        finally:
            terminal.end()


@contextlib.contextmanager
def _group() -> Iterator[Path]:
    """The file that takes the processes of a new group at the top of the hierarchy; v1 or v2."""
    from tests.live.conftest import MemoryGroup, parse_mounts

    mount = next(iter(parse_mounts(Path("/proc/self/mountinfo").read_text())))
    group = MemoryGroup(mount, PurePosixPath(GROUP))
    try:
        group.limit(LIMIT_BYTES)
        yield group.directory / "cgroup.procs"
    finally:
        group.remove()


@contextlib.contextmanager
def _programs(processes: Path) -> Iterator[None]:
    """Named as a person would have started them: no path of this machine is in their command lines."""
    started = [
        subprocess.Popen(
            ["python3", "shop.py", *words],
            executable=Path(sys.executable).with_name("python3"),
            cwd=FOLDER,
            env={"PATH": str(Path(sys.executable).parent), "PYTHONPATH": str(PROJECT), "HOME": "/nonexistent"},
            preexec_fn=lambda: processes.write_text(str(os.getpid())) and None,
        )
        for words in PROGRAMS
    ]
    try:
        yield
    finally:
        for program in started:
            program.terminate()
        for program in started:
            program.wait()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
