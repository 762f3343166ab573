"""Pods: no stable field of a pod sets ulimits, so what there is instead is printed, for the node and for the image."""

from mnemo_cli.doctor.fixes.scene import Proposal, Scene, World
from mnemo_cli.doctor.fixes.wanted import Pair, raised_nofile


def run(scene: Scene) -> Proposal:
    soft, hard = raised_nofile(Pair(), scene.wanted.nofile, scene.ceiling) or (0, 0)
    memory_bytes = scene.wanted.memory_bytes
    return Proposal(
        printed=(
            "# A pod has no field for ulimits. On the node, for the pods of containerd made from then on:\n"
            "#   mnemo ulimit fix --unit containerd.service --apply\n"
            "# /etc/systemd/system/containerd.service.d/60-mnemo.conf\n"
            f"[Service]\nLimitNOFILE={soft}:{hard}\n"
            "# Or in the image, where only the soft limit is low: begin the entry point with\n"
            "ulimit -Sn $(ulimit -Hn)\n"
            "# Tasks of a pod: the kubelet's configuration, on the node\n"
            f"podPidsLimit: {scene.wanted.nproc}\n"
            + ("" if memory_bytes is None else f"# the container's memory limit: at least {memory_bytes}\n")
        ),
        restart=("systemctl restart containerd on the node, then new pods",),
        verify=("cat /proc/1/limits   # inside a new pod",),
    )


WORLD = World("kubernetes", run)
