"""The TCP connections of a process: those of its own sockets, by state."""

import os
import socket
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.sampling.connections import Connections, parse_connections, read_connections
from mnemo_cli.sampling.proc_folder import ProcessFolder

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"


def line(state, inode, *, port=8080, address="0100007F"):
    return (
        f"   0: {address}:{port:04X} {address}:0000 {state:02X} 00000000:00000000 00:00000000 00000000  1000        0 "
        f"{inode} 1 00000000c66fa934 100 0 0 10 0\n"
    )


def read(root, sockets):
    gaps = []
    folder = ProcessFolder(7, root, live=False)
    try:
        return read_connections(folder, sockets, gaps), gaps
    finally:
        folder.close()


def test_only_its_own_sockets_are_counted(fake_host):
    files = {
        "proc/7/net/tcp": HEAD + line(1, 11) + line(8, 12) + line(8, 13) + line(8, 99) + line(10, 14, port=80),
        "proc/7/net/tcp6": HEAD + line(10, 15, port=8443, address="0" * 32) + line(6, 0),
    }
    states = {"established": 1, "close-wait": 2, "listening": 2}
    assert read(fake_host(files), {11, 12, 13, 14, 15}) == (Connections(states, (80, 8443)), [])


def test_without_ipv6_the_other_list_is_enough(fake_host):
    assert read(fake_host({"proc/7/net/tcp": HEAD + line(1, 11)}), {11}) == (Connections({"established": 1}, ()), [])


@pytest.mark.parametrize(
    ("files", "reason"),
    [({"proc/7/stat": ""}, "there is no such file"), ({"proc/7/net/tcp": None}, "Is a directory")],
)
def test_a_list_that_cannot_be_read_is_unknown(fake_host, files, reason):
    found, gaps = read(fake_host(files), {11})
    assert found is None and [gap.reason for gap in gaps] == [reason]


def test_damaged_lines_are_left_out():
    text = (HEAD + line(1, 11) + line(1, 12).replace("0100007F", "?") + line(99, 13) + line(0, 14)).encode()
    assert parse_connections(text, {11, 12, 13, 14}) == Connections({"established": 1}, ())
    assert parse_connections(text[:-200], {11}).states == {"established": 1}


@given(st.binary(max_size=200), st.integers(0, 300))
def test_any_text_is_answered(text, cut):
    whole = (HEAD + line(1, 11)).encode()
    for one in (text, whole[:cut] + text, whole + text):
        found = parse_connections(one, {11})
        assert sum(found.states.values()) <= one.count(b"\n") and bool(found.listening) <= ("listening" in found.states)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_our_own_listener_and_its_connections_are_found():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        port = server.getsockname()[1]
        accepted, _ = server.accept()
        inodes = {os.fstat(one.fileno()).st_ino for one in (server, client, accepted)}
        client.shutdown(socket.SHUT_WR)
        assert accepted.recv(1) == b""
        folder = ProcessFolder("self", Path("/"), live=True)
        found = read_connections(folder, inodes, [])
        folder.close()
        accepted.close()
    assert found is not None and found.listening == (port,)
    # The acknowledgement that leads from the first to the second may still be under way.
    assert {state.rstrip("-12"): number for state, number in found.states.items()} == {
        "listening": 1,
        "close-wait": 1,
        "fin-wait": 1,
    }
