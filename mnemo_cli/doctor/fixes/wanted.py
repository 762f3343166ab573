"""What the configuration must allow: the larger of a profile's minimum and the demand of --need."""

from typing import NamedTuple

from mnemo_cli.doctor.profiles import Needs, Profile
from mnemo_cli.errors import RepairError
from mnemo_cli.model import UNLIMITED, Limit

# systemd's standard hard limit, within the kernel's default of fs.nr_open.
USUAL_HARD_NOFILE = 524_288
DEFAULT_NR_OPEN = 1_048_576


class Wanted(NamedTuple):
    """Minimums: descriptors and tasks of a process (soft), bytes, and sysctls by name."""

    nofile: int
    nproc: int
    memory_bytes: int | None = None
    sysctls: tuple[tuple[str, int], ...] = ()


class Ceiling(NamedTuple):
    """fs.nr_open: nobody, however privileged, may have more descriptors. `assumed`: no file told, it is the default."""

    nr_open: int
    assumed: bool


class Pair(NamedTuple):
    """What a configuration sets now, or is to set: None where it sets nothing."""

    soft: Limit | None = None
    hard: Limit | None = None


def wanted_of(profile: Profile, needs: Needs) -> Wanted:
    """A need goes beyond the profile, never below it."""
    sysctls = (
        ("vm.max_map_count", profile.max_map_count),
        ("fs.inotify.max_user_watches", profile.inotify_watches),
        ("fs.aio-max-nr", profile.aio_events),
    )
    return Wanted(
        nofile=max(profile.nofile, needs.nofile or 0),
        nproc=max(profile.nproc, needs.nproc or 0),
        memory_bytes=needs.memory_bytes,
        sysctls=tuple((name, number) for name, number in sysctls if number is not None),
    )


def reaches(present: Limit | None, minimum: int) -> bool:
    """Whether a value that is set allows so much; nothing set does not."""
    return present is UNLIMITED or (isinstance(present, int) and present >= minimum)


def raised_nofile(present: Pair, soft: int, ceiling: Ceiling) -> tuple[int, int] | None:
    """The soft and hard limit to write; None where the present ones suffice. Never lower, never above nr_open.

    A hard limit of infinity is resolved to nr_open by whoever sets it, so nr_open takes nothing away.
    """
    refuse_above(ceiling, soft)
    if reaches(present.soft, soft) and (present.hard is None or reaches(present.hard, soft)):
        return None
    if ceiling.assumed and isinstance(present.hard, int) and present.hard > ceiling.nr_open:
        raise RepairError(
            f"the hard limit of {present.hard} is above fs.nr_open, {ceiling.nr_open} (the kernel's default: the root "
            "has no proc/sys/fs/nr_open), and is not lowered; nothing was changed. Write the machine's number there"
        )
    kept_soft = present.soft if isinstance(present.soft, int) else 0
    kept_hard = ceiling.nr_open if present.hard is UNLIMITED else present.hard or 0
    new_soft = min(max(soft, kept_soft), ceiling.nr_open)
    return new_soft, min(max(new_soft, kept_hard, USUAL_HARD_NOFILE), ceiling.nr_open)


def refuse_above(ceiling: Ceiling, nofile: int) -> None:
    """Such a limit would be refused by the kernel with EPERM, and upstream PAM would then refuse the session."""
    if nofile > ceiling.nr_open:
        assumed = " (the kernel's default: the root has no proc/sys/fs/nr_open)" if ceiling.assumed else ""
        raise RepairError(
            f"nofile={nofile} is above fs.nr_open, {ceiling.nr_open}{assumed}, and with such a limit logins and "
            "services can fail; nothing was changed. Ask for less, or first raise fs.nr_open in a file of sysctl.d"
        )
