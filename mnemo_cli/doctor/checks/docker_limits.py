"""The limits that dockerd gives to new containers are wrong: the file cannot be read, or they cannot work.

A daemon.json that is not JSON keeps dockerd from starting. A nofile above fs.nr_open makes every
container fail to start. nproc counts all tasks of a uid over the whole host: use --pids-limit.
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, Skipped
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.sampling.docker_config import DAEMON_JSON

_KERNEL_DEFAULT = 1048576


def run(evidence: Evidence) -> Outcome:
    docker = evidence.machine.docker
    evidence.saw(DAEMON_JSON, docker.fault or ("there" if docker.is_there else "not there"))
    if not docker.is_there:
        return Skipped(f"there is no {DAEMON_JSON}")
    if docker.fault is not None and not docker.is_readable:
        return evidence.unknown("docker", otherwise=f"cannot read {DAEMON_JSON}: {docker.fault}")
    if docker.fault is not None:
        return Fault("error", f"dockerd cannot start with {DAEMON_JSON}: {docker.fault}", source=DAEMON_JSON)
    ceiling = evidence.sysctl("fs.nr_open") if evidence.machine.has_knobs else _KERNEL_DEFAULT
    hard = docker.limits.get("nofile", (0, 0))[1]
    if ceiling is None:
        return evidence.unknown("fs.nr_open")
    # Infinity is above fs.nr_open, too: setrlimit fails with EPERM.
    if not isinstance(hard, int) or hard > ceiling:
        shown = f"{hard:,}" if isinstance(hard, int) else "unlimited"
        words = f"default-ulimits asks for nofile {shown}, above fs.nr_open = {ceiling:,}: no container can start"
        return Fault("error", words, limit=ceiling, unit="descriptors", layer="sysctl", source=DAEMON_JSON)
    if "nproc" in docker.limits:
        words = "default-ulimits sets nproc, which counts a uid over the whole host: start containers with --pids-limit"
        return Fault("warning", words, layer="user", source=DAEMON_JSON)
    return Pass("dockerd's defaults can work")


CHECK = Check("CF008", "docker-limits", run, about="config")
