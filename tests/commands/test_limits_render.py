"""`mnemo limits render`: the settings in the words of each world."""

from pathlib import Path

import pytest
import yaml

from mnemo_cli.commands.limits import World
from mnemo_cli.doctor.render import WORLDS


@pytest.fixture
def render(script_runner):
    def call(*words):
        return script_runner.run(["mnemo", "limits", "render", *words])

    return call


def rendered(render, world):
    done = render("--for", world)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_worlds_are_those_of_the_doctor():
    assert [world.value for world in World] == list(WORLDS)


def test_each_world_says_the_defaults_in_its_own_words(render):
    docker = rendered(render, "docker")
    assert all(word in docker for word in ("--memory 4g", "--memory-swap 6g", "--cpus 2", "nofile=65536:524288"))
    service = yaml.safe_load(rendered(render, "compose"))["services"]["app"]
    assert (service["mem_limit"], service["pids_limit"]) == ("4g", 4096)
    pod = yaml.safe_load(rendered(render, "kubernetes"))["resources"]
    assert (pod["limits"]["memory"], pod["requests"]["memory"]) == ("4Gi", "2Gi")
    assert "MemorySwapMax=2G\n" in rendered(render, "systemd")


def test_the_settings_and_the_needs_are_rendered(render):
    Path("mnemo.toml").write_text(
        '[resources]\nmemory_limit = "1Gi"\nmemory_request = "512Mi"\nmemory_swap_total = "1Gi"\ncpu_limit = 0.5\n'
        'cpu_request = 0.25\n[doctor]\nneed = "nofile=600000,nproc=99"\n'
    )
    text = rendered(render, "systemd")
    for line in ("MemoryMax=1G", "CPUQuota=50%", "TasksMax=99", "LimitNOFILE=600000:600000", "MemorySwapMax=0"):
        assert f"{line}\n" in text


def test_settings_that_contradict_each_other_are_exit_2(render, monkeypatch):
    monkeypatch.setenv("MNEMOSYNE_MEMORY_REQUEST", "8Gi")
    done = render("--for", "docker")
    assert (done.returncode, done.stdout) == (2, "")
    assert "memory_request" in done.stderr and "memory_limit" in done.stderr


@pytest.mark.parametrize("words", [(), ("--for", "nomad"), ("--for", "docker", "extra")])
def test_wrong_usage_is_exit_2(render, words):
    done = render(*words)
    assert (done.returncode, done.stdout) == (2, "")
