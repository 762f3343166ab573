"""The stock machines of the tests: what a person finds after installing, or in a container that was just started."""

from tests.doctor.stock import (
    ALL_CAPABILITIES,
    DOCKER_CAPABILITIES,
    GIB,
    LINK,
    MIB,
    Files,
    limits,
    machine,
    process,
    status,
    v1_group,
    v1_mounts,
    v2_group,
    v2_mount,
)

_DEBIAN = {
    "etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n',
    "etc/security/limits.conf": "# all comments\n#*               soft    core            0\n",
    "etc/pam.d/login": "session    required   pam_limits.so\n@include common-session\n",
    "etc/pam.d/common-session": "session required pam_unix.so\n",
    "etc/pam.d/sshd": "session    required     pam_limits.so\n",
    "usr/lib/sysctl.d/50-pid-max.conf": "kernel.pid_max = 4194304\n",
    "run/systemd/system/.keep": "",
}
_FEDORA = {
    **_DEBIAN,
    "etc/os-release": "NAME=Fedora\nID=fedora\n",
    "etc/pam.d/system-auth": "session     required      pam_limits.so\n",
    "etc/pam.d/login": "session    include      system-auth\n",
}
_NAMESPACE = {"proc/self/ns/cgroup": f"{LINK}cgroup:[4026532758]"}
_ALPINE = {"etc/os-release": 'ID=alpine\nVERSION_ID="3.20"\n', "etc/passwd": "root:x:0:0:root:/root:/bin/ash\n"}


def _unified(path: str) -> str:
    return f"0::{path}\n"


def debian_service() -> Files:
    """nginx under systemd, with the default 1024:524288."""
    path = "/system.slice/nginx.service"
    cgroup = _unified(path)
    nginx = process(
        812, cgroup, status_text=status("nginx", pid=812, uid=33, threads=1), argv=("nginx: master process",)
    )
    return {
        **machine(),
        **_DEBIAN,
        **nginx,
        "proc/self/mountinfo": v2_mount(),
        "proc/self/cgroup": cgroup,
        **v2_group("/system.slice", tasks=120),
        **v2_group(path, pids_max="4915", tasks=3),
        "usr/lib/systemd/system/nginx.service": (
            "[Unit]\nDescription=nginx\n[Service]\nType=forking\nExecStart=/usr/sbin/nginx\n"
        ),
    }


def debian_root_service() -> Files:
    """A root daemon with every capability and a limit on its tasks."""
    files = debian_service()
    path = "/system.slice/cron.service"
    cron = process(
        812, _unified(path), status_text=status("cron", pid=812, uid=0, threads=1, capabilities=ALL_CAPABILITIES)
    )
    return {**files, **cron, **v2_group(path, pids_max="4915", tasks=1)}


def debian_session() -> Files:
    """A login over ssh: user-1000.slice has TasksMax=33 %."""
    path = "/user.slice/user-1000.slice/session-4.scope"
    cgroup = _unified(path)
    return {
        **machine(),
        **_DEBIAN,
        **process(812, cgroup, limits_text=limits(nofile=(1024, 1048576))),
        "proc/self/mountinfo": v2_mount(),
        "proc/self/cgroup": cgroup,
        **v2_group("/user.slice", tasks=60),
        **v2_group("/user.slice/user-1000.slice", pids_max="41580", tasks=50),
        **v2_group(path, tasks=12),
    }


def fedora_session() -> Files:
    """Fedora: max_map_count is 1,048,576 and swap is on zram."""
    files = {**debian_session(), **_FEDORA}
    return {
        **files,
        "proc/sys/vm/max_map_count": "1048576\n",
        "usr/lib/sysctl.d/10-map-count.conf": "vm.max_map_count=1048576\n",
    }


def fedora_v1_hybrid() -> Files:
    """An older Fedora whose memory and pids controllers are on v1."""
    path = "/system.slice/httpd.service"
    cgroup = f"5:pids:{path}\n4:memory:{path}\n1:name=systemd:{path}\n0::{path}\n"
    return {
        **machine(),
        **_FEDORA,
        **process(812, cgroup, status_text=status("httpd", pid=812, uid=48)),
        "proc/self/mountinfo": v1_mounts(),
        "proc/self/cgroup": cgroup,
        **v1_group("/"),
        **v1_group("/system.slice"),
        **v1_group(path, pids_max="4915"),
    }


