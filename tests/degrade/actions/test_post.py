"""Posting to real servers: good ones, and those that hang, drip, refuse, redirect or speak something else."""

import base64
import shutil
import socket
import ssl
import subprocess
import time

import pytest

from mnemo_cli.degrade.actions.document import Source
from mnemo_cli.degrade.actions.post import Credentials, Patience, Post
from mnemo_cli.degrade.actions.webhook import Webhook
from mnemo_cli.errors import ConfigError, NotSentError
from tests.degrade.actions import receivers
from tests.degrade.actions.receivers import Reply, receiver, rude
from tests.degrade.actions.stage import LABELS, notice

SOON = Patience(connect_seconds=10, whole_seconds=0.3)
SELF_MADE = (
    "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
    "-addext", "subjectAltName=DNS:localhost",
)  # fmt: skip
PLENTY = Patience(connect_seconds=60, whole_seconds=60)


def post(url, **rest):
    return Post(url, "the webhook", **{"patience": PLENTY, **rest})


def trouble(url, body=b"{}", **rest):
    with pytest.raises(NotSentError) as failed:
        post(url, **rest).post(body)
    return failed.value


def test_a_body_arrives_whole_with_its_kind_and_who_sent_it():
    body = b'{"a": "' + b"x" * 200_000 + b'"}'
    with receiver(Reply(202, "taken", {"Retry-After": "7"})) as there:
        answer = post(there.url + "?k=v").post(body)
        (got,) = there.got
    assert (answer.status, answer.text, answer.retry_after) == (202, "taken", "7")
    assert (got.path, got.body, got.headers["Content-Type"]) == ("/api/alerts?k=v", body, "application/json")
    assert got.headers["User-Agent"].startswith("mnemo/")


@pytest.mark.parametrize(
    ("credentials", "userinfo", "header"),
    [
        (Credentials(), "", None),
        (Credentials(bearer_token="s3cret"), "", "Bearer s3cret"),
        (Credentials(user="ops", password="p:w ü"), "", "Basic " + base64.b64encode("ops:p:w ü".encode()).decode()),
        (Credentials(), "ops:p%40w@", "Basic " + base64.b64encode(b"ops:p@w").decode()),
        (Credentials(), "ops@", "Basic " + base64.b64encode(b"ops:").decode()),
    ],
)
def test_credentials_are_sent_as_a_header_and_never_in_the_address(credentials, userinfo, header):
    with receiver() as there:
        post(f"http://{userinfo}127.0.0.1:{there.port}/x", credentials=credentials).post(b"{}")
        assert there.got[0].headers.get("Authorization") == header
        assert there.got[0].headers["Host"] == f"127.0.0.1:{there.port}"


@pytest.mark.parametrize("token", ["", " ", "a\r\nX-Evil: 1", "a\nb", "tökën", "a\0b"])
def test_a_token_that_no_header_may_hold_is_refused_without_being_shown(token):
    with pytest.raises(ConfigError) as refused:
        post("http://host/", credentials=Credentials(bearer_token=token))
    assert not token.strip() or token not in str(refused.value)


def test_a_token_and_a_user_together_are_refused():
    with pytest.raises(ConfigError, match="only one of them"):
        post("http://u:p@host/", credentials=Credentials(bearer_token="t"))


@pytest.mark.parametrize("behave", [receivers.hang, receivers.drip, receivers.drip_body, receivers.flood])
def test_a_server_that_hangs_or_drips_or_never_ends_is_left_in_time(behave):
    with rude(behave) as url:
        began = time.monotonic()
        error = trouble(url, patience=SOON)
        took = time.monotonic() - began
    assert error.again and error.perhaps
    # Without an end of the whole it would be the sixty seconds after which the server gives up.
    assert took < 30


def test_a_server_that_does_not_read_a_large_body_is_left_in_time():
    with rude(receivers.never_read) as url:
        assert str(trouble(url, b"x" * 50_000_000, patience=SOON)) == "it did not answer in time"


