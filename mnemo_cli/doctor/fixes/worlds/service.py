"""One systemd service: a drop-in of ours beside its unit; daemon-reload and a restart of the service bring it in force.

TasksMax= rather than LimitNPROC=, which counts all tasks of the user, and does nothing for a service of root.
"""

from mnemo_cli.doctor.fixes.scene import HEADER, OUR_NAME, Activation, Draft, Proposal, Scene, World
from mnemo_cli.doctor.fixes.systemd import (
    BUILT_IN_NOFILE,
    Settings,
    default_tasks_max,
    has_unit,
    limit,
    limit_pair,
    manager_settings,
    merged,
    unit_settings,
    where,
)
from mnemo_cli.doctor.fixes.wanted import Pair, raised_nofile, reaches
from mnemo_cli.errors import TargetError, UsageError
from mnemo_cli.model import UNLIMITED

# The largest kernel.pid_max: more tasks than that there cannot be, so it takes nothing from "infinity".
_MOST_TASKS = 4_194_304
_CEILINGS_OF_MEMORY = ("MemoryHigh", "MemoryMax")


def run(scene: Scene) -> Proposal:
    tree, unit = scene.tree, scene.unit
    if unit is None:
        raise UsageError("which service? name it, for example --unit nginx.service")
    if not has_unit(tree, unit):
        raise TargetError(f"there is no unit {unit} below {tree.root}; `systemctl list-unit-files` lists them")
    present, defaults = unit_settings(tree, unit), manager_settings(tree)
    values, notes = wanted_values(scene, present, defaults)
    if not values:
        return Proposal(notes=tuple(notes))
    path = f"etc/systemd/system/{unit}.d/{OUR_NAME}"
    text = merged(tree.text(path), "Service", values, HEADER)
    after = unit_settings(tree, unit, {path: text})
    obstacles = tuple(
        f"{where(after[key])} sets {key}={after[key].text} and is read after ours: change it there"
        for key, value in values.items()
        if after[key].text != value
    )
    return Proposal(
        drafts=(Draft(path, text.encode("utf-8", "surrogateescape")),),
        activate=activation(scene),
        restart=(f"systemctl restart {unit}",),
        verify=(
            f"systemctl show {unit} " + " ".join(f"-p {key}" for key in _shown(values)),
            f"cat /proc/$(systemctl show --value -p MainPID {unit})/limits",
        ),
        notes=tuple(notes),
        unmet=obstacles,
    )


def wanted_values(scene: Scene, present: Settings, defaults: Settings) -> tuple[dict[str, str], list[str]]:
    """What to set, by key, and what is to be said about it."""
    wanted, values, notes = scene.wanted, {}, []
    default = limit_pair(defaults.get("DefaultLimitNOFILE"))
    inherited = BUILT_IN_NOFILE if default == Pair() else default
    own = limit_pair(present.get("LimitNOFILE"))
    pair = raised_nofile(inherited if own == Pair() else own, wanted.nofile, scene.ceiling)
    if pair is not None:
        values["LimitNOFILE"] = f"{pair[0]}:{pair[1]}"
    if (nproc := limit_pair(present.get("LimitNPROC"))) != Pair() and not reaches(nproc.soft, wanted.nproc):
        values["LimitNPROC"] = f"{wanted.nproc}:{_kept_hard(nproc, wanted.nproc)}"
    tasks = present.get("TasksMax", defaults.get("DefaultTasksMax"))
    tasks_max = default_tasks_max(scene.tree) if tasks is None else limit(tasks.text)
    if tasks_max is None:
        said = "DefaultTasksMax, 15 % of the machine's tasks," if tasks is None else f"TasksMax={tasks.text}"
        notes.append(f"{said} is left as it is: as a number it is not known here, and ours could be less")
    elif not reaches(tasks_max, wanted.nproc):
        values["TasksMax"] = str(wanted.nproc)
    for key in _CEILINGS_OF_MEMORY:
        setting = present.get(key)
        size_bytes = None if setting is None else limit(setting.text)
        if wanted.memory_bytes is not None and size_bytes is not None and not reaches(size_bytes, wanted.memory_bytes):
            values[key] = str(wanted.memory_bytes)
    return values, notes


def _kept_hard(nproc: Pair, minimum: int) -> int:
    return _MOST_TASKS if nproc.hard is UNLIMITED else max(nproc.hard or 0, minimum)


def activation(scene: Scene) -> tuple[Activation, ...]:
    """Without a running systemd there is nobody to reload."""
    return (Activation(("systemctl", "daemon-reload"), automatic=scene.tree.is_folder("run/systemd/system")),)


def _shown(values: dict[str, str]) -> list[str]:
    return [name for key in values for name in ((key, f"{key}Soft") if key.startswith("Limit") else (key,))]


WORLD = World("service", run)
