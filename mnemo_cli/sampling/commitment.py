"""Memory that the machine has promised or set aside: Committed_AS against CommitLimit, reserved huge pages."""

from typing import NamedTuple

from mnemo_cli.sampling.files import line_values

_KIB = 1024


class Commitment(NamedTuple):
    """CommitLimit is shown in every mode of vm.overcommit_memory and enforced only in mode 2."""

    committed_bytes: int | None
    commit_limit_bytes: int | None
    huge_pages: int | None
    huge_pages_free: int | None
    huge_page_bytes: int | None


def parse_commitment(meminfo: bytes) -> Commitment:
    """From the text of /proc/meminfo; None where it has no such line."""
    keys = ("Committed_AS", "CommitLimit", "HugePages_Total", "HugePages_Free", "Hugepagesize")
    committed, limit, huge, free, size = line_values(meminfo, keys)
    return Commitment(
        committed_bytes=None if committed is None else committed * _KIB,
        commit_limit_bytes=None if limit is None else limit * _KIB,
        huge_pages=huge,
        huge_pages_free=free,
        huge_page_bytes=None if size is None else size * _KIB,
    )
