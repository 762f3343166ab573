"""Two audits to be shown: a service with everything that can be found, and one that shares a fault with it."""

import pytest

from mnemo_cli.doctor.gate import Gate
from mnemo_cli.doctor.result import Audit, Finding, Item, Severity, Subject
from mnemo_cli.errors import ExitCode
from mnemo_cli.model import UNLIMITED
from mnemo_cli.output.findings import Report, Rule

USUAL = Gate()

NGINX = Subject("process", pid=812, name="nginx", user="www-data", unit="nginx.service")
REDIS = Subject("process", pid=977, name="redis-server", user="redis", unit="redis.service")

FULL = Finding(
    "FD003",
    "fd-usage",
    "finding",
    Severity.ERROR,
    "3,810 of 4,096 (93%) file descriptors are in use; at the limit accept() and open() fail with EMFILE",
    used=3810,
    limit=4096,
    headroom=286,
    unit="descriptors",
    layer="soft",
    source="unit nginx.service LimitNOFILE",
    hits=None,
    evidence=(Item("/proc/812/limits", "Max open files\t4096\t524288"), Item("/proc/812/fd", "3810")),
    fixes=("mnemo ulimit fix --unit nginx.service --need nofile=65536 --plan",),
)
GROUP = Finding(
    "CG004",
    "memory-use",
    "finding",
    Severity.WARNING,
    "the group is 71% full; above its limit the kernel kills inside it",
    used=3_060_164_198,
    limit=4_294_967_296,
    headroom=1_234_803_098,
    unit="bytes",
    layer="cgroup /system.slice/nginx.service",
    source="unit nginx.service MemoryMax",
    hits=12,
    evidence=(Item("/sys/fs/cgroup/system.slice/nginx.service/memory.max", "4294967296"),),
    fixes=("systemctl set-property nginx.service MemoryMax=6G", "systemctl show nginx.service -p MemoryMax"),
)
SWAP = Finding(
    "MM009",
    "no-swap",
    "finding",
    Severity.NOTE,
    "the machine has no swap: memory that runs out is felt as kills at once",
    layer="machine",
    evidence=(Item("/proc/swaps", "Filename Type Size Used Priority"),),
)
UNKNOWN = Finding(
    "IN002",
    "inotify-watches",
    "unknown",
    None,
    "/proc/812/fdinfo cannot be read: Permission denied; run as root or as www-data",
)
WAIVED = Finding(
    "MM003",
    "rss-limit",
    "waived",
    Severity.WARNING,
    "ulimit -m has no effect on Linux (waived until 2027-01-31: the vendor's start script sets it)",
    limit=10_485_760,
    unit="bytes",
    layer="soft",
)
SKIPPED = Finding("PR004", "pids-max", "skipped", None, "there is no pids group here")
PASSED = Finding(
    "PR001", "nproc", "pass", None, "in order", used=41, limit=UNLIMITED, headroom=UNLIMITED, unit="tasks", layer="user"
)

ONE = (Audit(NGINX, "server", (PASSED, FULL, SWAP, UNKNOWN, GROUP, WAIVED, SKIPPED)),)
TWO = (
    *ONE,
    Audit(REDIS, "database", (PASSED, SWAP, UNKNOWN._replace(message="/proc/977/fdinfo cannot be read: run as root"))),
)
RULES = (
    Rule(
        "FD003",
        "fd-usage",
        "A process near its descriptors fails soon.",
        "A process near its descriptors fails soon.\n\nMore.",
    ),
)


@pytest.fixture
def report():
    """A report of the given audits; by default of one service that has an error."""

    def build(audits=ONE, *, exit_code=ExitCode.FINDING, gate=USUAL, rules=RULES):
        return Report(audits, exit_code, gate, rules)

    return build


@pytest.fixture
def two():
    """The audits of two services."""
    return TWO
