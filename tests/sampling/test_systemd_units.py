"""Units, drop-ins and the manager's defaults: the last word wins, wherever it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.model import UNLIMITED
from mnemo_cli.sampling.systemd_units import (
    Assignment,
    configured_limit,
    parse_section,
    read_manager,
    read_unit,
    unit_of_group,
)


def test_a_drop_in_of_etc_has_the_last_word(fake_host):
    root = fake_host(
        {
            "usr/lib/systemd/system/web.service": "[Unit]\nLimitNOFILE=1\n[Service]\nLimitNOFILE=1024\n",
            "etc/systemd/system/web.service.d/60-mnemo.conf": "[Service]\nLimitNOFILE=65536:524288\n",
            "usr/lib/systemd/system/web.service.d/10-vendor.conf": "[Service]\nLimitNOFILE=2048\nTasksMax=50\n",
            "etc/systemd/system/service.d/99-all.conf": "[Service]\nLimitCORE=0\n",
        }
    )
    gaps = []
    unit = read_unit("web.service", root, gaps)
    found = configured_limit(unit.assignments, "RLIMIT_NOFILE")
    assert unit.is_found and not gaps
    assert found is not None and (found.soft, found.hard) == (65536, 524288)
    assert found.where == Assignment("/etc/systemd/system/web.service.d/60-mnemo.conf", 2, "65536:524288")
    assert unit.assignments["TasksMax"].text == "50" and unit.assignments["LimitCORE"].text == "0"


def test_etc_replaces_the_whole_file_of_the_vendor(fake_host):
    root = fake_host(
        {
            "usr/lib/systemd/system/web.service": "[Service]\nTasksMax=1\n",
            "etc/systemd/system/web.service": "[Service]\nA=1\n",
            "usr/lib/systemd/system/web.service.d/a.conf": "[Service]\nB=1\n",
            "etc/systemd/system/web.service.d/a.conf": "[Service]\nC=1\n",
        }
    )
    assert set(read_unit("web.service", root, []).assignments) == {"A", "C"}


def test_an_instance_is_described_by_its_template(fake_host):
    root = fake_host(
        {
            "usr/lib/systemd/system/pg@.service": "[Service]\nLimitAS=1G\n",
            "etc/systemd/system/pg@15.service.d/x.conf": "[Service]\nLimitAS=2G\n",
        }
    )
    found = configured_limit(read_unit("pg@15.service", root, []).assignments, "RLIMIT_AS")
    assert found is not None and found.soft == found.hard == 2 << 30


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", "nothing.service"])
def test_a_name_that_is_no_unit_finds_nothing(tmp_path, name):
    assert not read_unit(name, tmp_path, []).is_found


def test_an_unreadable_unit_is_a_gap(fake_host):
    gaps = []
    read_unit("web.service", fake_host({"etc/systemd/system/web.service.d/x.conf": None}), gaps)
    assert [(gap.field, gap.reason) for gap in gaps] == [("systemd_units", "Is a directory")]


def test_a_folder_of_units_that_cannot_be_listed_is_a_gap(tmp_path):
    (tmp_path / "etc/systemd").mkdir(parents=True)
    (tmp_path / "etc/systemd/system").symlink_to(tmp_path / "etc/systemd/system")  # even root cannot follow it
    gaps = []
    read_unit("web.service", tmp_path, gaps)
    assert gaps[0].source == "/etc/systemd/system/service.d" and {gap.field for gap in gaps} == {"systemd_units"}


def test_a_unit_whose_name_leaves_no_room_for_a_drop_in_lacks_nothing(fake_host):
    name = f"{'a' * 247}.service"
    gaps = []
    assert read_unit(name, fake_host({f"etc/systemd/system/{name}": "[Service]\nLimitNOFILE=5\n"}), gaps).is_found
    assert not gaps


def test_the_manager_gives_defaults(fake_host):
    root = fake_host(
        {
            "etc/systemd/system.conf": "[Manager]\n#DefaultLimitNOFILE=1\n",
            "etc/systemd/system.conf.d/60-mnemo.conf": "[Manager]\nDefaultLimitNOFILE=4096:524288\n",
        }
    )
    found = configured_limit(read_manager(root, []), "RLIMIT_NOFILE", prefix="DefaultLimit")
    assert found is not None and (found.soft, found.hard) == (4096, 524288)


@pytest.mark.parametrize(
    ("key", "text", "pair"),
    [
        ("NOFILE", "65536", (65536, 65536)),
        ("NOFILE", "infinity", (UNLIMITED, UNLIMITED)),
        ("NOFILE", "1024:infinity", (1024, UNLIMITED)),
        ("MEMLOCK", "64M", (64 << 20, 64 << 20)),
        ("CPU", "1min", (60, 60)),
        ("NOFILE", "", None),
        ("NOFILE", "many", None),
        ("NOFILE", "-1", None),
    ],
)
def test_limits_are_read_as_systemd_writes_them(key, text, pair):
    found = configured_limit({f"Limit{key}": Assignment("/x", 1, text)}, f"RLIMIT_{key}")
    assert (None if found is None else (found.soft, found.hard)) == pair


def test_a_line_may_go_on_and_comments_are_left_out():
    text = "[Service]\n# LimitCORE=1\n; LimitCORE=2\nExecStart=/bin/x \\\n  --flag=1\n"
    text += "LimitNOFILE = 5\n[Install]\nLimitNPROC=6\n"
    assert parse_section(text, "Service", "/u") == {
        "ExecStart": Assignment("/u", 4, "/bin/x  --flag=1"),
        "LimitNOFILE": Assignment("/u", 6, "5"),
    }


@pytest.mark.parametrize(
    ("path", "unit"),
    [
        ("/system.slice/nginx.service", "nginx.service"),
        ("/system.slice/nginx.service/worker", "nginx.service"),
        ("/system.slice/docker-aa.scope", None),
        ("/user.slice/user-1.slice/user@1.service/app.slice/x.service", None),
        ("/", None),
    ],
)
def test_the_unit_is_the_innermost_service_of_the_system(path, unit):
    assert unit_of_group(path) == unit


@given(st.text(max_size=300))
def test_any_text_is_answered(text):
    assert all(isinstance(found, Assignment) for found in parse_section(f"[Service]\n{text}", "Service", "/u").values())
