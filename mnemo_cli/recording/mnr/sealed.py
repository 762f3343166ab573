"""A line of a recording and its check, by which it is known that it and all before it in its part are as written.

The check is the CRC-32 of everything from the header of the part up to the check itself: a line that was changed,
lost, doubled or put elsewhere fails, and so do all after it. Another version must keep this, and its header the
beginning, so that an older mnemo can tell a newer recording from a damaged one.
"""

import re
import zlib

from mnemo_cli.model import Json
from mnemo_cli.recording.document import encode

RECORDING_SCHEMA = "mnemo.recording/1"
HEADER_START = b'{"schema":"mnemo.recording/'
_SEAL = re.compile(rb',"check":"([0-9a-f]{8})"\}\n?', re.ASCII)
_SEAL_BYTES = len(b',"check":"01234567"}\n')


def sealed(document: dict[str, Json], before: int) -> bytes:
    """The line of a document; `before` is the CRC-32 of the part so far."""
    body = encode(document)[:-1].encode()
    return body + b',"check":"%08x"}\n' % zlib.crc32(body, before)


def opened(line: bytes, before: int) -> tuple[bytes, int] | None:
    """The line without its check, and the CRC-32 of the part with it; None where the check fails."""
    body, seal = line[:-_SEAL_BYTES], line[-_SEAL_BYTES:]
    found = _SEAL.fullmatch(seal)
    if found is None or not seal.endswith(b"\n"):
        return None
    check = zlib.crc32(body, before)
    return (body + b"}", zlib.crc32(seal, check)) if int(found[1], 16) == check else None
