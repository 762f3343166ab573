"""The files below a root: read as programs inside it would see them, written without following a symbolic link.

A root may be somebody else's image: a link in it must lead neither a reading nor a writing out of it.
"""

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from mnemo_cli.errors import RepairError, SourceError, StrangeFileError
from mnemo_cli.sampling.files import reason

_MOST_LINKS = 40
_LARGEST_BYTES = 1 << 22
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Tree:
    """Paths are relative to the root and have no `..`: "etc/sysctl.d/60-mnemo.conf"."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def shown(self, path: str) -> str:
        """The path as a person types it."""
        return os.fspath(self.root / path)

    def is_folder(self, path: str) -> bool:
        return (where := self._resolved(path)) is not None and where.is_dir()

    def exists(self, path: str) -> bool:
        return self._resolved(path) is not None

    def text(self, path: str) -> str | None:
        """The whole file; None where there is none. A device, such as the /dev/null of a masked unit, is empty."""
        where = self._resolved(path)
        if where is None:
            return None
        try:
            return os.fsdecode(where.read_bytes()) if where.is_file() else ""
        except OSError as err:
            raise SourceError(f"cannot read {self.shown(path)}: {reason(err)}") from err

    def names(self, folder: str, suffix: str = ".conf") -> tuple[str, ...]:
        """The files of a folder with this suffix, in the order of bytes; none where there is no such folder."""
        where = self._resolved(folder)
        try:
            found = [] if where is None else os.listdir(where)  # noqa: PTH208 names, not paths
        except NotADirectoryError:
            found = []
        except OSError as err:
            raise SourceError(f"cannot read {self.shown(folder)}: {reason(err)}") from err
        return tuple(sorted((name for name in found if name.endswith(suffix)), key=os.fsencode))

    def number(self, path: str) -> int | None:
        """A file that holds one number; None for anything else."""
        try:
            word = (self.text(path) or "").strip()
        except SourceError:
            return None
        return int(word) if word.isascii() and word.isdigit() and len(word) < 20 else None

    def _resolved(self, path: str) -> Path | None:
        """Where a path leads when the root is "/"; None where it leads nowhere."""
        waiting, links = list(reversed(Path(path).parts)), 0
        place: list[str] = []
        while waiting:
            part = waiting.pop()
            if part in ("/", "."):
                place = [] if part == "/" else place
                continue
            if part == "..":
                place = place[:-1]
                continue
            here = self.root.joinpath(*place, part)
            try:
                is_link = stat.S_ISLNK(here.lstat().st_mode)
            except (FileNotFoundError, NotADirectoryError):
                return None
            except (OSError, ValueError) as err:
                raise SourceError(f"cannot look at {here}: {reason(err)}") from err
            if not is_link:
                place.append(part)
            elif (links := links + 1) > _MOST_LINKS:
                return None
            else:
                waiting.extend(reversed(here.readlink().parts))
        return self.root.joinpath(*place)


def content_of(root: Path, path: str) -> bytes | None:
    """A file that we may replace; None where there is none. StrangeFileError for what is no regular file."""
    try:
        with _parent(root, path) as (folder, name):
            descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, dir_fd=folder)
            with os.fdopen(descriptor, "rb") as stream:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise StrangeFileError(f"{root / path} is not a regular file; it was left as it is")
                content = stream.read(_LARGEST_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as err:
        raise _refusal(root, path, err) from err
    if len(content) > _LARGEST_BYTES:
        raise StrangeFileError(f"{root / path} is larger than {_LARGEST_BYTES} bytes; it was left as it is")
    return content


def missing_folders(root: Path, path: str) -> tuple[str, ...]:
    """The folders that must be made before the file can be written, the outermost first."""
    parents = [os.fspath(parent) for parent in reversed(Path(path).parents) if parent.parts]
    return tuple(parent for parent in parents if not os.path.lexists(root / parent))


def make_folder(root: Path, path: str, mode: int = 0o755) -> None:
    """One folder, unless it is there. Raises OSError."""
    with _parent(root, path) as (folder, name):
        with contextlib.suppress(FileExistsError):
            os.mkdir(name, mode, dir_fd=folder)
            # The umask has taken bits away.
            os.chmod(name, mode, dir_fd=folder)
        os.fsync(folder)


def remove_folder(root: Path, path: str) -> None:
    """One folder, if it is there and empty; what is no folder is somebody else's. Raises OSError."""
    try:
        with _parent(root, path) as (folder, name):
            os.rmdir(name, dir_fd=folder)
            os.fsync(folder)
    except OSError as err:
        if err.errno not in (errno.ENOENT, errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR, errno.ELOOP):
            raise


