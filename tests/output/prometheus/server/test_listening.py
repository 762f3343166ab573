"""The server among clients that are slow, silent, many or wrong: it goes on answering the others."""

import socket
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnemo_cli.errors import UsageError
from mnemo_cli.output.prometheus.server import handler, listening
from mnemo_cli.output.prometheus.server.address import parse_address
from mnemo_cli.output.prometheus.server.listening import Server

REQUEST = b"GET /x HTTP/1.0\r\n\r\n"
PATIENCE_SECONDS = 20.0


def until(condition, what):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"no {what}"
        time.sleep(0.005)


def is_answered(text):
    return text.startswith(b"HTTP/1.0 200 OK\r\n") and text.endswith(b"\r\n\r\n/x")


def test_a_request_is_answered_and_the_connection_closed(serve, connect, answer):
    text = answer(connect(serve(), REQUEST))
    assert is_answered(text) and b"\r\nServer: mnemo\r\n" in text and b"Python" not in text


def test_a_request_in_pieces_is_answered(serve, connect, answer):
    connection = connect(serve(), REQUEST[:5])
    for at in range(5, len(REQUEST)):
        connection.sendall(REQUEST[at : at + 1])
    assert is_answered(answer(connection))


def test_a_client_that_sends_its_request_too_slowly_is_left(serve, connect, answer, monkeypatch):
    """A byte now and then: each read alone would be in time."""
    monkeypatch.setattr(handler, "HEAD_SECONDS", 0.2)
    connection = connect(serve(), b"GET / HTTP/1.0\r\n")
    connection.settimeout(0.02)
    began = time.monotonic()
    with pytest.raises((ConnectionError, AssertionError)):
        while time.monotonic() - began < PATIENCE_SECONDS:
            try:
                assert connection.recv(1) != b""
            except TimeoutError:
                connection.sendall(b"x")
    assert time.monotonic() - began < PATIENCE_SECONDS


def test_silent_clients_give_way_to_those_who_ask(serve, connect, answer):
    server = serve()
    silent = [connect(server, b"GET / HT") for _ in range(3 * listening.MOST_CONNECTIONS)]
    assert all(is_answered(answer(connect(server, REQUEST))) for _ in range(20))
    until(lambda: len(server._connections) <= listening.MOST_CONNECTIONS, "bound")
    until(lambda: threading.active_count() <= listening.MOST_CONNECTIONS + 10, "bound of threads")
    silent[0].settimeout(PATIENCE_SECONDS)
    assert answer(silent[0]) == b"", "the oldest was not closed"


def test_when_all_are_being_answered_the_next_one_is_refused(serve, connect, answer, monkeypatch):
    monkeypatch.setattr(listening, "MOST_CONNECTIONS", 2)
    going, begun = threading.Event(), threading.Semaphore(0)

    def slow(environ, start_response):
        begun.release()
        assert going.wait(PATIENCE_SECONDS)
        start_response("200 OK", [])
        return [environ["PATH_INFO"].encode()]

    server = serve(slow)
    first = [connect(server, REQUEST) for _ in range(2)]
    assert all(begun.acquire(timeout=PATIENCE_SECONDS) for _ in first)
    assert answer(connect(server, REQUEST)) == b""
    going.set()
    assert all(is_answered(answer(connection)) for connection in first)
    until(lambda: not server._connections, "end")
    assert is_answered(answer(connect(server, REQUEST)))


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (b"\r\n", b""),
        (b"NONSENSE\r\n\r\n", b"400"),
        (b"GET / HTTP/9.9\r\n\r\n", b"505"),
        (b"GET / HTTP/x\r\n\r\n", b"400"),
        (b"GET " + b"/" * 9000 + b" HTTP/1.0\r\n\r\n", b"414"),
        (b"GET / HTTP/1.0\r\n" + b"".join(b"h%d: x\r\n" % at for at in range(200)) + b"\r\n", b"431"),
        (b"GET / HTTP/1.0\r\n" + b"".join(b"h: %s\r\n" % (b"x" * 1000) for _ in range(90)) + b"\r\n", b""),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n", b"400"),
    ],
)
def test_a_wrong_request_is_refused_or_left(serve, connect, answer, text, status):
    server = serve()
    connection = connect(server)
    try:
        connection.sendall(text)
        connection.shutdown(socket.SHUT_WR)
    except ConnectionError:
        pass  # it was left before all was sent
    given_back = answer(connection)
    assert (status in given_back and b"200" not in given_back) if status else given_back == b""
    assert is_answered(answer(connect(server, REQUEST)))


def test_any_bytes_leave_the_server_answering(serve, connect, answer):
    server = serve()

    @given(st.binary(max_size=300))
    @settings(max_examples=100)
    def send(text):
        connection = connect(server, text)
        connection.shutdown(socket.SHUT_WR)
        answer(connection)
        connection.close()

    send()
    assert is_answered(answer(connect(server, REQUEST)))


def test_a_thousand_bad_requests_leave_nothing_behind(serve, connect, answer, capfd):
    server = serve()
    for _ in range(1000):
        with socket.create_connection(("127.0.0.1", server.server_port), PATIENCE_SECONDS) as connection:
            connection.sendall(b"BAD\r\n\r\n")
    assert is_answered(answer(connect(server, REQUEST)))
    until(lambda: not server._connections, "end of the bad ones")
    assert capfd.readouterr() == ("", "")


def test_a_client_that_goes_away_is_no_news(serve, connect, capfd):
    def long(environ, start_response):
        start_response("200 OK", [])
        return [b"x" * 1_000_000] * 50

    server = serve(long)
    for _ in range(10):
        connect(server, REQUEST).close()
    until(lambda: not server._connections, "end")
    assert capfd.readouterr() == ("", "")


def test_a_mistake_of_ours_is_told_in_one_line_and_answered_with_500(serve, connect, answer, caplog):
    def wrong(environ, start_response):
        raise ValueError("a\nb")

    assert b" 500 " in answer(connect(serve(wrong), REQUEST))
    assert [record.getMessage() for record in caplog.records] == [
        "a scrape failed: ValueError: a\\x0ab; this is a bug in mnemo"
    ]


def test_a_port_in_use_is_wrong_usage(serve):
    server = serve()
    with pytest.raises(UsageError, match=r"cannot listen on 127\.0\.0\.1:\d+: Address already in use; choose another"):
        Server(parse_address(f"127.0.0.1:{server.server_port}"), lambda *_: [])


def test_an_address_of_another_machine_is_wrong_usage():
    with pytest.raises(UsageError, match=r"cannot listen on 192\.0\.2\.1:9477: "):
        Server(parse_address("192.0.2.1:9477"), lambda *_: [])
