"""A nofile line of limits.d asks for more than fs.nr_open: it can lock every user out, root included.

No process may have more than fs.nr_open. Upstream pam_limits then refuses the session: console, ssh and
sudo. Debian carries a patch that ignores the error, and the limit silently stays as it was. `unlimited`
is above too (newer versions make it fs.nr_open, older ones refuse). Raise fs.nr_open first, for good.
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, Skipped
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.sampling.limits_config import LimitLine

KERNEL_DEFAULT = 1048576


def run(evidence: Evidence) -> Outcome:
    config = evidence.machine.limits_config
    lines = [line for line in config.lines if line.name == "RLIMIT_NOFILE"]
    if not lines:
        return evidence.config_lack("limits_config") or Skipped("no line sets nofile")
    ceiling = evidence.sysctl("fs.nr_open") if evidence.machine.has_knobs else KERNEL_DEFAULT
    if ceiling is None:
        return evidence.unknown("fs.nr_open")
    above = [line for line in lines if not isinstance(line.limit, int) or line.limit > ceiling]
    if not above:
        return evidence.config_lack("limits_config") or Pass(limit=ceiling, unit="descriptors", layer="sysctl")
    # A number is refused by every version, `unlimited` by older ones only.
    return _fault(next((line for line in above if isinstance(line.limit, int)), above[0]), ceiling, config.skips_root)


def _fault(line: LimitLine, ceiling: int, skips_root: bool) -> Fault:
    is_number = isinstance(line.limit, int)
    written = f"{line.limit:,}" if isinstance(line.limit, int) else "unlimited"
    outcome = "the limit silently stays as it was" if skips_root else "the session is refused"
    older = "" if is_number else "with older versions of PAM "
    return Fault(
        "error" if is_number and not skips_root else "warning",
        f"{line.path} line {line.number} asks for nofile {written}, above fs.nr_open = {ceiling:,}: {older}{outcome}",
        limit=ceiling, unit="descriptors", layer="sysctl", source=f"{line.path} line {line.number}",
    )  # fmt: skip


CHECK = Check("CF003", "limits-lock-out", run, about="config")
