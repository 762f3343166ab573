"""Changing one setting in a file: comments survive, and the old file stays whole whatever happens."""

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.errors import ConfigError, OutputError
from mnemo_cli.settings.document import not_a_table, parse
from mnemo_cli.settings.files import LOCAL_NAME, Role, SettingsFile, candidates, read
from mnemo_cli.settings.kinds import refusal, to_toml
from mnemo_cli.settings.lines import key_lines, line_of
from mnemo_cli.settings.load import compose
from mnemo_cli.settings.names import row_of
from mnemo_cli.settings.places import Places
from mnemo_cli.settings.row import Row, Value

# Not 0o666: where the umask gives groups the right to write, mnemo would not trust its own file.
_NEW_FILE_MODE = 0o644


class Change(NamedTuple):
    """What was written where. `warnings` are those of the whole file as it is now."""

    row: Row
    path: Path
    warnings: tuple[str, ...]


def write_setting(
    key: str, text: str, *, config_file: Path | None = None, local: bool = False, places: Places
) -> Change:
    """Set one key in FILE, in ./mnemo.toml (`local`), or in the user's file.

    ConfigError when the file would not be right as a whole, OutputError when it cannot be written;
    in both cases it is as it was.
    """
    row = row_of(key)
    role: Role = "option" if config_file else "local" if local else "user"
    if role == "local" and row.trusted_only:
        raise ConfigError(f"{row.key} is not taken from ./{LOCAL_NAME}, which may be a stranger's; omit --local")
    named = candidates(config_file, places)[role]
    value = _checked_value(row, text)
    if role == "user":
        _make_folder(named.parent)
    # A symbolic link stays one: the file it names is replaced.
    path = Path(os.path.realpath(named))
    with _locked_folder(path.parent):
        old = read(role, named, places) if _is_there(path) else SettingsFile(path=named, text="")
        new = SettingsFile(path=named, text=_with_value(old, row, value), distrust=old.distrust)
        settings = compose(new, data_folder=places.data_folder)
        _replace(path, new.text.encode())
    return Change(row=row, path=named, warnings=settings.warnings)


def _checked_value(row: Row, text: str) -> Value:
    try:
        return to_toml(row, text)
    except ValueError as err:
        raise ConfigError(f"{row.key}: {refusal(row, err)}") from err


def _is_there(path: Path) -> bool:
    if path.exists() and not path.is_file():
        raise OutputError(f"cannot write {path}: it is not a regular file; name another")
    return os.path.lexists(path)


def _with_value(file: SettingsFile, row: Row, value: Value) -> str:
    """The file's text with one value changed or added, and nothing else."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    before = parse(file.text, file.path)
    table = before.get(row.table, {})
    if not isinstance(table, dict):
        raise not_a_table(file.path, line_of(key_lines(file.text), row.table), row.table, table)
    expected = {**before, row.table: {**table, row.name: value}}
    try:
        document = tomlkit.parse(file.text)
        if row.table not in document:
            if file.text:
                document.add(tomlkit.nl())
            document[row.table] = tomlkit.table()
        document[row.table][row.name] = value
        text = tomlkit.dumps(document)
    except TOMLKitError as err:
        raise _too_intricate(file, row) from err
    if parse(text, file.path) != expected:
        raise _too_intricate(file, row)
    return text


def _too_intricate(file: SettingsFile, row: Row) -> OutputError:
    return OutputError(f"{file.path}: cannot set {row.key} without touching the rest; change it in an editor")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as err:
        raise OutputError(f"cannot make the folder {folder}: {err.strerror}; nothing was written") from err


@contextlib.contextmanager
def _locked_folder(folder: Path) -> Iterator[None]:
    """Hold the folder while a file in it is read and replaced: of two writers at once neither loses a key."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as err:
        raise OutputError(f"cannot open the folder {folder}: {err.strerror}; nothing was written") from err
    try:
        # Some network file systems refuse locks on folders; the replacement is atomic without one, too.
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _replace(path: Path, content: bytes) -> None:
    """Put `content` in the place of a file in one step, with the old one's mode and owner."""
    with contextlib.ExitStack() as leaving:
        try:
            descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
            leaving.callback(Path(temporary).unlink, missing_ok=True)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(content)
                stream.flush()
                _take_over(path, stream.fileno())
                os.fsync(stream.fileno())
            Path(temporary).replace(path)
        except OSError as err:
            raise OutputError(f"cannot write {path}: {err.strerror}; nothing was changed") from err


def _take_over(path: Path, descriptor: int) -> None:
    """Give a new file the owner and mode of the one it replaces."""
    try:
        old = path.stat()
    except FileNotFoundError:
        os.fchmod(descriptor, _NEW_FILE_MODE)
        return
    # Only root may give a file away; for others the file becomes theirs, as with any editor that renames.
    with contextlib.suppress(PermissionError):
        os.fchown(descriptor, old.st_uid, old.st_gid)
    os.fchmod(descriptor, old.st_mode & 0o7777)
