"""Writes what is made from the code: man/, completions/ and the tables of README.md.

python tests/generate.py            write them
python tests/generate.py --check    say which are stale, and exit 1 if any is
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

# Of this checkout, also where mnemo is installed as a copy.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mnemo_cli import __version__
from mnemo_cli.app import root_command
from mnemo_cli.errors import EXIT_CODES
from mnemo_cli.output.command_tree import command_tree
from mnemo_cli.output.completion import completion_script
from mnemo_cli.output.man import Edition, Setting, man_pages
from mnemo_cli.settings.kinds import allowed, readable
from mnemo_cli.settings.row import Kind, Row
from mnemo_cli.settings.table import ROWS

PROJECT = Path(__file__).resolve().parents[1]
SETTINGS = [row for row in ROWS if not row.hidden]
COMPLETIONS = {"bash": "mnemo.bash", "zsh": "_mnemo", "fish": "mnemo.fish"}


def main(arguments: list[str]) -> int:
    wanted = generated(PROJECT)
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text() != text]
    orphans = [path for folder in ("man", "completions") for path in (PROJECT / folder).iterdir() if path not in wanted]
    for path in (*stale, *orphans):
        print(("stale: " if "--check" in arguments else "written: ") + str(path.relative_to(PROJECT)))
    if "--check" in arguments:
        return 1 if stale or orphans else 0
    for path in stale:
        path.parent.mkdir(exist_ok=True)
        path.write_text(wanted[path])
    for path in orphans:
        path.unlink()
    return 0


def generated(project: Path) -> dict[Path, str]:
    """Every generated file of the project, with the text that it should have."""
    tree = command_tree(root_command())
    pages = man_pages(tree, Edition(version=__version__, date=_released(project)), [_setting(row) for row in SETTINGS])
    return {
        **{project / "man" / name: page for name, page in pages.items()},
        **{project / "completions" / name: completion_script(shell, tree) for shell, name in COMPLETIONS.items()},
        project / "README.md": _readme((project / "README.md").read_text()),
    }


def _released(project: Path) -> str:
    """The date of the newest release: a page that carried today's would be stale tomorrow."""
    dates = re.findall(r"^## \[[^\]]+\] - (\d{4}-\d\d-\d\d)$", (project / "CHANGELOG.md").read_text(), re.MULTILINE)
    return dates[0]


def _setting(row: Row) -> Setting:
    """The row in words, for the page of the settings file."""
    advised = f"{row.advised[0]} to {row.advised[1]} {row.unit}" if row.advised else None
    return Setting(
        key=row.key,
        help=row.help,
        allowed=allowed(row),
        default=_default(row),
        environment=row.environment,
        flag=row.flag,
        advised=advised,
        trusted_only=row.trusted_only,
    )


def _default(row: Row) -> str:
    shown = readable(row, row.default)
    return f"{shown} in the user's data folder" if row.kind is Kind.PATH else shown


def _readme(text: str) -> str:
    for name, rows in {"exit codes": _exit_codes(), "settings": _settings()}.items():
        begin, end = f"<!-- {name}: written by tests/generate.py -->\n", f"<!-- end of {name} -->"
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = before + begin + "\n" + "\n".join(rows) + "\n\n" + end + after
    return text


def _exit_codes() -> Iterator[str]:
    yield from ("| code | meaning |", "|---|---|")
    yield from (f"| {int(code)} | {text} |" for code, text in EXIT_CODES)
    yield "| the program's own | with `-- CMD`: its code, or 128 plus the signal that ended it |"


def _settings() -> Iterator[str]:
    yield from ("| setting | environment | default | meaning |", "|---|---|---|---|")
    yield from (f"| {row.key} | {row.environment} | {_default(row)} | {row.help} |" for row in SETTINGS)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
