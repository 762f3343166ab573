"""This shell: its soft limits may be raised at once, up to the hard limits, without privilege.

Nothing is written: the lines are for the shell itself, since no process can change its parent's limits this way.
"""

from mnemo_cli.doctor.fixes.scene import Proposal, Scene, World
from mnemo_cli.doctor.fixes.wanted import reaches, refuse_above


def run(scene: Scene) -> Proposal:
    refuse_above(scene.ceiling, scene.wanted.nofile)
    lines: list[str] = []
    notes: list[str] = []
    for letter, name, minimum in (
        ("n", "RLIMIT_NOFILE", scene.wanted.nofile),
        ("u", "RLIMIT_NPROC", scene.wanted.nproc),
    ):
        limit = scene.live(name)
        if limit is None:
            notes.append(f"the limits of this session cannot be read: {name} is left out")
        elif reaches(limit.soft, minimum):
            continue
        elif reaches(limit.hard, minimum):
            # -S: a bare `ulimit -n` would lower the hard limit too, for good.
            lines.append(f"ulimit -S{letter} {minimum}\n")
        else:
            notes.append(
                f"this session's hard {name} is {limit.hard}: no command in it can reach {minimum}; "
                "mend the configuration and log in again"
            )
    if any("-Su" in line for line in lines):
        notes.append("`ulimit -u` is bash's and zsh's; dash does not know it")
    return Proposal(printed="".join(lines), notes=tuple(notes))


WORLD = World("session", run)
