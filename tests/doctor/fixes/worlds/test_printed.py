"""The worlds that write nothing: this session, compose, Kubernetes and launchd."""

import plistlib

import pytest
import yaml

from mnemo_cli.doctor.fixes.wanted import Wanted
from mnemo_cli.errors import RepairError

LIMITS = "Max processes             {nproc} processes \nMax open files            {nofile} files     \n"


def session(root, nofile, nproc="100000               100000              "):
    pad = " ".join(word.ljust(20) for word in nofile.split())
    return root({"proc/self/limits": LIMITS.format(nofile=pad, nproc=nproc)})


@pytest.mark.parametrize(
    ("nofile", "printed"),
    [
        ("1024 65536", "ulimit -Sn 65536\n"),
        ("1024 unlimited", "ulimit -Sn 65536\n"),
        ("65536 65536", ""),
        ("1024 65535", ""),
    ],
)
def test_a_session_is_told_only_what_it_can_do(root, propose, nofile, printed):
    proposal = propose("session", session(root, nofile))
    assert proposal.printed == printed and not proposal.drafts
    assert bool(proposal.notes) == (nofile == "1024 65535")


def test_tasks_of_a_session_too(root, propose):
    where = session(root, "65536 65536", "100                  100000              ")
    proposal = propose("session", where)
    assert proposal.printed == "ulimit -Su 4096\n" and "dash" in proposal.notes[0]


def test_a_session_that_cannot_be_read_is_no_session_that_is_fine(root, propose):
    assert len(propose("session", root({})).notes) == 2


def test_compose_is_yaml(root, propose):
    text = propose("compose", root({}), Wanted(nofile=65536, nproc=512, memory_bytes=2**31)).printed
    document = yaml.safe_load(text.partition("# compose.yaml, below the service\n")[2])
    assert document == {"pids_limit": 512, "ulimits": {"nofile": {"soft": 65536, "hard": 524288}}}
    assert "--ulimit nofile=65536:524288 --pids-limit 512" in text and "2147483648b" in text
    assert "nproc" not in text


def test_a_pod_has_no_field_and_is_told_what_there_is(root, propose):
    text = propose("kubernetes", root({})).printed
    assert "no field for ulimits" in text and "LimitNOFILE=65536:524288" in text and "podPidsLimit: 4096" in text


def test_launchd_is_a_plist_and_warns_of_launchctl_limit(root, propose):
    proposal = propose("launchd", root({}))
    keys = proposal.printed.partition("-->")[2]
    document = plistlib.loads(f'<?xml version="1.0"?><plist version="1.0"><dict>{keys}</dict></plist>'.encode())
    assert document == {"SoftResourceLimits": {"NumberOfFiles": 65536}}
    assert any("launchctl limit" in note for note in proposal.notes) and "launchctl limit" not in proposal.printed


@pytest.mark.parametrize("world", ["session", "compose", "kubernetes"])
def test_above_nr_open_is_refused(root, propose, world):
    with pytest.raises(RepairError, match=r"above fs\.nr_open"):
        propose(world, root({"proc/sys/fs/nr_open": "5000\n"}))


@pytest.mark.parametrize("world", ["session", "compose", "kubernetes", "launchd"])
def test_nothing_is_written(root, propose, photo, world):
    where = root({})
    before = photo(where)
    assert propose(world, where).drafts == () and photo(where) == before
