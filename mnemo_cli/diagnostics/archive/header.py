"""One file's header in a tar: written as POSIX ustar, parsed as whatever a tar writes for a plain file.

Own code and not tarfile, which takes a long name or a global header of any size into memory.
https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06
"""

from typing import Literal, NamedTuple, TypeAlias

BLOCK_BYTES = 512
END = bytes(2 * BLOCK_BYTES)
_MODE = 0o600
_NAME_BYTES, _PREFIX_BYTES = 100, 155

# What a header stands for: content of ours, something that is not read, or words about the next header.
Kind: TypeAlias = Literal["file", "folder", "link", "device", "long name", "records", "other words"]
_KINDS: dict[bytes, Kind] = {
    b"0": "file",
    b"\0": "file",
    b"7": "file",  # a contiguous file, which nobody makes and everybody reads as a file
    b"5": "folder",
    b"1": "link",
    b"2": "link",
    b"3": "device",
    b"4": "device",
    b"6": "device",  # a FIFO
    b"L": "long name",
    b"x": "records",
    b"K": "other words",  # a long link target
    b"g": "other words",
    b"V": "other words",  # the label of a volume
}


class Header(NamedTuple):
    """`path` is as it was found; a folder's may end with a slash."""

    path: str
    size_bytes: int
    kind: Kind


def pack_header(path: str, size_bytes: int, time_seconds: int) -> bytes:
    """A regular file, readable for its owner; ValueError for a path that ustar cannot hold."""
    prefix, name = _split(path.encode("ascii"))
    fields = (
        name.ljust(_NAME_BYTES, b"\0"),
        b"%07o\0" % _MODE,
        b"%07o\0" % 0,
        b"%07o\0" % 0,
        b"%011o\0" % size_bytes,
        b"%011o\0" % time_seconds,
        b" " * 8,
        b"0",
        bytes(100),
        b"ustar\x0000",
        bytes(32 + 32 + 8 + 8),
        prefix.ljust(_PREFIX_BYTES, b"\0"),
    )
    block = b"".join(fields).ljust(BLOCK_BYTES, b"\0")
    return block[:148] + b"%06o\0 " % sum(block) + block[156:]


def parse_header(block: bytes) -> Header | None:
    """None for a block of zeros, which ends an archive; ValueError for what is no header."""
    if not block.strip(b"\0"):
        return None
    kind = _KINDS.get(block[156:157])
    if _number(block[148:156]) not in _sums(block):
        raise ValueError("its sum is wrong")
    if kind is None:
        raise ValueError(f"its type {block[156:157]!r} is unknown")
    name = _text(block[:_NAME_BYTES])
    # Only POSIX has a prefix: GNU writes times there.
    prefix = _text(block[345:500]) if block[257:263] == b"ustar\0" else ""
    size_bytes = 0 if kind in ("folder", "link", "device") else _number(block[124:136])
    return Header(f"{prefix}/{name}" if prefix else name, size_bytes, kind)


def parse_records(content: bytes) -> tuple[str | None, int | None]:
    """The path and size that a pax header gives the file after it; ValueError for what is none."""
    path: str | None = None
    size_bytes: int | None = None
    while content:
        digits, _, _ = content.partition(b" ")
        length = int(digits) if digits.isdigit() and len(digits) < 8 else 0
        record, content = content[:length], content[length:]
        key, sign, value = record[len(digits) + 1 : -1].partition(b"=")
        if not sign or record[-1:] != b"\n":
            raise ValueError("its pax records are damaged")
        if key == b"path":
            path = value.decode("utf-8", "surrogateescape")
        elif key == b"size":
            if not (value.isdigit() and len(value) < 20):
                raise ValueError("its pax size is no number")
            size_bytes = int(value)
    return path, size_bytes


def _split(path: bytes) -> tuple[bytes, bytes]:
    """Prefix and name, parted at a slash."""
    if len(path) <= _NAME_BYTES:
        return b"", path
    at = path.rfind(b"/", 0, _PREFIX_BYTES + 1)
    if at <= 0 or len(path) - at - 1 > _NAME_BYTES:
        raise ValueError(f"the path {path.decode('ascii')!r} is too long for an archive")
    return path[:at], path[at + 1 :]


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def _number(field: bytes) -> int:
    """Octal digits, or GNU's base 256 for what does not fit."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b" \0")
    if digits.strip(b"01234567"):
        raise ValueError("a number in it is none")
    return int(digits, 8) if digits else 0


def _sums(block: bytes) -> tuple[int, int]:
    """The sum of all bytes, those of the sum itself as blanks; old tars added signed ones."""
    rest = block[:148] + b" " * 8 + block[156:]
    total = sum(rest)
    return total, total - 256 * sum(byte > 127 for byte in rest)
