"""One deadline for a whole exchange, by a clock that the test turns."""

import socket
import threading

import pytest

from mnemo_cli.degrade.actions.punctual import PunctualSocket, left_until
from tests.degrade.actions.stage import DEADLINE_SECONDS


class Ticking:
    """A clock that is one second later at each look."""

    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        self.seconds += 1.0
        return self.seconds


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def drained(theirs):
    """A thread that reads all that comes."""
    thread = threading.Thread(target=lambda: [None for _ in iter(lambda: theirs.recv(1 << 20), b"")])
    thread.start()
    return thread


def test_what_is_left_is_told_until_nothing_is():
    left = left_until(3.0, Ticking())
    assert (left(), left()) == (2.0, 1.0)
    with pytest.raises(TimeoutError):
        left()


@pytest.mark.parametrize(("looks", "arrives"), [(3.0, False), (1e6, True)])
def test_sending_ends_by_the_deadline_though_each_part_of_it_goes_on(pair, looks, arrives):
    ours, theirs = pair
    reader = drained(theirs)
    outgoing = PunctualSocket(ours, left_until(looks, Ticking()))
    if arrives:
        outgoing.sendall(b"x" * 20_000_000)
    else:
        with pytest.raises(TimeoutError):
            outgoing.sendall(b"x" * 20_000_000)
    ours.shutdown(socket.SHUT_RDWR)
    reader.join(DEADLINE_SECONDS)


def test_reading_ends_by_the_deadline_though_each_part_of_it_comes(pair):
    ours, theirs = pair
    file = PunctualSocket(ours, left_until(3.0, Ticking())).makefile()
    for _ in range(2):
        theirs.send(b"a")
        assert file.read1(1) == b"a"
    theirs.send(b"a")
    with pytest.raises(TimeoutError):
        file.read1(1)
    file.close()


def test_a_file_reads_on_after_its_socket_is_closed(pair):
    ours, theirs = pair
    connected = PunctualSocket(ours, left_until(1e6, Ticking()))
    with connected.makefile() as file:
        connected.close()
        theirs.send(b"all")
        theirs.close()
        assert file.read() == b"all"


def test_who_waits_is_let_go_when_it_is_cut(pair):
    ours, _ = pair
    connected = PunctualSocket(ours, left_until(1e6, Ticking()))
    with connected.makefile() as file:
        threading.Timer(0.05, connected.cut).start()
        assert file.read() == b""
    connected.close()
    connected.cut()
