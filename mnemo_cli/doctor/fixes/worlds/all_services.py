"""All systemd services: a drop-in of ours for the manager itself, for services whose unit says nothing else.

systemd keeps the soft default at 1024 on purpose: select() breaks above descriptor 1023, whatever the limit.
"""

from mnemo_cli.doctor.fixes.scene import HEADER, OUR_NAME, Activation, Draft, Proposal, Scene, World
from mnemo_cli.doctor.fixes.systemd import (
    BUILT_IN_NOFILE,
    default_tasks_max,
    limit,
    limit_pair,
    manager_settings,
    merged,
    where,
)
from mnemo_cli.doctor.fixes.wanted import Pair, raised_nofile, reaches

PATH = f"etc/systemd/system.conf.d/{OUR_NAME}"
_CAUTION = (
    "programs that use select() break above descriptor 1023: a drop-in for the one service that needs more "
    "(--unit) is safer than a default for all"
)


def run(scene: Scene) -> Proposal:
    tree = scene.tree
    present = manager_settings(tree)
    values: dict[str, str] = {}
    set_pair = limit_pair(present.get("DefaultLimitNOFILE"))
    pair = raised_nofile(BUILT_IN_NOFILE if set_pair == Pair() else set_pair, scene.wanted.nofile, scene.ceiling)
    if pair is not None:
        values["DefaultLimitNOFILE"] = f"{pair[0]}:{pair[1]}"
    tasks = present.get("DefaultTasksMax")
    tasks_max = default_tasks_max(tree) if tasks is None else limit(tasks.text)
    if tasks_max is not None and not reaches(tasks_max, scene.wanted.nproc):
        values["DefaultTasksMax"] = str(scene.wanted.nproc)
    if not values:
        return Proposal()
    text = merged(tree.text(PATH), "Manager", values, HEADER)
    after = manager_settings(tree, {PATH: text})
    return Proposal(
        drafts=(Draft(PATH, text.encode("utf-8", "surrogateescape")),),
        activate=(Activation(("systemctl", "daemon-reexec")),),
        restart=("every service that is to have the new limits; or reboot",),
        verify=("systemctl show " + " ".join(f"-p {key}" for key in values),),
        notes=(_CAUTION,) if "DefaultLimitNOFILE" in values else (),
        unmet=tuple(
            f"{where(after[key])} sets {key}={after[key].text} and is read after ours: change it there"
            for key, value in values.items()
            if after[key].text != value
        ),
    )


WORLD = World("all-services", run)
