"""Addresses: what is refused, and that a secret in one is shown nowhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.degrade.actions.address import read_address, said, shown_url
from mnemo_cli.errors import ConfigError


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://127.0.0.1:9093/api/v2/alerts", "http://127.0.0.1:9093/api/v2/alerts"),
        ("https://alerts.example", "https://alerts.example"),
        ("https://[::1]:8080/alertmanager-webhook", "https://[::1]:8080/alertmanager-webhook"),
        ("https://ops:Zq8canary@host/hook", "https://<redacted>@host/hook"),
        ("https://Zq8canary@host/hook", "https://<redacted>@host/hook"),
        ("https://host/hook?token=Zq8canary&x=1", "https://host/hook?<redacted>"),
        ("https://host/hook?Zq8canary", "https://host/hook?<redacted>"),
        ("https://hooks.slack.com/services/T0Zq8/B0/Zq8canary", "https://hooks.slack.com/services" + "/<redacted>" * 3),
        ("https://discord.com/api/webhooks/123456/Zq8canary-x_y", "https://discord.com/api/webhooks/<redacted>/<redacted>"),
        ("https://x.office.com/webhookb2/1@3/IncomingWebhook/Zq8canary/4", "https://x.office.com" + "/<redacted>" * 5),
        ("https://mattermost.example/hooks/zq8canaryzq8canaryzq8cana", "https://mattermost.example/hooks/<redacted>"),
        ("https://hc-ping.com/eb095278-aaaa-4bc2-9b4a-9e7a1f1f9e21", "https://hc-ping.com/<redacted>"),
        ("https://ntfy.sh/mysecrettopic", "https://ntfy.sh/<redacted>"),
        ("https://h/hooks/abcdefghijklmnop", "https://h/hooks/<redacted>"),
        ("https://api.telegram.org/bot123456789:AAZq8canary/sendMessage", "https://api.telegram.org/<redacted>/<redacted>"),
    ],
)  # fmt: skip
def test_an_address_is_shown_without_its_secrets(url, shown):
    assert read_address(url, "it").shown == shown == shown_url(url)
    assert "canary" not in repr(read_address(url, "it"))


@pytest.mark.parametrize(
    "url",
    [
        "", "hook", "/hook", "//host/hook", "ftp://host/Zq8canary", "file:///etc/Zq8canary", "javascript:Zq8canary",
        "http://", "http:///Zq8canary", "http://host:Zq8canary/", "http://host:99999/Zq8canary", "http://host:0/",
        "http://[::1/Zq8canary", "http://ho st/Zq8canary", "http://host/Zq8canary\r\nX-Evil: 1", "http://host/\tx",
        "http://höst/Zq8canary", "http://host/Zq8canary\0",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_in_words_without_the_secret(url):
    with pytest.raises(ConfigError, match="the webhook") as refused:
        read_address(url, "the webhook")
    assert "canary" not in str(refused.value)


def test_user_and_password_are_taken_out_of_the_url():
    address = read_address("https://us%40r:p%3Aw%2Fd@host:8443/a?b#c", "it")
    assert (address.url, address.user, address.password) == ("https://host:8443/a?b", "us@r", "p:w/d")


def test_what_the_other_side_says_is_one_short_line_without_our_secrets():
    secrets = read_address("https://o:Zq8canary@host/T0canary99/x?key=K0canary11", "it").secrets
    text = said("\x1b[2Jno key K0canary11 for T0canary99 (Zq8canary)\nmore", secrets)
    assert text == "\\x1b[2Jno key <redacted> for <redacted> (<redacted>)"
    assert said("token=Zq9secretvalue" + "x" * 900, ()).startswith("token=<redacted>")
    assert len(said("word " * 900, ())) <= 201


@given(
    url=st.one_of(st.text(max_size=60), st.text("ht p:/@[]?#%.a0\\", max_size=40).map(lambda tail: "https://" + tail))
)
def test_any_text_is_an_address_or_refused(url):
    try:
        address = read_address(url, "it")
    except ConfigError:
        return
    again = read_address(address.url, "it")
    assert again.url == address.url and again.user is None
