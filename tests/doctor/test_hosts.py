"""Stock machines have no error, and every fault that is planted into one is found: by its check, layer and number."""

import datetime
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from mnemo_cli.doctor.audit import audit
from mnemo_cli.doctor.checks import CHECKS
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.profiles import PROFILES, Needs
from mnemo_cli.doctor.result import Audit, Finding, Severity
from mnemo_cli.doctor.surroundings import Surroundings
from tests.doctor import stock, stock_hosts
from tests.doctor.stock import GIB, MIB, Files, limits, process, status, v1_group, v2_group, write

TODAY = datetime.date(2026, 11, 22)
CAPTURED = Path(__file__).parents[1] / "hosts"
# Trees whose group or machine is full, or has killed: the memory numbers that they were made for are the fault.
SERVICE, SERVICE_GROUP = "/system.slice/nginx.service", "0::/system.slice/nginx.service\n"


def pid_of(files: Files) -> int:
    return 812 if "proc/812/status" in files else 1


def audited(root: Path, files: Files, **asked: Any) -> Audit:
    with Evidence(Surroundings(write(root, files)), pid_of(files), **asked) as evidence:
        return audit(evidence, CHECKS, today=TODAY)


def errors(result: Audit) -> list[tuple[str, str]]:
    return [(each.slug, each.message) for each in result.findings if each.severity is Severity.ERROR]


@pytest.mark.parametrize("name", stock_hosts.STOCK)
def test_a_stock_machine_has_no_error_under_the_profile_auto(tmp_path, name):
    result = audited(tmp_path, stock_hosts.STOCK[name]())
    assert not errors(result)
    assert result.summary["unknown"] == 0, [each for each in result.findings if each.state == "unknown"]
    assert result.summary["pass"] > 25


@pytest.mark.parametrize("name", sorted(path.name for path in CAPTURED.iterdir() if path.is_dir()))
def test_the_small_hosts_have_no_error_but_a_full_group(name):
    """They hold little more than memory: what is not there is unknown or skipped, and never an error."""
    expected = json.loads((CAPTURED / name / "expected.json").read_text())
    pid = expected["target"].get("pid") or "self"
    with Evidence(Surroundings(CAPTURED / name), pid) as evidence:
        result = audit(evidence, CHECKS, today=TODAY)
    allowed = {"group-usage"} if expected["level"] == "critical" or expected.get("at_least") == "critical" else set()
    assert {slug for slug, _ in errors(result)} <= allowed
    assert not [each for each in result.findings if "the check itself failed" in each.message]


class Planted(NamedTuple):
    """A fault in a stock machine. `files` are changed; None takes no file away but makes it unreadable."""

    slug: str
    severity: str
    host: Callable[[], Files]
    files: Files
    used: int | None = None
    limit: int | None = None
    layer: str | None = None
    asked: dict[str, Any] = {}  # noqa: RUF012


def nginx(**changed: Any) -> Files:
    """The service's process, another one than in the stock machine."""
    words = {"pid": 812, "uid": 33, "threads": 1, **changed.pop("status", {})}
    return process(812, SERVICE_GROUP, status_text=status("nginx", **words), **changed)


def knob(name: str, number: object) -> Files:
    return {"proc/sys/" + name.replace(".", "/"): f"{number}\n"}


def crowd(count: int, uid: int) -> Files:
    """Other processes of a user."""
    return {f"proc/{pid}/status": status("worker", pid=pid, uid=uid, threads=1) for pid in range(3000, 3000 + count)}


def inotify(count: int, watches: int) -> Files:
    """Instances cannot be planted without links: `plant_links` makes them of these names."""
    return {f"proc/812/fdinfo/{number}": "inotify wd:1 ino:2\n" * watches for number in range(100, 100 + count)}


