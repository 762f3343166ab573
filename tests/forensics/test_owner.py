"""Whose group it is, told from its path: every runtime's form, under both drivers, and what only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.forensics.owner import is_in_container, owner_of, pod_uid_of
from tests.forensics.deaths import CONTAINER, POD, POD_GROUP

SHORT = "container 3f2a91b0c4d5"


@pytest.mark.parametrize(
    ("path", "owner", "words", "inside"),
    [
        (None, "machine", "the machine", ""),
        ("/", "machine", "the machine", ""),
        ("/app/job", "group", "group /app/job", ""),
        (f"/docker/{CONTAINER}", "container", SHORT, ""),
        (f"/docker/{CONTAINER}/a/b", "container", SHORT, "a/b"),
        (f"/system.slice/docker-{CONTAINER}.scope", "container", SHORT, ""),
        (f"/machine.slice/libpod-{CONTAINER}.scope/container", "container", SHORT, "container"),
        (f"/kubepods/besteffort/pod{POD}/{CONTAINER}", "container", SHORT, ""),
        (f"{POD_GROUP}/cri-containerd-{CONTAINER}.scope", "container", SHORT, ""),
        ("/lxc/web", "container", "container web", ""),
        ("/lxc.payload.web", "container", "container web", ""),
        (
            "/ecs/0123456789abcdef0123456789abcdef/0123456789abcdef0123456789abcdef-12345",
            "container",
            "container 0123456789ab",
            "",
        ),
        (POD_GROUP, "pod", f"pod {POD}", ""),
        (f"/kubepods/pod{POD}", "pod", f"pod {POD}", ""),
        ("/kubepods.slice", "group", "all pods of the node (/kubepods.slice)", ""),
        ("/kubepods/burstable", "group", "all pods of the node (/kubepods/burstable)", ""),
        ("/system.slice/web.service", "unit", "unit web.service", ""),
        ("/system.slice/web.service/worker", "unit", "unit web.service", "worker"),
        ("/system.slice", "unit", "unit system.slice", ""),
        ("/user.slice/user-1000.slice", "user", "user 1000 (user-1000.slice)", ""),
        ("/user.slice/user-1000.slice/user@1000.service", "user", "user 1000 (user@1000.service)", ""),
        ("/user.slice/user-1000.slice/session-2.scope", "unit", "unit session-2.scope", ""),
        (
            "/user.slice/user-1000.slice/user@1000.service/app.slice/app-x.scope",
            "unit",
            "unit app-x.scope of user 1000",
            "",
        ),
        (f"/jobs/{CONTAINER}", "group", f"group /jobs/{CONTAINER}", ""),
        ("/docker/short", "group", "group /docker/short", ""),
    ],
)
def test_the_innermost_owner_is_named(path, owner, words, inside):
    whose = owner_of(path)
    assert (whose.owner, whose.words, whose.inside) == (owner, words, inside)


@pytest.mark.parametrize("path", [POD_GROUP, f"/kubepods/pod{POD}/{CONTAINER}"])
def test_a_pods_uid_has_dashes_whatever_the_form(path):
    assert pod_uid_of(path) == POD == owner_of(path).pod_uid


@pytest.mark.parametrize("path", [None, "", "/", "/podium", "/pod-1", f"/podx{POD}"])
def test_what_is_no_pod_has_no_uid(path):
    assert pod_uid_of(path) is None


def test_an_id_of_fewer_than_twelve_digits_joins_nothing():
    assert not is_in_container(f"/docker/{CONTAINER}", CONTAINER[:11])
    assert not is_in_container(f"/docker/{CONTAINER}", "")
    assert is_in_container("/lxc/web", "web") and not is_in_container("/lxc/web", "we")
    assert is_in_container("/lxc.payload.web/system.slice", "web")


@given(
    st.text(alphabet="abcdef0123456789/.-_:podkuberniscl@", max_size=120),
    st.text(alphabet="abcdef0123456789", max_size=64),
)
def test_any_path_has_an_owner(path, found):
    whose = owner_of(path)
    assert whose.words and (whose.container_id is None or whose.container_id in path)
    assert is_in_container(path, found) in (True, False)


def test_an_id_that_is_no_hexadecimal_number_is_a_name_in_the_path():
    assert is_in_container("/lxc/payments-gateway", "payments-gateway")
    assert not is_in_container(f"/docker/{CONTAINER}", "payments-gateway")
    assert not is_in_container("/lxc/payments-gateway-2", "payments-gateway")


@pytest.mark.parametrize("name", ["user-1000.slice-x.scope", "user@1000.service-x.scope"])
def test_a_unit_whose_name_only_begins_like_a_users_is_no_users(name):
    whose = owner_of(f"/system.slice/{name}")
    assert (whose.owner, whose.unit, whose.uid) == ("unit", name, None)
    assert owner_of(f"/system.slice/{name}/a.service").uid is None
