"""What a check looked at, so that a finding can show what it stands on; put into words only when it is shown."""

from enum import Enum

from mnemo_cli.doctor.result import Item
from mnemo_cli.model import LimitSource
from mnemo_cli.redact import printable
from mnemo_cli.sampling.rlimits import Rlimit
from mnemo_cli.sampling.status import Status

# What is asked of a process is named by its file alone, and gets its folder only when it is shown.
_PROCESS_FILES = frozenset({"limits", "status", "fd", "maps", "oom_score_adj", "uid_map"})


class Trail:
    """`has_use` tells whether something was asked that differs between processes with the same limits and groups."""

    __slots__ = ("_folder", "_seen", "has_use")

    def __init__(self, folder: str) -> None:
        """`folder` is the process's, as it is shown."""
        self._folder = folder
        self._seen: list[tuple[str | LimitSource, object]] = []
        self.has_use = False

    def begin(self) -> None:
        """A new check begins."""
        self._seen = []
        self.has_use = False

    def saw(self, path: str | LimitSource, value: object) -> None:
        self._seen.append((path, value))

    def saw_use(self, path: str, value: object) -> None:
        """The same for what belongs to this one process."""
        self._seen.append((path, value))
        self.has_use = True

    @property
    def items(self) -> tuple[Item, ...]:
        """Everything since `begin`, each once."""
        return tuple(dict.fromkeys(Item(self._shown(path), words(value)) for path, value in self._seen))

    def _shown(self, path: str | LimitSource) -> str:
        if not isinstance(path, str):
            return f"{path.path}/{path.file}"
        return f"{self._folder}/{path}" if path in _PROCESS_FILES else path


def words(value: object) -> str:
    """A reading in a few words."""
    if isinstance(value, Status):
        # The pid is in the file's name, unless that is our own: then it is gone when the report is read.
        told = value._replace(pid=None)._asdict().items()
        return ", ".join(f"{name} {field}" for name, field in told if field not in (None, False))
    if isinstance(value, Rlimit):
        return f"soft {words(value.soft)}, hard {words(value.hard)}"
    if isinstance(value, tuple):
        return " ".join(map(words, value))
    if isinstance(value, Enum):
        return str(value.value)
    return "unknown" if value is None else printable(str(value))
