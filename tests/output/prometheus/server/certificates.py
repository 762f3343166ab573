"""Certificates for a test: an authority, a server and a client that it signed, and a stranger's."""

import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

_CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-days", "2")


class Certificates(NamedTuple):
    """Files: each certificate with its key beside it, NAME.pem and NAME.key."""

    folder: Path

    def pem(self, name: str) -> Path:
        return self.folder / f"{name}.pem"

    def key(self, name: str) -> Path:
        return self.folder / f"{name}.key"


def make_certificates(folder: Path) -> Certificates:
    """Signed by openssl; skips where there is none."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl here to make certificates with")
    made = Certificates(folder)
    for authority in ("authority", "stranger"):
        _openssl("req", "-x509", *_CURVE, "-nodes", "-subj", f"/CN={authority}",
                 "-keyout", made.key(authority), "-out", made.pem(authority))  # fmt: skip
    extension = folder / "extension"
    extension.write_text("subjectAltName=IP:127.0.0.1\n")
    for name in ("server", "client"):
        request = folder / f"{name}.csr"
        _openssl("req", *_CURVE[:-2], "-nodes", "-subj", f"/CN={name}", "-keyout", made.key(name), "-out", request)
        _openssl("x509", "-req", "-in", request, "-CA", made.pem("authority"), "-CAkey", made.key("authority"),
                 "-CAcreateserial", "-days", "2", "-extfile", extension, "-out", made.pem(name))  # fmt: skip
    _openssl("ec", "-in", made.key("server"), "-aes128", "-passout", "pass:secret", "-out", made.key("locked"))
    return made


def _openssl(*words: str | Path) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True, timeout=60)
