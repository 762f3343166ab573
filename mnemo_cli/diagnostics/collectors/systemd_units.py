"""The target's systemd units as systemd sees them: memory and task limits, how they last ended, how often restarted.

Properties are asked for by name: Environment, ExecStart and all others that may hold a secret are not among them.
"""

from collections.abc import Iterator

from mnemo_cli.diagnostics.collector import Collector, Member, Missing, Profile, Scene
from mnemo_cli.diagnostics.members import ask, printed, text_member
from mnemo_cli.diagnostics.reading import read_whole
from mnemo_cli.redact import decoded
from mnemo_cli.sampling.files import is_there
from mnemo_cli.sampling.place import unified_path
from mnemo_cli.sampling.systemd_units import unit_of_group

PROPERTIES = (
    "Id", "LoadState", "ActiveState", "SubState", "Result", "NRestarts", "Restart", "RestartUSec", "Type", "Slice",
    "ControlGroup", "MainPID", "ExecMainCode", "ExecMainStatus", "ExecMainStartTimestamp", "ExecMainExitTimestamp",
    "StateChangeTimestamp", "OOMPolicy", "OOMScoreAdjust", "KillMode", "KillSignal", "TimeoutStopUSec", "WatchdogUSec",
    "MemoryCurrent", "MemoryPeak", "MemoryAvailable", "MemorySwapCurrent", "MemorySwapPeak", "MemoryAccounting",
    "MemoryMin", "MemoryLow", "MemoryHigh", "MemoryMax", "MemorySwapMax", "MemoryZSwapMax", "MemoryLimit",
    "ManagedOOMSwap", "ManagedOOMMemoryPressure", "ManagedOOMMemoryPressureLimit", "ManagedOOMPreference",
    "TasksCurrent", "TasksMax", "CPUQuotaPerSecUSec", "LimitNOFILE", "LimitNOFILESoft", "LimitNPROC", "LimitNPROCSoft",
    "LimitMEMLOCK", "LimitMEMLOCKSoft", "LimitAS", "LimitASSoft", "LimitDATA", "LimitDATASoft", "LimitSTACK",
    "LimitSTACKSoft", "LimitCORE", "LimitCORESoft", "LimitRSS", "LimitRSSSoft", "DropInPaths", "FragmentPath",
)  # fmt: skip
# sd_booted(3): the program may be installed in a container and not run.
_BOOTED = "run/systemd/system"
_MOST_PROCESSES, _MOST_UNITS = 64, 8


def collect(scene: Scene) -> Iterator[Member | Missing]:
    if not is_there(scene.root / _BOOTED):
        yield Missing("systemctl", "skipped", "systemd does not run here")
        return
    for unit in _units(scene)[:_MOST_UNITS]:
        done = ask(scene, ("systemctl", "show", "--no-pager", f"--property={','.join(PROPERTIES)}", "--", unit))
        if isinstance(done, Missing):
            yield done
            return
        # A name that systemd does not know as a property is no property: only what was asked for is told.
        lines = [line for line in done.output.split(b"\n") if decoded(line.partition(b"=")[0]) in PROPERTIES]
        yield text_member(f"systemd-units/{_file_name(unit)}", b"\n".join(lines) + b"\n", f"systemctl show {unit}")
    failed = ("systemctl", "list-units", "--state=failed", "--all", "--plain", "--no-legend", "--no-pager")
    yield from printed(scene, failed, "systemd-units/failed.txt")


def _units(scene: Scene) -> list[str]:
    """The services of the target's processes, each once."""
    units: dict[str, None] = {}
    for pid in scene.pids[:_MOST_PROCESSES]:
        try:
            path = unified_path(decoded(read_whole(scene.root / f"proc/{pid}/cgroup")))
        except OSError:
            continue
        unit = unit_of_group(path) if path else None
        if unit is not None and not unit.startswith("-"):
            units[unit] = None
    return list(units)


def _file_name(unit: str) -> str:
    """A unit may be named with a backslash, as systemd-escape writes it."""
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in ".-_@") else "_" for sign in unit)[:100]


COLLECTOR = Collector(
    "systemd-units", "limits and last results of the target's units", collect, profile=Profile.STANDARD,
    timeout_seconds=6.0,
)  # fmt: skip
