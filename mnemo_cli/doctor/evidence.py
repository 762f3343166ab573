"""What the checks may ask about one process: each file is read when it is first asked for, and once.

A number that cannot be read is None and leaves a gap; `unknown` turns the gap into the check's answer.
What a check asks is remembered in `trail`, so that its finding can show what it stands on. Limits and
their use are in `use`, control groups in `membership`; here is whose they are, and what the machine says.
"""

from typing import Literal, NamedTuple

from mnemo_cli.doctor.check import Unknown
from mnemo_cli.doctor.found import Found
from mnemo_cli.doctor.membership import Membership
from mnemo_cli.doctor.once import once
from mnemo_cli.doctor.profiles import Needs, Profile, detect_profile
from mnemo_cli.doctor.result import Subject
from mnemo_cli.doctor.surroundings import Surroundings
from mnemo_cli.doctor.trail import Trail
from mnemo_cli.doctor.use import Use
from mnemo_cli.model import Gap
from mnemo_cli.redact import printable
from mnemo_cli.sampling.systemd_units import unit_of_group

Kind = Literal["process", "command", "tree", "host"]
_TRACING = "the right to trace the process: run as its user or as root"
_WHAT_HELPS = {"Permission denied": _TRACING, "Operation not permitted": _TRACING}
_NO_NEEDS = Needs()
# What a count of tasks lacks where /proc shows a part of them, and what would help.
HIDDEN = "other processes are hidden from here"
WHO_SEES_ALL = "the host's own view of /proc (no hidepid, no pid namespace)"


class InotifyUse(NamedTuple):
    """What one user has of it; `hidden` counts processes that could not be looked into: then it is a lower bound."""

    user: str
    used: int
    hidden: int


class TaskUse(NamedTuple):
    """The tasks of one user that can be seen; `hidden` others may be theirs too, None where nobody tells how many."""

    used: int
    hidden: int | None


class Evidence(Use, Membership):
    """One process (or "self"), a command that would inherit from us, or (pid None) a machine or image alone."""

    def __init__(
        self,
        machine: Surroundings,
        pid: int | Literal["self"] | None = "self",
        *,
        kind: Kind = "process",
        found: Found | None = None,
        name: str | None = None,
        profile: Profile | None = None,
        needs: Needs = _NO_NEEDS,
    ) -> None:
        """`name` is the command's, which has no process yet; `profile` None finds it out.

        `found` is from `subjects`: a stranger who has the pid by now is not looked at.
        """
        self.machine = machine
        self.kind: Kind = kind
        self.needs = needs
        self._files = machine.process(pid, found)
        self._asked_name = name
        self._asked_profile = profile
        self.trail = Trail(self._files.shown)

    # Who it is.

    @property
    def system(self) -> str:
        return self.machine.system

    @once
    def profile(self) -> Profile:
        return self._asked_profile or detect_profile(self.name, self.unified_path, in_container=self.in_container)

    @once
    def subject(self) -> Subject:
        """As the report names it."""
        if self._files.pid is None:
            return Subject(kind="tree" if self.kind == "tree" else "host", name=printable(str(self.machine.root)))
        # Our own process is gone when the report is read: its pid would be nobody's, or somebody else's.
        pid = self._files.pid if isinstance(self._files.pid, int) else None
        return Subject(self.kind, pid, self.name, self.user, self.unit)

    @once
    def name(self) -> str | None:
        return self._asked_name or self._files.status.name

    @once
    def user(self) -> str | None:
        """By name where /etc/passwd has one."""
        return None if self.uid is None else self.machine.users.get(self.uid, str(self.uid))

    @once
    def unit(self) -> str | None:
        """The systemd system service that it belongs to."""
        return unit_of_group(self.unified_path) if self.unified_path else None

    @property
    def in_container(self) -> bool:
        return self.machine.container is not None or self.machine.container_sign(self._files.membership) is not None

    @once
    def absence(self) -> str | None:
        """Why there is no running program to look at; None where there is one."""
        status = self._files.status
        if self._files.pid is None:
            return "there is no process here, only files"
        if status.state in ("Z", "X"):
            return "a zombie: it has ended, and waits for its parent to take the exit code"
        return "a thread of the kernel: the limits of processes do not apply to it" if status.is_kernel_thread else None

    @property
    def was_there(self) -> bool:
        """Whether there was such a process at the start."""
        return self._files.was_there

    @property
    def has_ended(self) -> bool:
        """Whether the process is gone by now, or was from the start."""
        return self._files.pid is not None and not self._files.is_there

    # The machine.

    def sysctl(self, name: str) -> int | None:
        number = self.machine.sysctl(name)
        self.trail.saw(name, number)
        return number

    @property
    def total_tasks(self) -> int | None:
        self.trail.saw("/proc/loadavg", self.machine.total_tasks)
        return self.machine.total_tasks

    @property
    def tasks_of_user(self) -> TaskUse | None:
        """Of its real user. Dear: `total_tasks` may settle the matter."""
        census, total, uid = self.machine.census, self.total_tasks, self.uid
        if census is None or uid is None:
            return None
        used = census.by_uid.get(uid, 0)
        self.trail.saw("/proc/*/status", f"{used} tasks of uid {uid} are visible")
        return TaskUse(used, None if total is None else max(census.hidden(total), census.unread))

    def inotify(self, what: Literal["watches", "instances"]) -> "InotifyUse | None":
        """What its user has; on a machine without a process in view, the user who has most."""
        counts = self.machine.inotify
        used = counts.watches if what == "watches" else counts.instances
        if self._files.pid is not None and self.uid is None:
            return None
        uid = self.uid if self._files.pid is not None else max(used, key=lambda each: used[each], default=None)
        if uid is None:
            return InotifyUse("anybody", 0, sum(counts.hidden.values()))
        hidden = counts.hidden.get(uid, 0) if self._files.pid is not None else sum(counts.hidden.values())
        self.trail.saw("/proc/*/fdinfo/*", f"{used.get(uid, 0)} {what} of uid {uid}")
        return InotifyUse(self.machine.users.get(uid, str(uid)), used.get(uid, 0), hidden)

    def config_lack(self, *fields: str) -> Unknown | None:
        """The answer of a check that found no fault where a file of the configuration could not be read."""
        lack = next((gap for gap in self.machine.gaps if gap.field in fields), None)
        return (
            None if lack is None else Unknown(f"cannot read {lack.source}: {lack.reason}", _WHAT_HELPS.get(lack.reason))
        )

    # What a finding stands on.

    def saw(self, path: str, value: object) -> None:
        """Remember what a check read off something larger."""
        self.trail.saw(path, value)

    @once
    def context(self) -> tuple[object, ...]:
        """What processes share who were started alike: limits, groups, user, rights. They are judged alike, too."""
        status = self._files.status
        limits = self._files.limits_text
        return limits, self._files.membership, status.real_uid, status.capabilities, self.profile, self.needs, self.kind

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Everything that could not be read so far."""
        own = () if self._files.pid is None else self.groups.gaps if "groups" in self.__dict__ else ()
        return (*self._files.gaps, *own, *self.machine.gaps)

    def unknown(self, *fields: str, otherwise: str = "the kernel does not report it here") -> Unknown:
        """The answer of a check that lacks one of `fields`."""
        lack = next((gap for gap in self.gaps if gap.field in fields or gap.field == "process"), None)
        if lack is None:
            return Unknown(otherwise)
        return Unknown(f"cannot read {lack.source}: {lack.reason}", _WHAT_HELPS.get(lack.reason))

    def close(self) -> None:
        self._files.close()

    def __enter__(self) -> "Evidence":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
