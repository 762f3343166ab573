"""Where a process lives, from its groups and from what runtimes leave behind."""

import pytest

from mnemo_cli.sampling.place import container_mark, container_sign, has_systemd, session_of_group, unified_path


@pytest.mark.parametrize(
    ("path", "sign"),
    [
        ("/docker/3f1ad2", "docker"),
        ("/system.slice/docker-3f1ad2.scope", "docker"),
        ("/kubepods/burstable/pod1/c1", "kubepods"),
        ("/kubepods.slice/kubepods-pod1.slice/cri-containerd-aa.scope", "kubepods"),
        ("/ecs/task/aa", "ecs"),
        ("/user.slice/user-1.slice/user@1.service/user.slice/libpod-aa.scope", "libpod"),
        ("/lxc.payload.web/init.scope", "lxc"),
        ("/system.slice/nginx.service", None),
        ("/system.slice/docker.service", None),
        ("/machine.slice/machine-qemu-1.scope", None),
        ("/", None),
    ],
)
def test_a_container_is_known_by_its_group(path, sign):
    assert container_sign(f"4:memory:{path}\n0::/\n") == sign


def test_a_container_is_known_by_the_mark_in_its_root(fake_host, tmp_path):
    assert container_mark(tmp_path) is None
    assert container_mark(fake_host({".dockerenv": ""})) == "/.dockerenv"


def test_the_unified_path_is_systemds_on_every_kind_of_host():
    assert unified_path("5:pids:/x\n0::/system.slice/a.service\n") == "/system.slice/a.service"
    assert unified_path("5:pids:/x\n1:name=systemd:/system.slice/a.service\n0::/\n") == "/system.slice/a.service"
    assert unified_path("0::/\n") is None and unified_path("") is None


def test_a_session_is_what_pam_opened():
    assert session_of_group("/user.slice/user-1000.slice/session-4.scope") == "session-4.scope"
    assert session_of_group("/system.slice/session-4.scope") is None
    assert session_of_group("/user.slice/user-1000.slice/user@1000.service/app.slice") is None


def test_systemd_is_there_when_it_runs_or_is_installed(fake_host, tmp_path):
    assert not has_systemd(tmp_path)
    assert has_systemd(fake_host({"usr/lib/systemd/systemd": ""}))