def docker_on_host() -> Files:
    """A container's process seen from its host."""
    path = "/system.slice/docker-3f1ad2c9b7e8.scope"
    cgroup = _unified(path)
    app = process(
        812,
        cgroup,
        limits_text=limits(nofile=(1048576, 1048576)),
        status_text=status("app", pid=812, uid=0, capabilities=DOCKER_CAPABILITIES),
    )
    return {
        **machine(),
        **_DEBIAN,
        **app,
        "proc/self/mountinfo": v2_mount(),
        "proc/self/cgroup": "0::/\n",
        **v2_group("/system.slice"),
        **v2_group(path, memory_max=str(2 * GIB), current=300 * MIB, pids_max="4096"),
    }


def alpine_container() -> Files:
    """Alpine in Docker with --memory 512m, looked at from inside."""
    cgroup = "0::/\n"
    app = process(
        1,
        cgroup,
        limits_text=limits(nofile=(1048576, 1048576), nproc=("unlimited", "unlimited")),
        status_text=status("sh", pid=1, uid=0, threads=1, capabilities=DOCKER_CAPABILITIES),
    )
    return {
        **machine(),
        **_ALPINE,
        **_NAMESPACE,
        **app,
        ".dockerenv": "",
        "proc/self/mountinfo": v2_mount(),
        "proc/self/cgroup": cgroup,
        **v2_group("/", memory_max=str(512 * MIB), current=40 * MIB),
    }


def alpine_container_v1() -> Files:
    """The same on a v1 host: the mounts show only the container's part."""
    path = "/docker/3f1ad2c9b7e8"
    cgroup = f"5:pids:{path}\n4:memory:{path}\n"
    app = process(
        1,
        cgroup,
        limits_text=limits(nofile=(1048576, 1048576)),
        status_text=status("sh", pid=1, uid=0, threads=1, capabilities=DOCKER_CAPABILITIES),
    )
    inside = {
        **v1_group("/", memory_max=512 * MIB, current=40 * MIB),
        "sys/fs/cgroup/pids/pids.max": "max\n",
        "sys/fs/cgroup/pids/pids.current": "3\n",
        "sys/fs/cgroup/pids/pids.events": "max 0\n",
    }
    return {
        **machine(),
        **_ALPINE,
        **_NAMESPACE,
        **app,
        ".dockerenv": "",
        "proc/self/mountinfo": v1_mounts(path),
        "proc/self/cgroup": cgroup,
        **inside,
    }


def github_runner() -> Files:
    """A hosted runner: a systemd service on Ubuntu that has raised its own limits."""
    path = "/system.slice/actions.runner.service"
    cgroup = _unified(path)
    runner = process(
        812, cgroup, limits_text=limits(nofile=(65536, 65536)), status_text=status("Runner.Worker", pid=812, threads=20)
    )
    return {
        **machine(tasks=700),
        **_DEBIAN,
        "etc/os-release": "ID=ubuntu\nID_LIKE=debian\n",
        **runner,
        "proc/self/mountinfo": v2_mount(),
        "proc/self/cgroup": cgroup,
        **v2_group("/system.slice"),
        **v2_group(path, pids_max="9830", tasks=60),
        "etc/security/limits.d/60-nofile.conf": (
            "* soft nofile 65536\n* hard nofile 65536\nroot soft nofile 65536\nroot hard nofile 65536\n"
        ),
        "proc/sys/fs/inotify/max_user_watches": "655360\n",
        "etc/sysctl.d/60-runner.conf": "fs.inotify.max_user_watches=655360\n",
    }


