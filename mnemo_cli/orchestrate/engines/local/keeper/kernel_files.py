"""Small files of the kernel's, read and written whole with nothing but os: every error is seen, nothing is kept."""
# ruff: noqa: PTH106, PTH110
# (pathlib would be half of what a keeper imports)

import contextlib
import os


def read(path: str) -> bytes:
    """A small file of the kernel's; raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        text = os.read(descriptor, 1 << 16)
        # Lists of pids may be longer than one reading gives.
        while len(text) >= 2048 and (more := os.read(descriptor, 1 << 16)):
            text += more
        return text
    finally:
        os.close(descriptor)


def write(path: str, word: int | str) -> None:
    """One word into a file of the kernel's; raises OSError, also where a buffered file would lose it."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, str(word).encode())
    finally:
        os.close(descriptor)


def values(path: str, keys: tuple[bytes, ...]) -> list[int]:
    """The numbers of these keys in a file of `key number` lines, in the file's order; fewer where some are missing."""
    try:
        lines = [text.split() for text in read(path).splitlines()]
        return [int(words[1]) for words in lines if len(words) == 2 and words[0] in keys]
    except (OSError, ValueError):
        return []


def remove_folder(directory: str) -> bool:
    """Whether it is gone, with the groups below it."""
    try:
        os.rmdir(directory)
    except FileNotFoundError:
        return True
    except OSError:
        for folder, below, _ in os.walk(directory, topdown=False):
            if below or folder != directory:
                with contextlib.suppress(OSError):
                    os.rmdir(folder)
        return not os.path.exists(directory)
    return True
