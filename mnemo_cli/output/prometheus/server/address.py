"""Where to listen: "127.0.0.1:9477", "[::1]:9477", "localhost:9477", or ":9477" for everywhere."""

import socket
from ipaddress import ip_address
from typing import NamedTuple

from mnemo_cli.errors import UsageError

_EXAMPLE = "write HOST:PORT, such as 127.0.0.1:9477, [::1]:9477, or :9477 for every address"


class Address(NamedTuple):
    """An address of this machine that can be bound: its family is found out already."""

    family: socket.AddressFamily
    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether only programs on this machine reach it."""
        # A link-local address of IPv6 names its interface: fe80::1%eth0.
        return ip_address(self.host.partition("%")[0]).is_loopback

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if self.family == socket.AF_INET6 else f"{self.host}:{self.port}"


def parse_address(text: str) -> Address:
    """Raises UsageError for what is no address of this machine."""
    host, colon, digits = text.rpartition(":")
    if not colon or not digits.isascii() or not digits.isdigit() or int(digits) > 65535:
        raise UsageError(f"--listen {text!r} has no port; {_EXAMPLE}")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        raise UsageError(f"--listen {text!r}: an address of IPv6 stands in brackets; {_EXAMPLE}")
    try:
        found = socket.getaddrinfo(host or None, int(digits), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as err:
        raise UsageError(f"--listen {text!r}: there is no address {host!r} ({err}); {_EXAMPLE}") from err
    family, _, _, _, place = found[0]
    return Address(family, str(place[0]), int(digits))
