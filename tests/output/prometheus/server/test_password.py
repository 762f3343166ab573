"""Basic authentication: the right user with the right password, and nobody else."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.output.prometheus.server.password import Credentials

RIGHT = Credentials("prometheus", b"open: sesame")


def basic(text: bytes) -> str:
    return f"Basic {b64encode(text).decode()}"


def test_the_right_user_and_password_are_let_in():
    assert RIGHT.allow(basic(b"prometheus:open: sesame"))
    assert RIGHT.allow(basic(b"prometheus:open: sesame").replace("Basic", "basic"))
    assert Credentials("müller", b"\xff\xfe").allow(basic("müller:".encode() + b"\xff\xfe"))


@pytest.mark.parametrize(
    "header",
    ["", "Basic", "Basic ", "Basic !", "Basic é", "Bearer token", basic(b""), basic(b"prometheus"),
     basic(b"prometheus:"),
     basic(b"prometheus:open: sesam"), basic(b"prometheus:open: sesame\n"), basic(b"Prometheus:open: sesame"),
     basic(b"open: sesame:prometheus"), basic(b"prometheus:open: sesame").replace("Basic", "Digest")],
)  # fmt: skip
def test_everybody_else_is_not(header):
    assert not RIGHT.allow(header)


@given(st.text())
def test_no_header_whatever_it_is_raises_or_opens(header):
    assert not RIGHT.allow(header)
    assert not RIGHT.allow(f"Basic {header}")


def test_the_password_is_not_in_the_repr():
    assert "sesame" not in repr(RIGHT) + str(vars(RIGHT))
