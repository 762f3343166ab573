"""The lines that a finding offers to type: what mends it now, and what mends it for good."""

from typing import TYPE_CHECKING

from mnemo_cli.model import Limit

if TYPE_CHECKING:
    from mnemo_cli.doctor.evidence import Evidence


def raise_nofile(evidence: "Evidence", wanted: int, hard_limit: Limit) -> tuple[str, ...]:
    """Live within the hard limit; above it only the configuration can (and the hard limit only by privilege)."""
    lasting = configure(evidence, nofile=wanted)
    if isinstance(hard_limit, int) and hard_limit < wanted:
        return lasting
    if evidence.kind == "command" or evidence.subject.pid is None or evidence.system != "linux":
        return (f"ulimit -Sn {wanted}", *lasting)
    return (f"mnemo ulimit raise --pid {evidence.subject.pid} --nofile {wanted}", *lasting)


def more_descriptors(evidence: "Evidence", soft_limit: int, hard_limit: Limit) -> tuple[str, ...]:
    """Four times as many, and no fewer than the profile recommends; nothing where fs.nr_open allows no more."""
    wanted, ceiling = max(soft_limit * 4, evidence.profile.nofile), evidence.sysctl("fs.nr_open")
    if ceiling is not None:
        wanted = min(wanted, ceiling)
    return raise_nofile(evidence, wanted, hard_limit) if wanted > soft_limit else ()


def configure(evidence: "Evidence", *, nofile: int | None = None, nproc: int | None = None) -> tuple[str, ...]:
    """The plan that makes the configuration say so; it is shown before anything is written.

    A service is mended in its unit: limits.d never applies to it.
    """
    needs = ",".join(f"{name}={count}" for name, count in (("nofile", nofile), ("nproc", nproc)) if count is not None)
    unit = f" --unit {evidence.unit}" if evidence.unit is not None and not evidence.in_container else ""
    return (f"mnemo ulimit fix --plan{unit} --need {needs}",)


def raise_sysctl(evidence: "Evidence", name: str, wanted: int) -> tuple[str, ...]:
    """On the host only: inside a container most knobs are read-only, and the host's."""
    if evidence.in_container:
        return ()
    if evidence.system == "darwin":
        return (f"sysctl -w {name}={wanted}",)
    # Not in 60-mnemo.conf: `mnemo ulimit fix --undo` refuses when others have written there.
    return (f"sysctl -w {name}={wanted}", f"echo '{name} = {wanted}' >> /etc/sysctl.d/61-limits.conf")


def raise_tasks(evidence: "Evidence", wanted: int, group_path: str | None = None) -> tuple[str, ...]:
    """TasksMax= holds for root too and can be changed live; a container has its own word for it.

    `group_path` is the group whose limit binds, which may be one around the process's own.
    """
    unit = evidence.unit if group_path is None else unit_of_path(group_path)
    if unit is not None and not (evidence.in_container and unit.endswith(".scope")):
        return (f"systemctl set-property {unit} TasksMax={wanted}",)
    return (f"docker update --pids-limit {wanted} CONTAINER",) if evidence.in_container else ()


def raise_memory(group_path: str | None) -> tuple[str, ...]:
    """How much is for the person to say."""
    unit = unit_of_path(group_path) if group_path is not None else None
    return (f"systemctl set-property {unit} MemoryMax=…",) if unit is not None else ()


def unit_of_path(group_path: str) -> str | None:
    """The unit of systemd that a control group is; None for groups that something else made."""
    name = group_path.rpartition("/")[2]
    return name if name.endswith((".service", ".slice", ".scope")) else None