def test_one_that_takes_no_connection_at_all_is_left_in_time():
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        place = full.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(place)
        error = trouble(f"http://127.0.0.1:{place[1]}/", patience=Patience(connect_seconds=0.3, whole_seconds=60))
        for one in waiting:
            one.close()
    assert (str(error), error.again, error.perhaps) == ("it did not answer in time", True, False)


@pytest.mark.parametrize(
    ("behave", "words"), [(receivers.hang_up, "closed connection without response"), (receivers.babble, "220 mail")]
)
def test_a_server_that_goes_away_or_speaks_something_else_may_be_tried_again(behave, words):
    with rude(behave) as url:
        error = trouble(url)
    assert error.again and error.perhaps and words in str(error)


def test_nobody_there_is_told_as_it_is_and_nothing_arrived(free_port):
    error = trouble(f"http://127.0.0.1:{free_port}/Zq8canary")
    assert (str(error), error.again, error.perhaps) == ("Connection refused", True, False)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "x" * 70 + ".invalid"])
def test_a_name_that_leads_nowhere_may_lead_somewhere_later(host):
    error = trouble(f"http://{host}/Zq8canary")
    assert error.again and not error.perhaps and "canary" not in str(error)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_wherever_it_leads(status):
    with receiver() as elsewhere:
        place = f"http://127.0.0.1:{elsewhere.port}/T0canary99"
        with receiver(Reply(status, "", {"Location": place})) as there:
            with pytest.raises(NotSentError, match=r"redirects to http://127\.0\.0\.1:\d+/<redacted> .*not followed"):
                Webhook(post(there.url), Source(LABELS)).send(notice())
            assert len(there.got) == 1
        assert not elsewhere.got


def test_a_proxy_of_the_environment_is_used(monkeypatch):
    with receiver() as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        post("http://alerts.example/hook").post(b"{}")
        assert proxy.got[0].path == "http://alerts.example/hook"


def test_a_refusal_is_told_without_the_secrets_that_were_sent():
    url = "http://ops:Zq8canary1@127.0.0.1:{}/hooks/T0canary99?key=K0canary11"
    credentials = Credentials()
    with receiver(Reply(403, "bad key K0canary11 for T0canary99 by Zq8canary1")) as there:
        webhook = Webhook(post(url.format(there.port), credentials=credentials), Source(LABELS))
        with pytest.raises(NotSentError) as refused:
            webhook.send(notice())
    assert not refused.value.again and "it answered 403: bad key <redacted>" in str(refused.value)
    assert "canary" not in str(refused.value) + webhook.shown


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed, which makes the certificate")
    folder = tmp_path_factory.mktemp("tls")
    files = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        [*SELF_MADE, "-out", files[0], "-keyout", files[1]],
        check=True,
        capture_output=True,
    )
    return files


@pytest.fixture
def secure(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with receiver(tls=context) as there:
        yield there


def test_over_tls_with_a_certificate_that_is_trusted(secure, certificate):
    assert post(f"https://localhost:{secure.port}/x", ca_file=str(certificate[0])).post(b"{}" * 50_000).status == 200
    assert secure.got[0].body == b"{}" * 50_000


def test_a_certificate_that_nobody_trusts_is_refused_before_anything_is_sent(secure):
    error = trouble(f"https://localhost:{secure.port}/x")
    assert "certificate verify failed" in str(error) and not error.perhaps
    assert not secure.got


def test_a_certificate_of_another_name_is_refused(secure, certificate):
    error = trouble(f"https://127.0.0.1:{secure.port}/x", ca_file=str(certificate[0]))
    assert "certificate" in str(error) and not secure.got


def test_a_handshake_that_never_comes_is_left_in_time():
    with rude(receivers.never_read) as url:
        error = trouble(url.replace("http:", "https:"), patience=SOON)
    assert (str(error), error.perhaps) == ("it did not answer in time", False)


def test_a_file_of_certificates_that_is_not_there_is_told(tmp_path):
    assert "No such file" in str(trouble("https://localhost:1/x", ca_file=str(tmp_path / "none")))
