"""Each command line of the deployment files is a real one: it parses, and what it starts answers."""

import subprocess
import sys
from collections.abc import Sequence

import pytest
import typer
from typer.core import TyperGroup

from mnemo_cli.app import root_command
from tests.deploy.files import container_lines, readme_lines, unit_lines
from tests.live.servers import free_port, page, serving

LINES = [*unit_lines(), *container_lines(), *readme_lines()]
SERVING = [(where, words) for where, words in LINES if words[:2] == ["export", "serve"]]
# What typer raises for any wrong word; newer versions bring their own click, whose name is private.
WrongUsage = typer.BadParameter.__bases__[0]
_SECONDS = 60.0


def parse(words: Sequence[str]) -> list[str]:
    """The names of the commands that the words lead to. Raises what typer raises for a wrong one."""
    command, context, rest, names = root_command(), None, list(words), []
    while True:
        context = command.make_context(command.name, rest, parent=context)
        if not isinstance(command, TyperGroup):
            return names
        name, command, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        names.append(name)


@pytest.mark.parametrize(("where", "words"), LINES, ids=lambda value: value if isinstance(value, str) else "-")
def test_every_command_line_parses(where, words):
    assert parse([word for word in words if word != "--help"])


def test_there_are_command_lines_in_every_kind_of_file():
    assert {where for where, _ in LINES} == {
        "mnemo-export.service", "mnemo-monitor.service", "Dockerfile", "daemonset.yaml", "sidecar.yaml", "README.md",
    }  # fmt: skip


@pytest.mark.parametrize("words", [["export", "serv"], ["export", "serve", "--hots"], ["monitor", "--count", "x"]])
def test_a_wrong_command_line_would_be_found(words):
    with pytest.raises(WrongUsage):
        parse(words)


@pytest.mark.parametrize(("where", "words"), SERVING, ids=[where for where, _ in SERVING])
def test_every_exporter_answers_a_scrape(tmp_path, where, words):
    """As it stands there, but at a free port of this machine alone: the last --listen counts."""
    place = f"127.0.0.1:{free_port()}"
    command = (sys.executable, "-m", "mnemo_cli", *words, "--listen", place)
    with serving(command, f"http://{place}/readyz", tmp_path / "log"):
        assert b"\nmnemo_level " in (page(f"http://{place}/metrics") or b"")


def test_the_monitor_of_the_unit_writes_the_memory_log(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    words = dict(unit_lines())["mnemo-monitor.service"]
    done = subprocess.run([sys.executable, "-m", "mnemo_cli", *words, "--count", "1"], timeout=_SECONDS)
    assert done.returncode == 0
    assert (tmp_path / "mnemosyne" / "logs" / "memory.log").read_text()
