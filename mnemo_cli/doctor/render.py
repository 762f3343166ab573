"""The settings of memory, CPU, descriptors and tasks in the words of Docker, compose, Kubernetes and systemd.

The same word means different things in these worlds, and some have no word: each text says so in its comments.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mnemo_cli.doctor.fixes.wanted import DEFAULT_NR_OPEN
from mnemo_cli.errors import ConfigError
from mnemo_cli.units import GIB, KIB, MIB

_TIB = 1024 * GIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What to render. `memory_swap_total_bytes` is memory and swap together, as Docker counts it."""

    memory_limit_bytes: int
    memory_request_bytes: int
    memory_swap_total_bytes: int
    cpu_limit: float
    cpu_request: float
    nofile_soft: int = 65_536
    nofile_hard: int = 524_288
    nproc: int = 4096

    def __post_init__(self) -> None:
        for lower, upper in (
            ("memory_request_bytes", "memory_limit_bytes"),
            ("memory_limit_bytes", "memory_swap_total_bytes"),
            ("cpu_request", "cpu_limit"),
            ("nofile_soft", "nofile_hard"),
        ):
            low, high = getattr(self, lower), getattr(self, upper)
            if low > high:
                names = [name.removesuffix("_bytes") for name in (lower, upper)]
                raise ConfigError(f"{names[0]} ({low}) is above {names[1]} ({high}); change one of them")

    @property
    def swap_bytes(self) -> int:
        return self.memory_swap_total_bytes - self.memory_limit_bytes


def render(world: str, budget: Budget) -> str:
    """The text for one of WORLDS."""
    text = WORLDS[world](budget)
    if budget.nofile_hard <= DEFAULT_NR_OPEN:
        return text
    return (
        f"# nofile {budget.nofile_hard} is above the kernel's default fs.nr_open, {DEFAULT_NR_OPEN}: nothing starts "
        f"with it\n# unless fs.nr_open is raised on the machine first, at every boot.\n{text}"
    )


def _docker(budget: Budget) -> str:
    return f"""\
# --memory: above it the kernel kills inside the container (exit code 137).
# --memory-reservation: what stays when the host runs short; no limit.
# --memory-swap: memory and swap together, so this is {_size(budget.swap_bytes, "bkmgt")} of swap.
# --cpus throttles; --cpu-shares only weighs when CPUs are contended (1024 for each core asked for).
# --pids-limit, not --ulimit nproc: that would count all processes of the user on the host.
docker run \\
  --memory {_size(budget.memory_limit_bytes, "bkmgt")} \\
  --memory-reservation {_size(budget.memory_request_bytes, "bkmgt")} \\
  --memory-swap {_size(budget.memory_swap_total_bytes, "bkmgt")} \\
  --cpus {_cores(budget.cpu_limit)} \\
  --cpu-shares {_shares(budget.cpu_request)} \\
  --pids-limit {budget.nproc} \\
  --ulimit nofile={budget.nofile_soft}:{budget.nofile_hard} \\
  IMAGE
"""


def _compose(budget: Budget) -> str:
    return f"""\
services:
  app:
    # Above it the kernel kills inside the container (exit code 137).
    mem_limit: {_size(budget.memory_limit_bytes, "bkmgt")}
    # What stays when the host runs short; no limit.
    mem_reservation: {_size(budget.memory_request_bytes, "bkmgt")}
    # Memory and swap together: this is {_size(budget.swap_bytes, "bkmgt")} of swap.
    memswap_limit: {_size(budget.memory_swap_total_bytes, "bkmgt")}
    # Throttles.
    cpus: {_cores(budget.cpu_limit)}
    # Only weighs when CPUs are contended: 1024 for each core asked for.
    cpu_shares: {_shares(budget.cpu_request)}
    # Not an nproc ulimit: that would count all processes of the user on the host.
    pids_limit: {budget.nproc}
    ulimits:
      nofile:
        soft: {budget.nofile_soft}
        hard: {budget.nofile_hard}
"""