def replace(root: Path, path: str, content: bytes, token: str, new_mode: int = 0o644) -> None:
    """Put a file in the place of another in one step, with the old one's mode, owner and attributes. Raises OSError."""
    with _parent(root, path) as (folder, name):
        temporary = _temporary(name, token)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(temporary, flags, 0o600, dir_fd=folder)
        with contextlib.ExitStack() as failing:
            failing.callback(_remove_quietly, folder, temporary)
            with os.fdopen(descriptor, "wb", buffering=0) as stream:
                _write_whole(stream.fileno(), content)
                _take_over(folder, name, stream.fileno(), new_mode)
                os.fsync(stream.fileno())
            os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
            failing.pop_all()
        os.fsync(folder)


def remove(root: Path, path: str) -> None:
    """Remove a file that is there. Raises OSError."""
    with _parent(root, path) as (folder, name):
        os.unlink(name, dir_fd=folder)
        os.fsync(folder)


def remove_leftover(root: Path, path: str, token: str) -> None:
    """Remove what a `replace` that was killed has left beside the file, if that can be done."""
    with contextlib.suppress(OSError), _parent(root, path) as (folder, name):
        os.unlink(_temporary(name, token), dir_fd=folder)


@contextlib.contextmanager
def _parent(root: Path, path: str) -> Iterator[tuple[int, str]]:
    """The folder of a file as a descriptor, reached without a symbolic link below the root, and the file's name."""
    *folders, name = Path(path).parts
    descriptor = os.open(root, _FOLDER & ~os.O_NOFOLLOW)
    try:
        for part in folders:
            inner = os.open(part, _FOLDER, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        yield descriptor, name
    finally:
        os.close(descriptor)


def _temporary(name: str, token: str) -> str:
    # No reader of these folders takes a name that ends in .new: they want .conf, or one name.
    return f".{name}.{token}.new"


def _write_whole(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]


def _take_over(folder: int, name: str, descriptor: int, new_mode: int) -> None:
    """Give the new file the owner, the mode and the attributes (labels, access lists) of the one it replaces."""
    try:
        old = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, dir_fd=folder)
    except FileNotFoundError:
        os.fchmod(descriptor, new_mode)
        return
    try:
        status = os.fstat(old)
        if (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
            os.fchown(descriptor, status.st_uid, status.st_gid)
        os.fchmod(descriptor, stat.S_IMODE(status.st_mode))
        if hasattr(os, "listxattr"):
            for attribute in os.listxattr(old):
                # A label that only the kernel may set is set by it already.
                with contextlib.suppress(OSError):
                    os.setxattr(descriptor, attribute, os.getxattr(old, attribute))
    finally:
        os.close(old)


def _remove_quietly(folder: int, name: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(name, dir_fd=folder)


def _refusal(root: Path, path: str, err: OSError) -> RepairError:
    if err.errno in (errno.ELOOP, errno.ENOTDIR):
        return StrangeFileError(
            f"{root / path}: a symbolic link or a file stands where a folder or a file of ours should be; "
            "nothing was changed"
        )
    return RepairError(f"cannot read {root / path}: {reason(err)}; nothing was changed")
