"""Which file a command means."""

import pytest

from mnemo_cli.orchestrate.engines.local.program import Programs, Unrunnable


@pytest.fixture
def place(tmp_path):
    for name, mode in {"bin/tool": 0o755, "bin/data": 0o644, "second/data": 0o755, "work/own": 0o755}.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("#!/bin/sh\n")
        file.chmod(mode)
    return tmp_path


def find(place, name, *, path="bin:second", cwd=""):
    whole = ":".join(f"{place}/{part}" for part in path.split(":"))
    return Programs({"PATH": whole}).find(name, {}, f"{place}/{cwd}" if cwd else None)


def test_a_name_is_looked_up_in_the_path(place):
    assert find(place, "tool") == f"{place}/bin/tool"


def test_a_file_that_cannot_run_is_passed_over_for_one_that_can(place):
    assert find(place, "data") == f"{place}/second/data"
    assert find(place, "data", path="bin") == Unrunnable(126, "data: is not an executable file")


@pytest.mark.parametrize("name", ["nope", "", "bin/nope", "/no/such/file"])
def test_what_is_nowhere_is_127(place, name):
    found = find(place, name)
    assert isinstance(found, Unrunnable) and found.code == 127


def test_a_path_is_relative_to_the_jobs_folder(place):
    assert find(place, "./own", cwd="work") == f"{place}/work/./own"
    assert Programs({}).find("own", {"PATH": "."}, f"{place}/work") == f"{place}/work/./own"


def test_a_folder_is_no_program_and_a_missing_one_no_place_to_work_in(place):
    assert find(place, f"{place}/bin").code == 126
    assert find(place, "tool", cwd="missing").code == 126


def test_the_jobs_own_path_counts_and_what_appears_later_is_found(place):
    programs = Programs({"PATH": f"{place}/bin"})
    assert programs.find("own", {"PATH": f"{place}/work"}, None) == f"{place}/work/own"
    assert isinstance(programs.find("late", {}, None), Unrunnable)
    (place / "bin/late").write_text("")
    (place / "bin/late").chmod(0o755)
    assert programs.find("late", {}, None) == f"{place}/bin/late"
