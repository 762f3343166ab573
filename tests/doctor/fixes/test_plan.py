"""One plan for several worlds: what it is called, which worlds it takes, what its diff says."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.doctor.fixes.plan import Change, choose_worlds, complete_unit, diff
from mnemo_cli.doctor.fixes.worlds import WORLDS
from mnemo_cli.errors import UsageError


def names(chosen):
    return [world.name for world in chosen]


def test_a_plan_writes_nothing(debian, plan_for, photo):
    before = photo(debian)
    assert len(plan_for(debian).changes) == 4
    assert photo(debian) == before


def test_the_name_follows_from_the_content(debian, plan_for):
    first = plan_for(debian)
    assert first == plan_for(debian)
    assert first.id != plan_for(debian, "pam").id
    (debian / "etc/docker/daemon.json").write_text("{}")
    assert plan_for(debian).id != first.id


def test_only_files_of_ours_and_daemon_json_are_named(debian, plan_for):
    paths = [change.path for change in plan_for(debian).changes]
    assert {path for path in paths if not path.endswith("/60-mnemo.conf")} == {"etc/docker/daemon.json"}


def test_never_infinity_and_never_unlimited(debian, plan_for):
    plan = plan_for(debian)
    for change in plan.changes:
        assert b"infinity" not in change.after and b"unlimited" not in change.after


def test_the_ceiling_is_that_of_the_root_and_else_assumed(debian, plan_for):
    assert plan_for(debian).ceiling == (1_048_576, True)
    (debian / "proc/sys/fs").mkdir(parents=True)
    (debian / "proc/sys/fs/nr_open").write_text("200000\n")
    plan = plan_for(debian, "pam")
    assert plan.ceiling == (200_000, False) and b"hard  nofile  200000" in plan.changes[0].after


def test_without_a_name_an_image_has_its_sessions_and_sysctls(root):
    assert names(choose_worlds([], root({}), unit=None, system="linux")) == ["pam", "sysctl"]
    assert names(choose_worlds([], root({}), unit="a.service", system="linux")) == ["service"]


@pytest.mark.parametrize(
    ("mark", "world"), [(".dockerenv", "compose"), ("var/run/secrets/kubernetes.io/x", "kubernetes")]
)
def test_a_container_is_told_what_its_host_can_do(root, mark, world):
    assert names(choose_worlds([], root({mark: ""}), unit=None, system="linux")) == [world]


def test_a_mac_is_told_of_launchd():
    assert names(choose_worlds([], Path("/"), unit=None, system="darwin")) == ["session", "launchd"]


def test_named_worlds_come_in_their_own_order(root):
    assert names(choose_worlds(["docker", "pam", "pam"], root({}), unit=None, system="linux")) == ["pam", "docker"]


def test_an_unknown_world_and_a_unit_for_another_one_are_wrong_usage(root):
    with pytest.raises(UsageError, match="'dokcer' is no world; there are session, pam"):
        choose_worlds(["dokcer"], root({}), unit=None, system="linux")
    with pytest.raises(UsageError, match="--unit is for"):
        choose_worlds(["pam"], root({}), unit="a.service", system="linux")


@pytest.mark.parametrize(
    ("unit", "whole"),
    [("nginx", "nginx.service"), ("a@1", "a@1.service"), ("x.service", "x.service"), ("a.b", "a.b.service")],
)
def test_a_unit_is_completed(unit, whole):
    assert complete_unit(unit) == whole


@pytest.mark.parametrize("unit", ["", "../x", "a/b", "-x", ".x", "a b", "a\n", "x.socket", "a" * 300, "ä"])
def test_what_is_no_service_is_refused(unit):
    with pytest.raises(UsageError):
        complete_unit(unit)


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_the_module_of_every_world_says_what_it_governs(world):
    assert len((__import__("inspect").getmodule(world.run).__doc__ or "").splitlines()[0]) > 20


contents = st.one_of(st.none(), st.binary(max_size=30), st.text(alphabet="ab\n\\ é\x0c\r", max_size=20).map(str.encode))


@pytest.mark.skipif(shutil.which("patch") is None, reason="patch is not installed")
@given(before=contents, after=contents.filter(lambda content: content is not None))
def test_a_diff_is_one_that_patch_takes(tmp_path_factory, before, after):
    if before == after or not (before or after) or b"\0" in (before or b"") + after:
        return
    path = tmp_path_factory.mktemp("p") / "file"
    if before is not None:
        path.write_bytes(before)
    text = diff(Path("/"), Change("file", before, after)).encode("utf-8", "surrogateescape")
    subprocess.run(["patch", "--binary", "-s", str(path)], input=text, check=True, cwd=path.parent, timeout=30)
    assert (path.read_bytes() if path.exists() else b"") == after
