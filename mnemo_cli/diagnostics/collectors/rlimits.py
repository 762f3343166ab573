"""The resource limits of the target and of ourselves, and the configuration that gives limits to whom it starts.

Of the configuration only lines that set limits are told: limits.d for sessions, systemd's defaults for services,
dockerd's for containers.
"""

from collections.abc import Iterator, Mapping

from mnemo_cli.diagnostics.collector import Collector, Member, Missing, Scene
from mnemo_cli.diagnostics.members import document_member, text_member
from mnemo_cli.diagnostics.reading import few, gathered, missing_of
from mnemo_cli.model import Gap, Json, limit_json
from mnemo_cli.sampling.docker_config import DAEMON_JSON, DockerConfig, read_docker_config
from mnemo_cli.sampling.limits_config import LimitsConfig, read_limits_config, read_pam_services
from mnemo_cli.sampling.systemd_units import Assignment, read_manager

_MOST_PROCESSES = 32
_PREFIXES = ("DefaultLimit", "DefaultMemory", "DefaultTasks", "DefaultOOM")


def collect(scene: Scene) -> Iterator[Member | Missing]:
    lacks: list[Missing] = []
    pids = ("self", *map(str, scene.pids[:_MOST_PROCESSES]))
    text = b"".join(gathered(((f"/proc/{pid}/limits", scene.root / f"proc/{pid}/limits") for pid in pids), lacks))
    if text:
        yield text_member("rlimits/limits.txt", text, "/proc/PID/limits")
    yield from few(lacks)
    gaps: list[Gap] = []
    document: dict[str, Json] = {
        "schema": "mnemo.limits-config/1",
        "limits_conf": _lines(read_limits_config(scene.root, gaps)),
        "pam_limits_services": sorted(read_pam_services(scene.root, gaps)),
        "systemd_defaults": _defaults(read_manager(scene.root, gaps)),
        "docker": _docker(read_docker_config(scene.root)),
    }
    yield document_member("rlimits/configuration.json", document, "/etc/security, /etc/systemd, /etc/docker")
    yield from few(map(missing_of, gaps))


def _lines(config: LimitsConfig) -> dict[str, Json]:
    """A line that pam_limits cannot use may be anything, so only its place is told."""
    return {
        "skips_root": config.skips_root,
        "lines": [
            {
                "path": line.path,
                "line": line.number,
                "domain": line.domain,
                "kind": line.kind,
                "name": line.name,
                "limit": limit_json(line.limit),
            }
            for line in config.lines
        ],
        "bad_lines": [{"path": line.path, "line": line.number} for line in config.bad_lines],
    }


def _defaults(assignments: Mapping[str, Assignment]) -> list[Json]:
    return [
        {"key": key, "text": where.text, "path": where.path, "line": where.line}
        for key, where in assignments.items()
        if key.startswith(_PREFIXES)
    ]


def _docker(config: DockerConfig) -> dict[str, Json]:
    return {
        "path": DAEMON_JSON,
        "is_there": config.is_there,
        "fault": None if config.fault is None else "dockerd could not use it" if config.is_readable else config.fault,
        "default_ulimits": {
            name: {"soft": limit_json(soft), "hard": limit_json(hard)} for name, (soft, hard) in config.limits.items()
        },
    }


COLLECTOR = Collector("rlimits", "resource limits and the configuration that sets them", collect)
