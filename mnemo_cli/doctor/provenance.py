"""Who set a limit of a process: its unit, a line of limits.d, the container runtime, PID 1, or the program itself.

The kernel keeps no record of it: a source is named only where what it says is what the process has.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mnemo_cli.model import UNLIMITED, Limit
from mnemo_cli.sampling.limits_config import winning_line
from mnemo_cli.sampling.place import session_of_group
from mnemo_cli.sampling.rlimits import Rlimit
from mnemo_cli.sampling.systemd_units import configured_limit

if TYPE_CHECKING:
    from mnemo_cli.doctor.evidence import Evidence

_BY_PROGRAM = "the program, its shell or its parent"
_SYSTEMD_DEFAULT = Rlimit(soft=1024, hard=524288)


def source_of(evidence: "Evidence", name: str) -> str | None:
    """Who gave the process this pair; None where the pair itself is unknown."""
    pair = evidence.rlimit(name)
    if pair is None:
        return None
    return next(_sources(evidence, name, pair), _BY_PROGRAM)


def _sources(evidence: "Evidence", name: str, pair: Rlimit) -> Iterator[str]:
    """The places that say exactly what is in force, the nearest first."""
    machine, key = evidence.machine, name.removeprefix("RLIMIT_")
    if machine.launchd_limits.get(name) == pair:
        yield "launchctl limit"
    if evidence.unit is not None:
        written = configured_limit(machine.unit(evidence.unit).assignments, name)
        if written is not None and resolved(evidence, name, Rlimit(written.soft, written.hard)) == pair:
            yield f"unit {evidence.unit} Limit{key} ({written.where.path} line {written.where.line})"
    elif evidence.unified_path is not None and session_of_group(evidence.unified_path) and evidence.user is not None:
        lines = machine.limits_config.lines
        soft = winning_line(lines, name, "soft", evidence.user)
        hard = winning_line(lines, name, "hard", evidence.user)
        for line, limit in ((soft, pair.soft), (hard, pair.hard)):
            if line is not None and line.limit == limit:
                yield f"{line.path} line {line.number}"
    if evidence.in_container:
        yield "the container runtime" if machine.init_rlimits.get(name, pair) == pair else _BY_PROGRAM
    default = configured_limit(machine.manager, name, prefix="DefaultLimit")
    if default is not None and resolved(evidence, name, Rlimit(default.soft, default.hard)) == pair:
        yield f"systemd's manager DefaultLimit{key} ({default.where.path} line {default.where.line})"
    if name == "RLIMIT_NOFILE" and pair == _SYSTEMD_DEFAULT and machine.has_systemd:
        yield "systemd's default"
    if machine.init_rlimits.get(name) == pair:
        yield "PID 1 (inherited)"


def resolved(evidence: "Evidence", name: str, pair: Rlimit) -> Rlimit:
    """For NOFILE systemd makes infinity fs.nr_open: the kernel allows no more."""
    ceiling = evidence.sysctl("fs.nr_open") if name == "RLIMIT_NOFILE" else None
    return pair if ceiling is None else Rlimit(_at_most(pair.soft, ceiling), _at_most(pair.hard, ceiling))


def _at_most(limit: Limit, ceiling: int) -> Limit:
    return ceiling if limit is UNLIMITED else limit
