"""TLS: our certificate, those of clients, files that do not fit, and clients that never finish their handshake."""

import contextlib
import select
import ssl

import pytest

from mnemo_cli.errors import ConfigError
from mnemo_cli.output.prometheus.server import handler, listening
from mnemo_cli.output.prometheus.server.tls import server_context
from tests.output.prometheus.server.certificates import make_certificates

REQUEST = b"GET /x HTTP/1.0\r\n\r\n"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def secured(certificates):
    def make(**words):
        return server_context(certificates.pem("server"), certificates.key("server"), words.get("client_ca"))

    return make


@pytest.fixture
def greet(certificates, connect, answer):
    """What a client of TLS gets, with the certificate of that name."""

    def ask(server, name=None):
        context = ssl.create_default_context(cafile=certificates.pem("authority"))
        if name is not None:
            context.load_cert_chain(certificates.pem(name), certificates.key(name))
        with context.wrap_socket(connect(server), server_hostname="127.0.0.1") as connection:
            connection.sendall(REQUEST)
            return answer(connection)

    return ask


def test_a_client_that_trusts_our_authority_is_answered(serve, secured, greet):
    assert greet(serve(tls=secured())).endswith(b"/x")


def test_a_client_must_show_a_certificate_of_the_right_authority(serve, secured, greet, certificates):
    server = serve(tls=secured(client_ca=certificates.pem("authority")))
    assert greet(server, "client").endswith(b"/x")
    for name in (None, "stranger"):
        with pytest.raises(ssl.SSLError):
            greet(server, name)
    assert greet(server, "client").endswith(b"/x")


def test_clients_that_never_shake_hands_keep_nobody_waiting(serve, secured, greet, connect):
    server = serve(tls=secured())
    for text in (b"", b"\x16\x03", REQUEST):
        for _ in range(listening.MOST_CONNECTIONS // 2):
            connect(server, text)
    assert greet(server).endswith(b"/x")


def test_a_handshake_has_to_end_in_time(serve, secured, connect, answer, monkeypatch):
    monkeypatch.setattr(handler, "HEAD_SECONDS", 0.1)
    assert answer(connect(serve(tls=secured()))) == b""


def test_an_answer_that_is_taken_too_slowly_is_broken_off(serve, secured, certificates, connect, monkeypatch):
    """A record now and then: each send alone would be in time."""
    monkeypatch.setattr(handler, "_ANSWER_SECONDS", 0.3)
    size_bytes = 32 << 20

    def much(environ, start_response):
        start_response("200 OK", [])
        return [bytes(size_bytes)]

    context = ssl.create_default_context(cafile=certificates.pem("authority"))
    taken_bytes = 0
    with context.wrap_socket(connect(serve(much, secured())), server_hostname="127.0.0.1") as connection:
        connection.sendall(REQUEST)
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            while piece := connection.recv(16384):
                taken_bytes += len(piece)
                select.select([], [], [], 0.002)
    assert taken_bytes < size_bytes


def test_old_versions_of_tls_are_refused(secured):
    assert secured().minimum_version >= ssl.TLSVersion.TLSv1_2


def test_a_certificate_without_its_key_is_a_wrong_configuration(certificates):
    with pytest.raises(ConfigError, match=r"cannot use the certificate and key in .*server\.pem and .*client\.key: "):
        server_context(certificates.pem("server"), certificates.key("client"), None)


def test_a_key_with_a_password_is_refused_without_asking_for_it(certificates):
    with pytest.raises(ConfigError, match="the key wants a password; give one that has none"):
        server_context(certificates.pem("server"), certificates.key("locked"), None)


@pytest.mark.parametrize("content", [None, b"", b"nonsense\n"])
def test_files_that_are_missing_or_nonsense_are_named(certificates, tmp_path, content):
    wrong = tmp_path / "wrong.pem"
    if content is not None:
        wrong.write_bytes(content)
    with pytest.raises(ConfigError, match=r"cannot use the certificate and key in .*wrong\.pem: [a-zA-Z]+ "):
        server_context(wrong, None, None)
    with pytest.raises(ConfigError, match=r"cannot use the authorities of clients in .*wrong\.pem: [a-zA-Z]+ "):
        server_context(certificates.pem("server"), certificates.key("server"), wrong)
