"""Who set a limit is said only where that place says what is in force."""

import pytest

from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.provenance import source_of
from mnemo_cli.doctor.surroundings import Surroundings
from tests.doctor import stock_hosts
from tests.doctor.stock import limits, process, status, write

BY_PROGRAM = "the program, its shell or its parent"
SESSION = "0::/user.slice/user-1000.slice/session-4.scope\n"


def source(root, files, name="RLIMIT_NOFILE", pid=812):
    with Evidence(Surroundings(write(root, files)), pid) as evidence:
        return source_of(evidence, name)


def service(pair, unit_text="", **files):
    return {
        **stock_hosts.debian_service(),
        "proc/1/limits": limits(nofile=(1048576, 1048576)),
        **process(
            812,
            "0::/system.slice/nginx.service\n",
            limits_text=limits(nofile=pair),
            status_text=status("nginx", uid=33),
        ),
        "etc/systemd/system/nginx.service.d/60-mnemo.conf": f"[Service]\n{unit_text}\n",
        **files,
    }


def test_the_unit_is_named_with_file_and_line(tmp_path):
    files = service((65536, 524288), "LimitNOFILE=65536:524288")
    where = "/etc/systemd/system/nginx.service.d/60-mnemo.conf line 2"
    assert source(tmp_path, files) == f"unit nginx.service LimitNOFILE ({where})"


def test_infinity_of_a_unit_is_nr_open(tmp_path):
    assert "LimitNOFILE" in source(tmp_path, service((1048576, 1048576), "LimitNOFILE=infinity"))


def test_a_unit_that_says_something_else_did_not_set_it(tmp_path):
    assert source(tmp_path, service((2000, 3000), "LimitNOFILE=65536")) == BY_PROGRAM


def test_systemds_default_is_known_by_its_numbers(tmp_path):
    assert source(tmp_path, service((1024, 524288))) == "systemd's default"


def test_the_managers_default_is_named(tmp_path):
    files = {"etc/systemd/system.conf": "[Manager]\nDefaultLimitNOFILE=4096:524288\n"}
    assert source(tmp_path, service((4096, 524288), **files)) == (
        "systemd's manager DefaultLimitNOFILE (/etc/systemd/system.conf line 2)"
    )


def test_a_sessions_limit_comes_from_its_line(tmp_path):
    files = {
        **stock_hosts.debian_session(),
        **process(812, SESSION, limits_text=limits(nofile=(2000, 3000)), status_text=status("bash")),
        "etc/security/limits.d/60-x.conf": "# two\nalice soft nofile 2000\n",
    }
    assert source(tmp_path, files) == "/etc/security/limits.d/60-x.conf line 2"


def test_inside_a_container_its_runtime_is_named(tmp_path):
    assert source(tmp_path, stock_hosts.alpine_container(), pid=1) == "the container runtime"


def test_what_everybody_has_is_inherited(tmp_path):
    assert source(tmp_path, service((1024, 524288)), "RLIMIT_STACK") == "PID 1 (inherited)"


@pytest.mark.parametrize("name", ["RLIMIT_NOFILE", "RLIMIT_AS"])
def test_of_an_unknown_limit_nobody_is_named(tmp_path, name):
    assert source(tmp_path, {"proc/812/status": status()}, name) is None
