"""What the service manager hears, on a real socket: and that nothing it does can hold up or end a watch."""

import os
import socket
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.watch.notify_socket import NotifySocket, notify_socket


@pytest.fixture
def manager(tmp_path):
    """The service manager's end, in a file."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(5)
        yield listening


@pytest.fixture
def told(manager):
    """A NotifySocket to it, and what comes out there."""
    ours = NotifySocket(manager.getsockname())
    yield ours, lambda: manager.recv(4096).decode()
    ours.close()


def test_each_state_is_the_managers_own_word(told):
    ours, heard = told
    ours.ready("ok NORMAL")
    assert heard() == "READY=1\nSTATUS=ok NORMAL"
    ours.status("!! HIGH")
    assert heard() == "STATUS=!! HIGH"
    ours.alive()
    assert heard() == "WATCHDOG=1"
    ours.stopping()
    assert heard() == "STOPPING=1"


def test_a_reload_says_when_it_began(told):
    ours, heard = told
    before = time.monotonic_ns() // 1000
    ours.reloading()
    first, second = heard().split("\n")
    name, _, microseconds = second.partition("=")
    assert (first, name) == ("RELOADING=1", "MONOTONIC_USEC")
    assert before <= int(microseconds) <= time.monotonic_ns() // 1000


def test_a_status_is_one_line_whatever_it_holds(told):
    """Else what follows a line's end would be an order to the manager."""
    ours, heard = told
    ours.status("wrong\nMAINPID=1\r\n\tat line 3 " + "x" * 5000)
    message = heard()
    assert message.startswith("STATUS=wrong MAINPID=1 at line 3 xxx")
    assert "\n" not in message and len(message) < 600


def test_an_abstract_name_begins_with_an_at_sign():
    name = f"mnemo-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(f"\0{name}")
        listening.settimeout(5)
        ours = NotifySocket(f"@{name}")
        ours.alive()
        assert listening.recv(100) == b"WATCHDOG=1"
        ours.close()


def test_a_manager_that_is_gone_is_no_error(manager):
    ours = NotifySocket(manager.getsockname())
    os.unlink(manager.getsockname())
    ours.ready("ok")
    ours.alive()
    ours.close()


def test_a_manager_that_reads_nothing_holds_nobody_up(told, manager):
    ours, _ = told
    for _ in range(2000):  # far more than a socket keeps
        ours.alive()
        ours.status("ok")
    assert manager.recv(100) == b"WATCHDOG=1"


def environment(**variables):
    return {"HOME": "/root", **variables}


def test_the_environment_names_it_and_no_program_of_ours_inherits_it():
    variables = environment(NOTIFY_SOCKET="/run/notify", WATCHDOG_USEC="3000000", WATCHDOG_PID="77")
    ours = notify_socket(variables, 77)
    assert ours is not None and ours.watchdog_seconds == 3.0
    assert variables == {"HOME": "/root"}
    ours.close()


@pytest.mark.parametrize(
    "variables", [{}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "/"}, {"NOTIFY_SOCKET": "vsock:2:1"}]
)
def test_without_a_local_socket_nobody_is_told(variables):
    assert notify_socket(environment(**variables), 77) is None


@pytest.mark.parametrize(
    ("microseconds", "pid", "seconds"),
    [("2000000", "77", 2.0), ("2000000", "", 2.0), ("2000000", "78", None), ("0", "77", None), ("", "77", None),
     ("-5", "77", None), ("2e6", "77", None), ("٣", "77", None)],
)  # fmt: skip
def test_a_watchdog_is_one_that_is_meant_for_us(microseconds, pid, seconds):
    variables = environment(NOTIFY_SOCKET="/run/notify", WATCHDOG_USEC=microseconds, WATCHDOG_PID=pid)
    ours = notify_socket(variables, 77)
    assert ours is not None and ours.watchdog_seconds == seconds
    ours.close()


TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)))


@given(TEXT, TEXT, TEXT)
def test_any_environment_gives_a_socket_or_none(address, microseconds, pid):
    ours = notify_socket({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": microseconds, "WATCHDOG_PID": pid}, 77)
    if ours is not None:
        ours.alive()
        ours.close()