H = stock_hosts
CPU_LIMITED = limits(cpu=(60, 120))
PLANTED = [
    Planted(
        "fd-soft-low", "error", H.debian_service, nginx(limits_text=limits(nofile=(64, 64))), limit=64, layer="soft"
    ),
    Planted("fd-soft-low", "note", H.debian_service, {}, used=12, limit=1024, layer="soft"),
    Planted("fd-soft-low", "warning", H.debian_service, nginx(fds=600), used=600, limit=1024, layer="soft"),
    Planted(
        "fd-soft-low", "error", H.debian_service, {}, limit=1024, layer="soft", asked={"needs": Needs(nofile=4096)}
    ),
    Planted(
        "fd-hard-low",
        "warning",
        H.debian_service,
        nginx(limits_text=limits(nofile=(1024, 2048))),
        limit=2048,
        layer="hard",
    ),
    Planted("fd-usage", "error", H.debian_service, nginx(fds=973), used=973, limit=1024, layer="soft"),
    Planted(
        "fd-usage", "error", H.debian_service, nginx(fds=80, limits_text=limits(nofile=(64, 64))), used=80, limit=64
    ),
    Planted(
        "fd-huge",
        "warning",
        H.debian_service,
        nginx(limits_text=limits(nofile=(1073741816, 1073741816))),
        limit=1073741816,
    ),
    Planted("fd-above-nr-open", "warning", H.debian_service, knob("fs.nr_open", 65536), limit=524288, layer="sysctl"),
    Planted(
        "file-max",
        "error",
        H.debian_service,
        {"proc/sys/fs/file-nr": "9500\t0\t10000\n"},
        used=9500,
        limit=10000,
        layer="machine",
    ),
    Planted("file-size-limited", "warning", H.debian_service, nginx(limits_text=limits(fsize=(MIB, MIB))), limit=MIB),
    Planted(
        "task-limit-low", "warning", H.debian_service, nginx(limits_text=limits(nproc=(20, 20))), limit=20, layer="user"
    ),
    Planted(
        "task-usage",
        "error",
        H.debian_service,
        {**nginx(limits_text=limits(nproc=(20, 20))), **crowd(18, 33)},
        used=19,
        limit=20,
        layer="user",
    ),
    Planted(
        "task-limit-not-enforced",
        "warning",
        H.debian_root_service,
        process(
            812,
            "0::/system.slice/cron.service\n",
            limits_text=limits(nproc=(20, 20)),
            status_text=status("cron", pid=812, uid=0, capabilities=stock.ALL_CAPABILITIES),
        ),
        limit=20,
        layer="user",
    ),
    Planted(
        "pids-group-usage",
        "error",
        H.debian_service,
        v2_group("/system.slice", pids_max="100", tasks=96),
        used=96,
        limit=100,
        layer="cgroup /system.slice",
    ),
    Planted(
        "pids-group-usage",
        "warning",
        H.fedora_v1_hybrid,
        v1_group("/system.slice/httpd.service", pids_max="20", tasks=14),
        used=14,
        limit=20,
        layer="cgroup /system.slice/httpd.service",
    ),
    Planted(
        "pids-group-hits",
        "warning",
        H.debian_service,
        v2_group(SERVICE, pids_max="4915", tasks=3, pids_hits=7),
        limit=4915,
        layer=f"cgroup {SERVICE}",
    ),
    Planted("pids-group-low", "note", H.debian_service, v2_group(SERVICE, pids_max="50", tasks=3), used=3, limit=50),
    Planted(
        "threads-max", "error", H.debian_service, knob("kernel.threads-max", 320), used=300, limit=320, layer="machine"
    ),
    Planted("pid-max", "error", H.debian_service, knob("kernel.pid_max", 330), used=300, limit=330, layer="machine"),
    Planted(
        "shared-uid",
        "note",
        H.docker_on_host,
        process(
            812,
            "0::/system.slice/docker-3f1ad2c9b7e8.scope\n",
            limits_text=limits(nproc=(100, 100)),
            status_text=status("app", pid=812, uid=1000),
        ),
        limit=100,
        layer="user",
    ),
    Planted(
        "shared-uid",
        "note",
        H.debian_service,
        {**nginx(limits_text=limits(nproc=(100, 100))), **crowd(5, 33)},
        used=6,
        limit=100,
        layer="user",
    ),
    Planted(
        "signals-pending", "error", H.debian_service, nginx(status={"signals": "62000/63000"}), used=62000, limit=63000
    ),
    Planted("cpu-time-limited", "warning", H.debian_service, nginx(limits_text=CPU_LIMITED), limit=60, layer="soft"),
    Planted("group-unlimited", "warning", H.alpine_container, v2_group("/"), layer="machine"),
    Planted(
        "group-usage",
        "error",
        H.kubernetes_v2_node,
        v2_group("/kubepods.slice", memory_max=str(14 * GIB), current=13 * GIB),
        used=13 * GIB,
        limit=14 * GIB,
        layer="cgroup /kubepods.slice",
    ),
    Planted("group-hits", "warning", H.debian_service, v2_group(SERVICE, memory_max=str(GIB), kills=3), limit=GIB),
    Planted(
        "group-hits",
        "note",
        H.fedora_v1_hybrid,
        v1_group("/system.slice/httpd.service", memory_max=GIB, hits=3),
        limit=GIB,
    ),
    Planted(
        "ancestor-tighter",
        "warning",
        H.kubernetes_v2_node,
        v2_group("/kubepods.slice", memory_max=str(GIB // 2), current=MIB),
        limit=GIB // 2,
        layer="cgroup /kubepods.slice",
    ),
    Planted(
        "high-above-max", "warning", H.debian_service, v2_group(SERVICE, memory_max=str(GIB), high=str(GIB)), limit=GIB
    ),
    Planted(
        "heap-above-limit",
        "error",
        H.kubernetes_v2_inside,
        process(1, "0::/\n", status_text=status("java", pid=1, threads=40), argv=("java", "-Xmx4g")),
        used=4 * GIB,
        limit=GIB,
    ),
    Planted(
        "heap-above-limit",
        "warning",
        H.kubernetes_v2_inside,
        process(1, "0::/\n", status_text=status("app", pid=1), environ="GOMEMLIMIT=1000MiB\0"),
        used=1000 * MIB,
        limit=GIB,
    ),
    Planted(
        "memory-need", "error", H.alpine_container, {}, limit=512 * MIB, asked={"needs": Needs(memory_bytes=2 * GIB)}
    ),
    Planted(
        "address-space-limited",
        "warning",
        H.debian_service,
        nginx(limits_text=limits(as_=(600 * MIB, 600 * MIB))),
        limit=600 * MIB,
    ),
    Planted(
        "address-space-limited",
        "error",
        H.debian_service,
        nginx(limits_text=limits(as_=(64 * MIB, 64 * MIB))),
        used=60000 * 1024,
        limit=64 * MIB,
        layer="soft",
    ),
    Planted(
        "data-limited",
        "error",
        H.debian_service,
        nginx(limits_text=limits(data=(22 * MIB, 22 * MIB))),
        used=20000 * 1024,
        limit=22 * MIB,
    ),
    Planted(
        "rss-limited", "warning", H.debian_service, nginx(limits_text=limits(rss=(10 * MIB, 10 * MIB))), limit=10 * MIB
    ),
    Planted("stack-limited", "warning", H.debian_service, nginx(limits_text=limits(stack=(65536, 65536))), limit=65536),
    Planted(
        "stack-usage", "error", H.debian_service, nginx(status={"stack_kib": 8000}), used=8000 * 1024, limit=8 * MIB
    ),
    Planted(
        "locked-memory", "error", H.debian_service, nginx(status={"locked_kib": 8000}), used=8000 * 1024, limit=8 * MIB
    ),
    Planted(
        "mappings",
        "error",
        H.debian_service,
        nginx(mappings=65412, status={"size_kib": 90000000}),
        used=65412,
        limit=65530,
    ),
    Planted(
        "max-map-count-low", "warning", H.database_service, {}, limit=65530, asked={"profile": PROFILES["database"]}
    ),
    Planted(
        "strict-overcommit",
        "error",
        H.debian_service,
        {**knob("vm.overcommit_memory", 2), "proc/meminfo": stock.meminfo(committed_kib=9000000)},
        used=9000000 * 1024,
        limit=10000000 * 1024,
        layer="machine",
    ),
    Planted(
        "swap", "note", H.debian_service, {"proc/meminfo": stock.meminfo(swap_kib=0, swap_free_kib=0)}, layer="machine"
    ),
    Planted(
        "swap", "warning", H.debian_service, {"proc/meminfo": stock.meminfo(swap_free_kib=1)}, limit=2000000 * 1024
    ),
    Planted(
        "pressure", "warning", H.debian_service, {f"sys/fs/cgroup{SERVICE}/memory.pressure": stock.pressure(some=15)}
    ),
    Planted("pressure", "error", H.wsl, {"proc/pressure/memory": stock.pressure(some=40, full=30)}),
    Planted(
        "huge-pages-always",
        "warning",
        H.database_service,
        {"sys/kernel/mm/transparent_hugepage/enabled": "[always] madvise never\n"},
        asked={"profile": PROFILES["database"]},
    ),
    Planted(
        "huge-pages-idle",
        "warning",
        H.debian_service,
        {"proc/meminfo": stock.meminfo(huge=2000)},
        used=0,
        limit=2000 * 2 * MIB,
    ),
    Planted("emergency-reserve", "warning", H.debian_service, knob("vm.min_free_kbytes", 2000000), used=2000000 * 1024),
    Planted("oom-standing", "warning", H.debian_service, nginx(oom_score_adj=-1000)),
    Planted("panic-on-oom", "warning", H.debian_service, knob("vm.panic_on_oom", 1), layer="machine"),
    Planted(
        "oom-kill-disabled",
        "error",
        H.fedora_v1_hybrid,
        v1_group("/system.slice/httpd.service", kill_disabled=1),
        layer="cgroup /system.slice/httpd.service",
    ),
    Planted(
        "oom-kill-allocating-task", "warning", H.debian_service, knob("vm.oom_kill_allocating_task", 1), layer="machine"
    ),
    Planted(
        "host-oom-kills",
        "note",
        H.debian_service,
        {"proc/vmstat": "pgmajfault 1\nworkingset_refault_anon 0\nworkingset_refault_file 1\noom_kill 4\n"},
        layer="machine",
    ),
    Planted(
        "inotify-watches",
        "error",
        H.debian_service,
        {**inotify(2, 50), **knob("fs.inotify.max_user_watches", 110)},
        used=100,
        limit=110,
        layer="user",
    ),
    Planted("inotify-instances", "error", H.debian_service, inotify(120, 0), used=120, limit=128, layer="user"),
    Planted("inotify-watches-low", "note", H.debian_service, knob("fs.inotify.max_user_watches", 8192), limit=8192),
    Planted("aio-usage", "error", H.debian_service, knob("fs.aio-nr", 65000), used=65000, limit=65536, layer="machine"),
    Planted("aio-low", "warning", H.database_service, {}, limit=65536, asked={"profile": PROFILES["database"]}),
    Planted(
        "limits-d-for-service",
        "warning",
        H.debian_service,
        {"etc/security/limits.d/90-web.conf": "www-data - nofile 65536\n"},
        limit=1024,
        layer="soft",
    ),
    Planted(
        "limits-star-without-root",
        "note",
        H.debian_session,
        {"etc/security/limits.d/90-all.conf": "* - nofile 65536\n"},
    ),
    Planted(
        "limits-lock-out",
        "error",
        H.fedora_session,
        {"etc/security/limits.d/90-all.conf": "* soft nofile unlimited\nalice hard nofile 2000000\n"},
        limit=1048576,
    ),
    Planted(
        "limits-lock-out",
        "error",
        H.fedora_session,
        {"etc/security/limits.d/90-all.conf": "* hard nofile 2000000\n"},
        limit=1048576,
        layer="sysctl",
    ),
    Planted(
        "limits-lock-out", "warning", H.debian_session, {"etc/security/limits.d/90-all.conf": "* hard nofile 2000000\n"}
    ),
    Planted(
        "limits-malformed", "warning", H.debian_session, {"etc/security/limits.d/90-all.conf": "LimitNOFILE=65536\n"}
    ),
    Planted(
        "limits-d-not-live",
        "note",
        H.debian_session,
        {"etc/security/limits.d/90-all.conf": "alice - nofile 65536\n"},
        limit=1048576,
        layer="hard",
    ),
    Planted(
        "unit-not-live",
        "warning",
        H.debian_service,
        {"etc/systemd/system/nginx.service.d/60-mnemo.conf": "[Service]\nLimitNOFILE=65536:600000\n"},
        limit=524288,
        layer="hard",
    ),
    Planted(
        "sysctl-not-live",
        "warning",
        H.debian_service,
        {"etc/sysctl.d/60-mnemo.conf": "vm.max_map_count = 1048576\n"},
        limit=65530,
    ),
    Planted("docker-limits", "error", H.debian_service, {"etc/docker/daemon.json": "{ not json"}),
    Planted(
        "docker-limits",
        "error",
        H.debian_service,
        {"etc/docker/daemon.json": '{"default-ulimits": {"nofile": {"Name": "nofile", "Soft": 1, "Hard": 2000000}}}'},
        limit=1048576,
    ),
    Planted(
        "docker-limits",
        "error",
        H.debian_service,
        {"etc/docker/daemon.json": '{"default-ulimits": {"nofile": {"Name": "nofile", "Soft": 1, "Hard": -1}}}'},
        limit=1048576,
    ),
    Planted(
        "pam-limits-inactive",
        "warning",
        H.alpine_container,
        {"etc/security/limits.d/90-all.conf": "* - nofile 65536\n"},
    ),
    Planted(
        "unit-limits-without-effect",
        "warning",
        H.debian_service,
        {"etc/systemd/system/nginx.service.d/60-mnemo.conf": "[Service]\nLimitRSS=1G\n"},
    ),
    Planted(
        "unit-limits-without-effect",
        "warning",
        H.debian_service,
        {"etc/systemd/system/nginx.service.d/60-mnemo.conf": "[Service]\nLimitAS=1G\n"},
    ),
    Planted(
        "unit-limits-without-effect",
        "warning",
        H.debian_root_service,
        {"etc/systemd/system/cron.service.d/60-mnemo.conf": "[Service]\nLimitNPROC=100\n"},
    ),
]
NAMES = [f"{number}-{planted.slug}-{planted.severity}" for number, planted in enumerate(PLANTED)]


def plant_links(root: Path, files: Files) -> None:
    """What cannot be a text: the descriptors behind fdinfo."""
    for name in files:
        if "/fdinfo/" in name:
            link = root / name.replace("/fdinfo/", "/fd/")
            link.parent.mkdir(parents=True, exist_ok=True)
            if not link.is_symlink():
                link.symlink_to("anon_inode:inotify")


def planted_audit(root: Path, planted: Planted, check_slug: str | None = None) -> Finding:
    files = {**planted.host(), **planted.files}
    write(root, files)
    plant_links(root, files)
    uid_owner(root, files)
    checks = [check for check in CHECKS if check.slug == (check_slug or planted.slug)]
    with Evidence(Surroundings(root), pid_of(files), **planted.asked) as evidence:
        return audit(evidence, checks, today=TODAY).findings[0]


def uid_owner(root: Path, files: Files) -> None:
    """inotify is counted by the owner of the folder: here everything is ours, so that is whose process it is."""
    if any("/fdinfo/" in name for name in files):
        path = root / f"proc/{pid_of(files)}/status"
        path.write_text(path.read_text().replace("Uid:\t33\t33\t33\t33", f"Uid:\t{root.stat().st_uid}\t33\t33\t33"))


@pytest.mark.parametrize("planted", PLANTED, ids=NAMES)
def test_a_planted_fault_is_found_with_its_layer_and_number(tmp_path, planted):
    finding = planted_audit(tmp_path, planted)
    assert (finding.state, finding.severity) == ("finding", Severity[planted.severity.upper()]), finding
    assert planted.used is None or finding.used == planted.used
    assert planted.limit is None or finding.limit == planted.limit
    assert planted.layer is None or finding.layer == planted.layer


def test_a_user_whose_tasks_are_hidden_may_share_its_limit(tmp_path):
    few = Planted("shared-uid", "", H.debian_service, nginx(limits_text=limits(nproc=(100, 100))))
    assert planted_audit(tmp_path, few).state == "unknown"
    in_view = few._replace(files={**few.files, "proc/loadavg": "0.10 0.20 0.30 1/9 4242\n"})
    assert planted_audit(tmp_path, in_view).state == "pass"


def test_without_the_usual_limit_of_tasks_nobody_can_tell_whether_one_was_set_on_purpose(tmp_path):
    untold = {"proc/sys/kernel/threads-max": None, "proc/1/limits": None}
    few = Planted("shared-uid", "", H.debian_service, nginx(limits_text=limits(nproc=(100, 100))) | untold)
    finding = planted_audit(tmp_path, few)
    assert (finding.state, "threads-max" in finding.message) == ("unknown", True)


def test_a_knob_that_cannot_be_read_hides_no_other_that_is_not_live(tmp_path):
    files = {
        "etc/sysctl.d/90-x.conf": "fs.nr_open = 5000\nvm.max_map_count = 999999\n",
        "proc/sys/fs/nr_open": None,
        **knob("vm.max_map_count", 65530),
    }
    finding = planted_audit(tmp_path, Planted("sysctl-not-live", "", H.debian_service, files))
    assert (finding.state, finding.limit) == ("finding", 65530)


def test_a_hit_where_kills_are_not_counted_does_not_say_that_memory_was_reclaimed(tmp_path):
    group = "/system.slice/httpd.service"
    hit = Planted("group-hits", "note", H.fedora_v1_hybrid, v1_group(group, memory_max=GIB, hits=3))
    assert "memory could be reclaimed" in planted_audit(tmp_path, hit).message
    # Before Linux 4.13 there is no oom_kill in it.
    uncounted = {f"sys/fs/cgroup/memory{group}/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\n"}
    message = planted_audit(tmp_path, hit._replace(files=hit.files | uncounted)).message
    assert "hit 3 times" in message and "kills are not counted" in message


def test_every_check_has_a_planted_fault():
    assert {planted.slug for planted in PLANTED} == {check.slug for check in CHECKS}


def files_in(root: Path) -> Iterator[Path]:
    return (
        path for path in sorted(root.rglob("*")) if path.is_file() and not path.is_symlink() and "/fd/" not in str(path)
    )


@pytest.mark.parametrize("planted", PLANTED, ids=NAMES)
def test_a_file_that_cannot_be_read_never_turns_a_finding_into_a_pass(tmp_path, tmp_path_factory, planted):
    planted_audit(tmp_path, planted)
    # One folder takes the place of each file in turn: to make and remove it 7,600 times took longer than the audits.
    beside = tmp_path_factory.mktemp("beside")
    folder, file = beside / "folder", beside / "file"
    folder.mkdir()
    for path in files_in(tmp_path):
        if path.name in (".dockerenv", ".containerenv") or "proc/3" in str(path):
            continue  # their being there is all that counts; of the crowd each is as good as the other
        path.rename(file)
        folder.rename(path)
        checks = [check for check in CHECKS if check.slug == planted.slug]
        with Evidence(Surroundings(tmp_path), pid_of(planted.host()), **planted.asked) as evidence:
            finding = audit(evidence, checks, today=TODAY).findings[0]
        path.rename(folder)
        file.rename(path)
        assert finding.state != "pass", (path, finding)


@pytest.mark.parametrize("name", stock_hosts.STOCK)
def test_with_nothing_readable_nothing_passes(tmp_path, name):
    files = stock_hosts.STOCK[name]()
    result = audited(tmp_path, dict.fromkeys(files))
    passed = [(each.slug, each.message) for each in result.findings if each.state in ("pass", "finding")]
    assert not passed
