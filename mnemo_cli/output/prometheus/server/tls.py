"""Certificates: ours, and those that clients must show."""

import ssl
from pathlib import Path

from mnemo_cli.errors import ConfigError
from mnemo_cli.redact import printable


def server_context(certificate: Path, key: Path | None, client_ca: Path | None) -> ssl.SSLContext:
    """TLS 1.2 or later. With `client_ca` a client must show a certificate that one of these authorities signed.

    Raises ConfigError for files that cannot be read, do not fit together, or want a password.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
    except (OSError, ValueError) as err:
        names = " and ".join(printable(str(path)) for path in (certificate, key) if path is not None)
        raise ConfigError(f"cannot use the certificate and key in {names}: {_reason(err)}") from err
    if client_ca is not None:
        try:
            context.load_verify_locations(client_ca)
        except (OSError, ValueError) as err:
            shown = printable(str(client_ca))
            raise ConfigError(f"cannot use the authorities of clients in {shown}: {_reason(err)}") from err
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _no_password() -> str:
    """OpenSSL would ask on the terminal."""
    raise ValueError("the key wants a password; give one that has none, readable by nobody else")


def _reason(err: Exception) -> str:
    if isinstance(err, ssl.SSLError):
        # OpenSSL gives no reason for a file without anything of PEM in it.
        return (err.reason or "there is nothing of pem in it").replace("_", " ").lower()
    return (err.strerror if isinstance(err, OSError) else None) or str(err)
