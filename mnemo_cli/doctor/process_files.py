"""The files of one process, each read when it is first asked for, and once; what fails leaves a gap under its name."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mnemo_cli.doctor.found import Found
from mnemo_cli.doctor.once import once
from mnemo_cli.model import Gap
from mnemo_cli.sampling.files import gap, parse_number
from mnemo_cli.sampling.index import parse_stat
from mnemo_cli.sampling.proc_folder import ProcessFolder
from mnemo_cli.sampling.rlimits import Rlimit
from mnemo_cli.sampling.runtime import Runtime, read_runtime
from mnemo_cli.sampling.status import Status

if TYPE_CHECKING:
    from mnemo_cli.doctor.surroundings import Surroundings


class ProcessFiles:
    """`pid` None stands for nobody: an image has no processes, and nothing of it leaves a gap.

    `found` is whom the pid was seen to be: another process that has it by now is not looked at.
    """

    def __init__(
        self, pid: int | Literal["self"] | None, machine: "Surroundings", *, found: Found | None = None
    ) -> None:
        self.pid = pid
        self.shown = f"/proc/{pid}"
        self.gaps: list[Gap] = []
        self._machine = machine
        self._folder = None if pid is None else self._open(pid, machine.root)
        if found is not None and self._folder is not None and not self._is(found):
            self.gaps.append(Gap("process", self.shown, "the process has ended, and another one has its pid"))
            self.close()
            self._folder = None

    @property
    def was_there(self) -> bool:
        """Whether the process existed when it was first looked for."""
        return self._folder is not None

    @property
    def is_there(self) -> bool:
        """Whether it still exists."""
        return self._folder is not None and self._folder.is_there()

    @once
    def status(self) -> Status:
        text = self.read("status")
        status = self._machine.statuses.parse(text or b"")
        if text is not None and status.real_uid is None:
            self.gaps.append(Gap("status", f"{self.shown}/status", "it does not say whose process it is"))
        return status

    @once
    def limits_text(self) -> bytes | None:
        return self.read("limits")

    @once
    def rlimits(self) -> Mapping[str, Rlimit]:
        text = self.limits_text
        limits = self._machine.rlimits(text) if text else {}
        if text is not None and not limits:
            self.gaps.append(Gap("limits", f"{self.shown}/limits", "it holds no readable limit"))
        return limits

    @once
    def fd_count(self) -> int | None:
        try:
            return None if self._folder is None else self._folder.fd_count()
        except OSError as err:
            self.gaps.append(gap("fd", f"{self.shown}/fd", err))
            return None

    @once
    def mapping_count(self) -> int | None:
        try:
            return None if self._folder is None else self._folder.mapping_count()
        except OSError as err:
            self.gaps.append(gap("maps", f"{self.shown}/maps", err))
            return None

    @once
    def oom_score_adj(self) -> int | None:
        text = self.read("oom_score_adj")
        try:
            return None if text is None else -parse_number(text[1:]) if text[:1] == b"-" else parse_number(text)
        except ValueError as err:
            self.gaps.append(gap("oom_score_adj", f"{self.shown}/oom_score_adj", err))
            return None

    @once
    def membership(self) -> bytes:
        """Empty, with a gap, where it cannot be read."""
        return self.read("cgroup") or b""

    @once
    def argv(self) -> tuple[str, ...] | None:
        text = self.read("cmdline")
        return None if text is None else tuple(os.fsdecode(word) for word in text.rstrip(b"\0").split(b"\0"))

    @once
    def environment(self) -> Mapping[str, str] | None:
        text = self.read("environ")
        if text is None:
            return None
        pairs = (os.fsdecode(word).partition("=") for word in text.split(b"\0") if word)
        return {name: setting for name, _, setting in pairs}

    @once
    def runtime(self) -> Runtime | None:
        return None if self._folder is None else read_runtime(self._folder, self.status.name)

    @once
    def user_map(self) -> bytes | None:
        """The user namespace's map of uids, spaces made single."""
        text = self.read("uid_map")
        return None if text is None else b" ".join(text.split())

    def read(self, name: str) -> bytes | None:
        """A file of the process; None, with a gap, where it cannot be read."""
        try:
            return None if self._folder is None else self._folder.read(name)
        except OSError as err:
            self.gaps.append(gap(name, f"{self.shown}/{name}", err))
            return None

    def close(self) -> None:
        if self._folder is not None:
            self._folder.close()

    def _is(self, found: Found) -> bool:
        """The kernel may forget a folder's inode and make a new one: only then the start time has to be read."""
        if found.started is None or (self._folder is not None and self._folder.inode == found.inode):
            return True
        try:
            return parse_stat(self.read("stat") or b"")[2] == found.started
        except ValueError:
            return False

    def _open(self, pid: int | Literal["self"], root: Path) -> ProcessFolder | None:
        try:
            return ProcessFolder(pid, root, live=self._machine.is_live)
        except OSError as err:
            self.gaps.append(gap("process", self.shown, err))
            return None
