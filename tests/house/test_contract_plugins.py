"""Each folder of plug-ins equals its list. Those of checks and collectors have tests of their own for that."""

import importlib
from pathlib import Path

import pytest

import mnemo_cli
from mnemo_cli.app import COMMANDS
from mnemo_cli.commands.completion import Shell
from mnemo_cli.commands.engine_options import EngineName
from mnemo_cli.commands.limits import World as RenderedWorld
from mnemo_cli.degrade.steps import Step
from mnemo_cli.degrade.table import AFTER_DRAIN, ENTERING, LEAVING, RESTARTING
from mnemo_cli.doctor.fixes.worlds import WORLDS
from mnemo_cli.doctor.render import WORLDS as RENDERED
from mnemo_cli.forensics.actions import ALERT_ACTIONS
from mnemo_cli.forensics.killers import KILLERS
from mnemo_cli.limits.rules.rule import ACTIONS
from mnemo_cli.output.completion import SCRIPTS

PACKAGE = Path(mnemo_cli.__file__).parent


def modules(folder):
    return {path.stem for path in (PACKAGE / folder).glob("*.py")} - {"__init__"}


def members(folder, name):
    """By module, what each file of the folder calls by this name."""
    found = {stem: importlib.import_module(f"mnemo_cli.{folder.replace('/', '.')}.{stem}") for stem in modules(folder)}
    return {stem: getattr(module, name) for stem, module in found.items() if hasattr(module, name)}


@pytest.mark.parametrize(
    ("folder", "name", "listed", "no_member"),
    [
        ("doctor/fixes/worlds", "WORLD", WORLDS, set()),
        ("forensics/killers", "CARD", KILLERS, {"card", "parallel"}),
    ],
)
def test_a_folder_is_its_list(folder, name, listed, no_member):
    there = members(folder, name)
    assert set(there) | no_member == modules(folder)
    assert len(listed) == len(there) and all(any(one is other for other in there.values()) for one in listed)


def test_a_world_is_named_after_its_file():
    assert {world.name.replace("-", "_") for world in WORLDS} == modules("doctor/fixes/worlds")


def test_each_response_is_called_by_a_step_of_the_ladder():
    plans = [*(plan for table in ENTERING.values() for plan in table.values()), *LEAVING.values()]
    called = {response.name for plan in (*plans, RESTARTING, AFTER_DRAIN) for response in plan}
    assert called == modules("degrade/responses") - {"action"}
    assert all(set(table) == set(Step) - {Step.NORMAL} for table in (*ENTERING.values(), LEAVING))


def test_each_engine_can_be_chosen():
    folders = {path.name for path in (PACKAGE / "orchestrate/engines").iterdir() if (path / "__init__.py").exists()}
    assert {engine.value for engine in EngineName} == folders


def test_each_action_of_an_alert_is_explained():
    assert set(ALERT_ACTIONS) == set(ACTIONS)


def test_each_shell_has_its_script_and_each_world_its_words():
    assert {shell.value for shell in Shell} == set(SCRIPTS)
    assert {world.value for world in RenderedWorld} == set(RENDERED)


def test_each_command_module_with_an_app_is_in_the_table():
    with_app = {path.stem for path in (PACKAGE / "commands").glob("*.py") if "\napp = command_app(" in path.read_text()}
    assert with_app == {row.module or row.name for row in COMMANDS}
