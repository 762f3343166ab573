"""The members of any tar that may tell of a kill: kernel logs of ours, of sos, of others, or of a copy of /var/log."""

import json
import re
from collections.abc import Callable, Iterator
from itertools import chain
from typing import BinaryIO

from mnemo_cli.diagnostics.archive.reader import FOREIGN, open_bundle
from mnemo_cli.diagnostics.archive.unpacked import unpacked
from mnemo_cli.diagnostics.archive.verify import MANIFEST, MOST_KEPT_BYTES
from mnemo_cli.errors import BundleError
from mnemo_cli.redact import printable

_SNIFFED_BYTES = 64 * 1024
# By the names that kernels' logs have: dmesg.txt, kern.log.2.gz, journalctl_--no-pager_--boot, messages-20260101.
_NAMED = re.compile(
    r"(?:.*[._-])?(?:dmesg|kern(?:el)?|messages|syslog|journalctl|kmsg|pstore|oom)(?:[._-].*|\d*)", re.I
)
_NEVER = re.compile(r".*\.(?:json|md|conf|py|so|ko|html?|service)", re.I)
# Our own collector of that name: what killers in user space wrote.
_KILLERS = "/killers"
# By content: dmesg's time since boot, syslog's and journald's sender, /dev/kmsg's record.
_KERNEL_LINE = re.compile(
    rb"^(?:<\d{1,3}>)?\[ *\d{1,7}\.\d{6}\] \S|^.{0,60} kernel: |^\d{1,3},\d+,\d+,[-c][^;\n]*;", re.MULTILINE
)


def kernel_logs(
    stream: BinaryIO, source: str, manifest: Callable[[bytes], None] | None = None
) -> Iterator[tuple[str, Iterator[bytes]]]:
    """(path, content) of each, to be taken before the next one is asked for. A log that is compressed is unpacked.

    `manifest` is given the one of a bundle of ours. BundleError where the archive, or the log in it, is damaged:
    what came before has been yielded.
    """
    for file in open_bundle(stream, source, FOREIGN, foreign=True):
        name = file.path.rpartition("/")[2]
        chunks = unpacked(file.chunks, f"{source}: {file.path}", FOREIGN) if _is_packed(name) else file.chunks
        if manifest is not None and file.path.partition("/")[2] == MANIFEST and file.size_bytes <= MOST_KEPT_BYTES:
            manifest(b"".join(file.chunks))
        if _NEVER.fullmatch(name):
            continue
        if _NAMED.fullmatch(name) or f"/{file.path}".rpartition("/")[0].endswith(_KILLERS):
            yield file.path, chunks
        elif _KERNEL_LINE.search(first := _first(chunks)):
            yield file.path, chain((first,), chunks)


def why_no_log(manifest: bytes) -> str | None:
    """What a bundle's manifest says of the kernel's log that it has not; None where it says nothing of the kind."""
    try:
        collectors = json.loads(manifest)["collectors"]
        card = next(one for one in collectors if one["id"] == "kernel-log" and one["state"] != "ok")
        state, reason = str(card["state"]), card["reason"]
    # A stranger's manifest may be anything; with no such card next() has nothing.
    except (ValueError, RecursionError, LookupError, TypeError, StopIteration):
        return None
    told = printable(str(reason)) if reason is not None else "see errors.jsonl in it"
    advice = "; make it as root: sudo mnemo collect" if state == "denied" else ""
    return f"{printable(state)} when the bundle was made ({told}){advice}"


def _is_packed(name: str) -> bool:
    return name.endswith((".gz", ".bz2", ".xz"))


def _first(chunks: Iterator[bytes]) -> bytes:
    """The beginning; b"" of what only looks compressed."""
    parts, length = [], 0
    try:
        for chunk in chunks:
            parts.append(chunk)
            length += len(chunk)
            if length >= _SNIFFED_BYTES:
                break
    except BundleError:
        return b""
    return b"".join(parts)
