"""One container: the lines for `docker run` and for a compose file, printed since those files are the project's own."""

from mnemo_cli.doctor.fixes.scene import Proposal, Scene, World
from mnemo_cli.doctor.fixes.wanted import Pair, raised_nofile


def run(scene: Scene) -> Proposal:
    soft, hard = raised_nofile(Pair(), scene.wanted.nofile, scene.ceiling) or (0, 0)
    tasks, memory_bytes = scene.wanted.nproc, scene.wanted.memory_bytes
    memory = "" if memory_bytes is None else f"# a memory limit, where there is one: at least {memory_bytes}b\n"
    return Proposal(
        printed=(
            f"{memory}# docker run\n--ulimit nofile={soft}:{hard} --pids-limit {tasks}\n"
            f"# compose.yaml, below the service\npids_limit: {tasks}\n"
            f"ulimits:\n  nofile:\n    soft: {soft}\n    hard: {hard}\n"
        ),
        restart=("containers get this when they are made anew: docker compose up -d",),
        verify=("cat /proc/1/limits   # inside the container",),
        notes=("not --ulimit nproc: that counts all processes of the user on the host, those of other containers too",),
    )


WORLD = World("compose", run)