def kubernetes_v2_inside() -> Files:
    """A burstable pod on v2 from inside, with containerd 2's 1024:524288."""
    cgroup = "0::/\n"
    app = process(
        1,
        cgroup,
        status_text=status("java", pid=1, threads=40, size_kib=6000000),
        oom_score_adj=936,
        argv=("java", "-Xmx512m", "-jar", "app.jar"),
    )
    return {
        **machine(tasks=1500),
        **_ALPINE,
        **_NAMESPACE,
        **app,
        "proc/self/mountinfo": v2_mount(),
        "proc/self/cgroup": cgroup,
        "run/.containerenv": "",
        **v2_group("/", memory_max=str(GIB), current=500 * MIB, pids_max="1024", tasks=41),
        "proc/meminfo": machine()["proc/meminfo"],
    }


def kubernetes_v2_node() -> Files:
    """The same pod from its node: container, pod and kubepods have limits."""
    pod = "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice"
    path = f"{pod}/cri-containerd-aa.scope"
    cgroup = _unified(path)
    return {
        **machine(tasks=1500),
        **_DEBIAN,
        **process(812, cgroup, status_text=status("app", pid=812)),
        "proc/self/mountinfo": v2_mount(),
        "proc/self/cgroup": "0::/\n",
        **v2_group("/kubepods.slice", memory_max=str(14 * GIB), current=3 * GIB, tasks=200),
        **v2_group("/kubepods.slice/kubepods-burstable.slice", current=2 * GIB, tasks=150),
        **v2_group(pod, memory_max=str(2 * GIB), current=400 * MIB, pids_max="4096", tasks=20),
        **v2_group(path, memory_max=str(GIB), current=390 * MIB, tasks=18),
    }


def kubernetes_v1_node() -> Files:
    """A guaranteed pod on a v1 node."""
    pod = "/kubepods/pod7"
    path = f"{pod}/c1"
    cgroup = f"8:pids:{path}\n4:memory:{path}\n1:name=systemd:{path}\n"
    return {
        **machine(tasks=1500),
        **_DEBIAN,
        **process(812, cgroup, limits_text=limits(nofile=(1048576, 1048576)), oom_score_adj=-997),
        "proc/self/mountinfo": v1_mounts(),
        "proc/self/cgroup": "8:pids:/\n4:memory:/\n",
        **v1_group("/"),
        **v1_group("/kubepods", memory_max=14 * GIB, current=2 * GIB),
        **v1_group(pod, memory_max=GIB, current=300 * MIB, pids_max="4096", tasks=20),
        **v1_group(path, memory_max=GIB, current=290 * MIB, tasks=18),
    }


def database_service() -> Files:
    """PostgreSQL under systemd."""
    path = "/system.slice/postgresql@15-main.service"
    cgroup = _unified(path)
    return {
        **machine(),
        **_DEBIAN,
        "etc/passwd": "root:x:0:0::/root:/bin/sh\npostgres:x:110:110::/var/lib/postgresql:/bin/sh\n",
        **process(812, cgroup, status_text=status("postgres", pid=812, uid=110, threads=1), oom_score_adj=-900),
        "proc/self/mountinfo": v2_mount(),
        "proc/self/cgroup": cgroup,
        **v2_group("/system.slice"),
        **v2_group(path, pids_max="4915", tasks=9),
        "usr/lib/systemd/system/postgresql@.service": "[Service]\nOOMScoreAdjust=-900\n",
    }


def wsl() -> Files:
    """WSL2: every process in the root of the unified hierarchy."""
    return {
        **machine(),
        **_DEBIAN,
        **process(812, "0::/\n", limits_text=limits(nofile=(1024, 1048576))),
        "proc/self/mountinfo": v2_mount(),
        "proc/self/cgroup": "0::/\n",
        "sys/fs/cgroup/cgroup.controllers": "cpu memory pids\n",
    }


STOCK = {
    "debian-service": debian_service,
    "debian-root-service": debian_root_service,
    "debian-session": debian_session,
    "fedora-session": fedora_session,
    "fedora-v1-hybrid": fedora_v1_hybrid,
    "docker-on-host": docker_on_host,
    "alpine-container": alpine_container,
    "alpine-container-v1": alpine_container_v1,
    "github-runner": github_runner,
    "kubernetes-v2-inside": kubernetes_v2_inside,
    "kubernetes-v2-node": kubernetes_v2_node,
    "kubernetes-v1-node": kubernetes_v1_node,
    "database-service": database_service,
    "wsl": wsl,
}
