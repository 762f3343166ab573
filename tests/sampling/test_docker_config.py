"""daemon.json: the default limits, or why dockerd would not start with it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.model import UNLIMITED
from mnemo_cli.sampling.docker_config import DockerConfig, parse_default_ulimits, read_docker_config


def test_default_limits_are_read(fake_host):
    text = json.dumps({"debug": True, "default-ulimits": {"nofile": {"Name": "nofile", "Soft": 65536, "Hard": -1}}})
    assert read_docker_config(fake_host({"etc/docker/daemon.json": text})).limits == {"nofile": (65536, UNLIMITED)}


def test_no_file_and_an_empty_one_are_in_order(fake_host, tmp_path):
    assert read_docker_config(tmp_path / "nowhere") == DockerConfig()
    assert read_docker_config(fake_host({"etc/docker/daemon.json": " \n"})) == DockerConfig(is_there=True)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "1",
        '{"default-ulimits": 5}',
        '{"default-ulimits": {"nofile": 5}}',
        "\udcff",
        "[" * 100000,
        '{"default-ulimits": {"nofile": {"Soft": true, "Hard": 1}}}',
        '{"default-ulimits": {"nofile": {"Soft": 1}}}',
    ],
)
def test_what_dockerd_would_refuse_is_told(fake_host, text):
    config = read_docker_config(fake_host({"etc/docker/daemon.json": text.encode("utf-8", "surrogateescape")}))
    assert config.is_there and config.is_readable and config.fault is not None and not config.limits


def test_an_unreadable_file_is_told_as_such(fake_host):
    config = read_docker_config(fake_host({"etc/docker/daemon.json": None}))
    assert (config.is_there, config.is_readable, config.fault) == (True, False, "Is a directory")


@given(
    st.dictionaries(
        st.sampled_from(["nofile", "nproc", "core"]), st.tuples(st.integers(0, 2**40), st.integers(0, 2**40))
    )
)
def test_limits_survive_writing_and_reading(pairs):
    document = {
        "default-ulimits": {name: {"Name": name, "Soft": soft, "Hard": hard} for name, (soft, hard) in pairs.items()}
    }
    assert parse_default_ulimits(json.dumps(document).encode()) == pairs
