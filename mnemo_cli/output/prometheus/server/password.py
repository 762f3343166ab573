"""Who may read the metrics: basic authentication against one user's password."""

import hashlib
import hmac
from base64 import b64decode


class Credentials:
    """One user and the password. Neither is shown by its repr."""

    def __init__(self, user: str, password: bytes) -> None:
        self._expected = _digest(user.encode("utf-8", "surrogateescape") + b":" + password)

    def allow(self, authorization: str) -> bool:
        """Whether an Authorization header is right. It takes as long whatever is wrong with it."""
        scheme, _, encoded = authorization.partition(" ")
        try:
            given = b64decode(encoded.strip(), validate=True)
        except ValueError:
            given = b""
        return hmac.compare_digest(_digest(given), self._expected) and scheme.lower() == "basic"


def _digest(text: bytes) -> bytes:
    """Of one length: a comparison takes as long for every password."""
    return hashlib.sha256(text).digest()
