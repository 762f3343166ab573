"""The same settings in four languages: each text is read back by its own parser."""

import configparser
import shlex

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.doctor.render import WORLDS, Budget, render
from mnemo_cli.errors import ConfigError
from mnemo_cli.units import GIB, MIB, parse_size

DEFAULTS = Budget(
    memory_limit_bytes=4 * GIB,
    memory_request_bytes=2 * GIB,
    memory_swap_total_bytes=6 * GIB,
    cpu_limit=2,
    cpu_request=1,
)
budgets = st.builds(
    lambda memory, cpu, files: Budget(
        memory_request_bytes=min(memory),
        memory_limit_bytes=sorted(memory)[1],
        memory_swap_total_bytes=max(memory),
        cpu_limit=max(cpu),
        cpu_request=min(cpu),
        nofile_soft=min(files),
        nofile_hard=max(files),
    ),
    st.lists(st.integers(MIB, 64 * GIB) | st.sampled_from([MIB, GIB, 3 * GIB]), min_size=3, max_size=3),
    st.lists(st.sampled_from([0.001, 0.25, 1.0, 1.5, 2.0, 64.0]), min_size=2, max_size=2),
    st.lists(st.integers(1, 10**6), min_size=2, max_size=2),
)


def options_of(text):
    words = shlex.split(text.replace("\\\n", " "), comments=True)
    assert words[:2] == ["docker", "run"] and words[-1] == "IMAGE"
    words = words[2:-1]
    return dict(zip(words[::2], words[1::2], strict=True))


def test_docker_with_the_defaults():
    assert options_of(render("docker", DEFAULTS)) == {
        "--memory": "4g",
        "--memory-reservation": "2g",
        "--memory-swap": "6g",
        "--cpus": "2",
        "--cpu-shares": "1024",
        "--pids-limit": "4096",
        "--ulimit": "nofile=65536:524288",
    }


@pytest.mark.parametrize("world", WORLDS)
def test_more_descriptors_than_the_kernels_default_ceiling_are_marked(world):
    assert "fs.nr_open" not in render(world, DEFAULTS)
    text = render(world, budget(nofile_hard=1048577))
    assert text.startswith("# nofile 1048577 is above the kernel's default fs.nr_open, 1048576: ")


def test_docker_says_that_swap_is_a_sum():
    assert "so this is 2g of swap" in render("docker", DEFAULTS)
    assert "so this is 0b of swap" in render("docker", budget(memory_swap_total_bytes=4 * GIB))


def budget(**changes):
    names = Budget.__slots__
    return Budget(**{**{name: getattr(DEFAULTS, name) for name in names}, **changes})


def test_compose_with_the_defaults():
    assert yaml.safe_load(render("compose", DEFAULTS))["services"]["app"] == {
        "mem_limit": "4g",
        "mem_reservation": "2g",
        "memswap_limit": "6g",
        "cpus": 2,
        "cpu_shares": 1024,
        "pids_limit": 4096,
        "ulimits": {"nofile": {"soft": 65536, "hard": 524288}},
    }


def test_kubernetes_with_the_defaults():
    text = render("kubernetes", DEFAULTS)
    assert yaml.safe_load(text)["resources"] == {
        "requests": {"memory": "2Gi", "cpu": "1"},
        "limits": {"memory": "4Gi", "cpu": "2"},
    }
    assert (
        "Burstable" in text
        and "no field for ulimits" in text
        and "podPidsLimit" in text
        and "no field for swap" in text
    )


def test_kubernetes_is_guaranteed_only_when_all_is_equal():
    equal = budget(memory_request_bytes=4 * GIB, cpu_request=2)
    assert "Guaranteed" in render("kubernetes", equal)
    assert "Guaranteed" not in render("kubernetes", budget(memory_request_bytes=4 * GIB))


def systemd_section(text):
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str
    parser.read_string(text)
    return dict(parser["Service"])


def test_systemd_with_the_defaults():
    assert systemd_section(render("systemd", DEFAULTS)) == {
        "MemoryMax": "4G",
        "MemoryLow": "2G",
        "MemorySwapMax": "2G",
        "CPUQuota": "200%",
        "CPUWeight": "100",
        "TasksMax": "4096",
        "LimitNOFILE": "65536:524288",
    }


@pytest.mark.parametrize("cpu", [0.001, 0.0015, 1.5])
def test_parts_of_a_core(cpu):
    part = budget(cpu_limit=cpu, cpu_request=0.001)
    assert yaml.safe_load(render("kubernetes", part))["resources"]["limits"]["cpu"] == f"{round(cpu * 1000)}m"
    assert float(systemd_section(render("systemd", part))["CPUQuota"][:-1]) == pytest.approx(cpu * 100)


@pytest.mark.parametrize(
    "changes",
    [
        {"memory_request_bytes": 5 * GIB},
        {"memory_swap_total_bytes": 3 * GIB},
        {"cpu_request": 3},
        {"nofile_soft": 600_000},
    ],
)
def test_what_contradicts_itself_names_both_settings(changes):
    with pytest.raises(ConfigError, match=next(iter(changes)).removesuffix("_bytes")):
        budget(**changes)


@pytest.mark.parametrize("world", WORLDS)
def test_nproc_ulimits_and_infinity_are_never_rendered(world):
    lines = [line for line in render(world, DEFAULTS).splitlines() if not line.strip().startswith("#")]
    assert not [line for line in lines if "nproc" in line or "infinity" in line or "LimitNPROC" in line]


@given(budgets)
def test_every_size_comes_back_exactly(some):
    docker, unit = options_of(render("docker", some)), systemd_section(render("systemd", some))
    pod = yaml.safe_load(render("kubernetes", some))["resources"]
    compose = yaml.safe_load(render("compose", some))["services"]["app"]
    assert parse_size(docker["--memory"]) == parse_size(compose["mem_limit"]) == some.memory_limit_bytes
    assert parse_size(unit["MemoryMax"]) == parse_size(str(pod["limits"]["memory"])) == some.memory_limit_bytes
    assert parse_size(docker["--memory-swap"]) == some.memory_swap_total_bytes
    assert parse_size(unit["MemorySwapMax"]) == some.memory_swap_total_bytes - some.memory_limit_bytes
    assert 1 <= int(unit["CPUWeight"]) <= 10_000 and 2 <= int(docker["--cpu-shares"]) <= 262_144
