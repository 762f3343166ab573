"""Why a systemd unit died: what systemd says of it, its journal, its group's counters, the kernel log."""

from pathlib import Path

from mnemo_cli.errors import SourceError, TargetError
from mnemo_cli.forensics.case import Case, UnitRecord, Who
from mnemo_cli.forensics.explanation import Explanation
from mnemo_cli.forensics.live.groups import GroupWatch
from mnemo_cli.forensics.live.instant import Instant
from mnemo_cli.forensics.live.logs import Logs, without_gaps_of_others
from mnemo_cli.forensics.live.process import nothing_read
from mnemo_cli.forensics.records import read_unit
from mnemo_cli.forensics.truth import judge
from mnemo_cli.model import Gap
from mnemo_cli.redact import decoded, printable
from mnemo_cli.sampling.files import is_there
from mnemo_cli.sampling.program_output import program_output

_TIMEOUT_SECONDS = 3.0
_MOST_BYTES = 1 << 20
_KINDS = (".service", ".scope", ".slice", ".socket", ".mount", ".swap", ".timer", ".target", ".path")


def explain_unit(name: str, root: Path, now: Instant) -> Explanation:
    """`name` as systemctl takes it. Raises TargetError for a unit that is not there, SourceError without evidence."""
    unit = name if name.endswith(_KINDS) else f"{name}.service"
    logs = Logs(root, now)
    record = _ask_systemd(unit, root, logs.gaps)
    logs.read_kernel()
    logs.read_journal()
    logs.read_journal(unit=unit)
    if record is None and not logs.were_read:
        raise nothing_read(f"why {printable(unit)} died", logs)
    groups = GroupWatch(root, first_look=False)
    path = record.control_group if record is not None else None
    if path is not None:
        try:
            groups.follow_path(path)
        except TargetError:
            path = None  # it has gone with the unit
    case = Case(
        who=Who(unit=unit, cgroup=groups.own_path),
        unit=record,
        groups=groups.readings(of_children=False) if path is not None else (),
        gaps=tuple(groups.gaps),
    )
    groups.close()
    return without_gaps_of_others(judge(logs.into(case)))


def _ask_systemd(unit: str, root: Path, gaps: list[Gap]) -> UnitRecord | None:
    if root != Path("/") or not is_there(root / "run/systemd/system"):
        gaps.append(Gap("unit", "systemctl", "systemd does not run here"))
        return None
    argv = ("systemctl", "show", "--no-pager", "--", unit)
    try:
        text = decoded(b"".join(program_output(argv, timeout_seconds=_TIMEOUT_SECONDS, most_bytes=_MOST_BYTES)))
    except SourceError as err:
        gaps.append(Gap("unit", "systemctl", str(err)))
        return None
    if "\nLoadState=not-found\n" in f"\n{text}\n":
        raise TargetError(f"there is no unit {printable(unit)}; `systemctl list-units --all` lists them")
    return read_unit(text, "systemctl show")
