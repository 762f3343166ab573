"""The README's promises that a machine can check."""

import re
import tomllib
from pathlib import Path

import pytest

from mnemo_cli.app import COMMANDS
from mnemo_cli.errors import EXIT_CODES
from mnemo_cli.limits.levels import Edges

PROJECT = Path(__file__).parents[2]
README = (PROJECT / "README.md").read_text()
SET_UP_LINES = [
    "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/mnemo monitor",
    "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/pytest -n 2 --dist worksteal",
]


def test_there_are_exactly_two_set_up_lines_each_in_a_block_of_its_own():
    blocks = re.findall(r"^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert [block.strip() for block in blocks if ".venv" in block] == SET_UP_LINES


def test_a_bare_name_is_never_given_to_an_installer():
    """It would be fetched from the package index, where the short names belong to others."""
    installs = re.findall(r"(?:pip|pipx|uv tool) install (?:-\S+ )*(\S+)", README)
    assert installs and all(target.strip("'`").startswith((".", "./")) for target in installs)


def test_every_command_is_shown():
    assert not [row.name for row in COMMANDS if f"| `mnemo {row.name}" not in README]


def test_every_exit_code_is_explained():
    rows = dict(re.findall(r"^\| (\d+) \| (.+) \|$", README, re.MULTILINE))
    assert rows == {str(int(code)): text for code, text in EXIT_CODES}


def test_the_levels_begin_where_the_engine_says():
    edges = Edges()
    moderate, high, critical = (
        f"{ratio * 100:.0f}" for ratio in (edges.moderate_ratio, edges.high_ratio, edges.critical_ratio)
    )
    rows = dict(re.findall(r"^\| (normal|moderate|high|critical) \| (.+?) \|", README, re.MULTILINE))
    assert rows == {
        "normal": f"< {moderate} %",
        "moderate": f"{moderate} % … {high} %",
        "high": f"> {high} % … {critical} %",
        "critical": f"> {critical} %",
    }


def test_the_changelog_has_a_dated_entry_for_this_version():
    from mnemo_cli import __version__

    changelog = (PROJECT / "CHANGELOG.md").read_text()
    assert re.search(rf"^## \[{re.escape(__version__)}\] - \d{{4}}-\d\d-\d\d$", changelog, re.MULTILINE)


NAMED = sorted(set(re.findall(r"`((?:mnemo_cli|tests|deploy|completions|man|\.ci)/[\w./-]*)`", README)))
LINKED = sorted(set(re.findall(r"(?:\]\(|^\[\w+\]: )(?!#|https?:)([\w./-]+)", README, re.MULTILINE)))


@pytest.mark.parametrize("name", [*NAMED, *LINKED])
def test_what_is_named_is_there(name):
    assert (PROJECT / name).exists()


def test_a_link_to_a_heading_has_one():
    headings = {re.sub(r"[^\w -]", "", text).strip().lower().replace(" ", "-") for text in _headings()}
    assert not set(re.findall(r"\]\(#([\w-]+)\)", README)) - headings


def test_the_map_of_the_code_has_every_room_in_the_order_of_the_layers():
    rows = [
        re.findall(r"`mnemo_cli/([\w./]+?)(?:\.py|/)`", line) for line in README.splitlines() if line.startswith("| `m")
    ]
    rooms = [room for row in rows for room in row]
    contract = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    layers = [set(re.split(r" [|:] ", layer)) for layer in contract["layers"]]
    assert set(rooms) == set().union(*layers)
    assert [next(at for at, layer in enumerate(layers) if room in layer) for room in rooms] == sorted(
        next(at for at, layer in enumerate(layers) if room in layer) for room in rooms
    )


def _headings():
    return re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```$", "", README, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
