"""What a stream holds, decided by its first bytes, for pipes have no names.

Whatever is not known is taken for a log: its reader finds nothing in what is none.
"""

import re
from typing import Literal, TypeAlias

from mnemo_cli.forensics.killers.parallel import JOBLOG_HEADER

# "archive": a tar, plain or packed. "unit": systemctl show. "log": dmesg, syslog, journal in any format.
Form: TypeAlias = Literal["inspect", "pod", "unit", "joblog", "archive", "log"]

HEAD_BYTES = 4096
_PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")
_TAR_MAGIC_OFFSET = 257
_POD = re.compile(rb'"(?:kind|apiVersion)"\s*:\s*"(?:Pod|PodList|List|v1)"')
_JOURNAL = re.compile(rb'"(?:__REALTIME_TIMESTAMP|__CURSOR|_BOOT_ID|MESSAGE)"\s*:|^\{\s*"dmesg"\s*:')
_INSPECT = re.compile(rb'^\[\s*(?:\{|\])|^\{\s*"(?:Id|ID|Status|Running|OOMKilled|State)"\s*:')
_UNIT = re.compile(rb"\A(?:[A-Z][A-Za-z0-9]{1,63}=[^\n]*\n){2}")


def recognise(head: bytes) -> Form:
    """`head` is the beginning, 4 KiB of it where there is as much."""
    if head.startswith(_PACKED) or head[_TAR_MAGIC_OFFSET : _TAR_MAGIC_OFFSET + 5] == b"ustar":
        return "archive"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(JOBLOG_HEADER.encode()):
        return "joblog"
    if text.startswith((b"{", b"[")):
        # A dmesg or journal line may quote anything, so their own keys come first.
        if _JOURNAL.search(text) is not None:
            return "log"
        if text.startswith(b"{") and _POD.search(text) is not None:
            return "pod"
        if _INSPECT.search(text) is not None:
            return "inspect"
    return "unit" if _UNIT.match(text) is not None else "log"
