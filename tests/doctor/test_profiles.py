"""What is asked of a target: profiles by name and by sign, and the demands of --need."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.profiles import NAMES, PROFILES, Needs, parse_needs, profile_named
from mnemo_cli.doctor.surroundings import Surroundings
from tests.doctor import stock_hosts
from tests.doctor.stock import process, status, write


def test_the_specifications_numbers_are_the_default():
    assert (PROFILES["default"].nofile, PROFILES["default"].nproc, PROFILES["server"].nofile) == (4096, 4096, 65536)
    assert NAMES == ("auto", "default", "server", "database", "ci", "container")


def test_a_profile_is_found_by_name():
    assert profile_named("auto") is None
    assert profile_named("server") is PROFILES["server"]
    with pytest.raises(ValueError, match="'web' is not a profile; there are auto, default, server"):
        profile_named("web")


@pytest.mark.parametrize(
    ("host", "name"),
    [
        (stock_hosts.debian_service, "server"),
        (stock_hosts.debian_session, "default"),
        (stock_hosts.database_service, "database"),
        (stock_hosts.github_runner, "ci"),
        (stock_hosts.alpine_container, "container"),
        (stock_hosts.kubernetes_v1_node, "container"),
    ],
)
def test_auto_looks_at_program_unit_and_container(tmp_path, host, name):
    files = host()
    with Evidence(Surroundings(write(tmp_path, files)), 812 if "proc/812/status" in files else 1) as evidence:
        assert (evidence.profile.name, evidence.profile.is_chosen) == (name, False)


def test_a_chosen_profile_beats_every_sign(tmp_path):
    files = process(7, "0::/docker/x\n", status_text=status("postgres"))
    with Evidence(Surroundings(write(tmp_path, files)), 7, profile=PROFILES["ci"]) as evidence:
        assert evidence.profile is PROFILES["ci"]


def test_needs_are_read():
    assert parse_needs("nofile=65536, nproc=4096,mem=2GiB") == Needs(65536, 4096, 2 << 30)
    assert parse_needs("") == Needs()
    assert parse_needs("mem=512m") == Needs(memory_bytes=512 << 20)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("fds=5", "'fds=5' is not a need; write for example nofile=65536,nproc=4096,mem=2GiB"),
        ("nofile", "nofile='' is not a count"),
        ("nofile=infinity", "nofile='infinity' is not a count"),
        ("nofile=-1", "is not a count"),
        ("nproc=0", "'nproc=0' asks for nothing"),
        ("mem=lots", "'lots' is not a size"),
    ],
)
def test_a_wrong_need_says_what_is_allowed(text, words):
    with pytest.raises(ValueError, match=words):
        parse_needs(text)


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.integers(1, 2**50))
def test_needs_survive_writing_and_reading(nofile, nproc, memory_bytes):
    assert parse_needs(f"mem={memory_bytes},nproc={nproc},nofile={nofile}") == Needs(nofile, nproc, memory_bytes)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_with_words(text):
    try:
        parse_needs(text)
    except ValueError as err:
        assert str(err)