def _kubernetes(budget: Budget) -> str:
    quality = (
        "Guaranteed: requests and limits are equal"
        if (budget.memory_request_bytes, budget.cpu_request) == (budget.memory_limit_bytes, budget.cpu_limit)
        else "Burstable: requests below limits, so the pod is not protected from the OOM killer"
    )
    return f"""\
# In the container's spec. QoS is {quality}.
# memory_swap_total: a pod has no field for swap; it is the node's to give.
# nofile {budget.nofile_soft}:{budget.nofile_hard}: a pod has no field for ulimits; on the node LimitNOFILE= of \
containerd.service,
#   or in the image `ulimit -Sn $(ulimit -Hn)` before the program, where only the soft limit is low.
# nproc {budget.nproc}: a pod has no field for tasks; podPidsLimit of the kubelet's configuration.
resources:
  requests:
    # What the scheduler keeps free on a node.
    memory: {_kubernetes_size(budget.memory_request_bytes)}
    cpu: {_kubernetes_cpu(budget.cpu_request)}
  limits:
    # Above it the kernel kills in the container (OOMKilled, exit code 137).
    memory: {_kubernetes_size(budget.memory_limit_bytes)}
    # Throttles.
    cpu: {_kubernetes_cpu(budget.cpu_limit)}
"""


def _systemd(budget: Budget) -> str:
    return f"""\
# /etc/systemd/system/NAME.service.d/60-mnemo.conf; then systemctl daemon-reload and systemctl restart NAME
[Service]
# Above it the kernel kills inside the service (SIGKILL, status 137).
MemoryMax={_size(budget.memory_limit_bytes, " KMGT")}
# Protected from reclaim up to here when the host runs short; no limit.
MemoryLow={_size(budget.memory_request_bytes, " KMGT")}
# Swap alone, not memory and swap together.
MemorySwapMax={_size(budget.swap_bytes, " KMGT")}
# Throttles; 100% is one CPU.
CPUQuota={_trimmed(budget.cpu_limit * 100)}%
# Only weighs when CPUs are contended: 100, the default, for each core asked for.
CPUWeight={min(10_000, max(1, round(budget.cpu_request * 100)))}
# Not LimitNPROC=: that counts all tasks of the user, and does nothing for root.
TasksMax={budget.nproc}
LimitNOFILE={budget.nofile_soft}:{budget.nofile_hard}
"""


def _size(size_bytes: int, letters: str) -> str:
    """In the largest unit that is exact. `letters` are those of 1, 1024, 1024**2, …; a blank is no letter."""
    powers = (_TIB, GIB, MIB, KIB)
    for factor, letter in zip(powers, reversed(letters), strict=False):
        if size_bytes and size_bytes % factor == 0:
            return f"{size_bytes // factor}{letter}"
    return f"{size_bytes}{letters[0].strip()}"


def _kubernetes_size(size_bytes: int) -> str:
    text = _size(size_bytes, " KMGT")
    return text if text.isdigit() else f"{text}i"


def _kubernetes_cpu(cores: float) -> str:
    """In thousandths, the least that Kubernetes knows; a string, since YAML would make 1 a number."""
    thousandths = max(1, round(cores * 1000))
    return f'"{thousandths // 1000}"' if thousandths % 1000 == 0 else f"{thousandths}m"


def _cores(cores: float) -> str:
    return _trimmed(max(cores, 0.01))


def _shares(cores: float) -> int:
    """The kernel takes 2 to 262144."""
    return min(262_144, max(2, round(cores * 1024)))


def _trimmed(number: float) -> str:
    return f"{number:.3f}".rstrip("0").rstrip(".")


WORLDS: Mapping[str, Callable[[Budget], str]] = {
    "docker": _docker,
    "compose": _compose,
    "kubernetes": _kubernetes,
    "systemd": _systemd,
}
