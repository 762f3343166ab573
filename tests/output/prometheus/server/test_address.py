"""Where to listen: what a person may write, and what only this machine reaches."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.errors import UsageError
from mnemo_cli.output.prometheus.server.address import parse_address


@pytest.mark.parametrize(
    ("text", "family", "shown", "is_loopback"),
    [
        ("127.0.0.1:9477", socket.AF_INET, "127.0.0.1:9477", True),
        ("127.9.9.9:0", socket.AF_INET, "127.9.9.9:0", True),
        ("0.0.0.0:65535", socket.AF_INET, "0.0.0.0:65535", False),
        ("192.0.2.1:9477", socket.AF_INET, "192.0.2.1:9477", False),
        ("[::1]:9477", socket.AF_INET6, "[::1]:9477", True),
        ("[::]:9477", socket.AF_INET6, "[::]:9477", False),
    ],
)
def test_an_address_is_taken_as_it_is_meant(text, family, shown, is_loopback):
    address = parse_address(text)
    assert (address.family, str(address), address.is_loopback) == (family, shown, is_loopback)


def test_a_name_is_looked_up_and_no_name_means_every_address():
    assert parse_address("localhost:9477").is_loopback
    assert not parse_address(":9477").is_loopback


@pytest.mark.parametrize(
    "text",
    ["", ":", "9477", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:9 ",
     "127.0.0.1:²", "::1:9477", "[::1", "no.such.host.invalid:9477", "a..b:1", f"{'x' * 300}:1", "\0:1", "\udcff:1"],
)  # fmt: skip
def test_what_is_no_address_is_wrong_usage_and_says_what_to_write(text):
    with pytest.raises(UsageError, match=r"--listen .*write HOST:PORT"):
        parse_address(text)


# No names: each would be looked up.
@given(st.text("0123456789.:[]% \0²"))
def test_any_text_is_an_address_or_wrong_usage(text):
    try:
        address = parse_address(text)
    except UsageError:
        return
    assert 0 <= address.port <= 65535
    assert isinstance(address.is_loopback, bool)
