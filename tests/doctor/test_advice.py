"""The lines that findings offer to type: they fit the place, and never ask for what cannot be."""

import datetime

import pytest

from mnemo_cli.doctor.audit import audit
from mnemo_cli.doctor.checks import CHECKS
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.surroundings import Surroundings
from tests.doctor import stock_hosts
from tests.doctor.stock import limits, write
from tests.doctor.test_hosts import crowd, knob, nginx

TODAY = datetime.date(2026, 11, 22)


def fixes_of(root, slug, *files):
    """Of the service nginx on a stock Debian with these files changed."""
    planted = stock_hosts.debian_service()
    for changed in files:
        planted.update(changed)
    checks = [check for check in CHECKS if check.slug == slug]
    with Evidence(Surroundings(write(root, planted)), 812) as evidence:
        (finding,) = audit(evidence, checks, today=TODAY).findings
    assert finding.state == "finding"
    return finding.fixes


@pytest.mark.parametrize(
    ("slug", "files"),
    [
        ("fd-soft-low", ()),
        ("fd-hard-low", (nginx(limits_text=limits(nofile=(1024, 2048))),)),
        ("fd-usage", (nginx(fds=1000),)),
        ("task-limit-low", (nginx(limits_text=limits(nproc=(100, 100))),)),
        ("task-usage", (nginx(limits_text=limits(nproc=(100, 100))), crowd(95, 33))),
    ],
)
def test_a_service_is_mended_in_its_unit_since_limits_d_never_applies_to_it(tmp_path, slug, files):
    assert fixes_of(tmp_path, slug, *files)[-1].startswith("mnemo ulimit fix --plan --unit nginx.service --need ")


def test_whoever_is_full_is_given_no_less_than_is_recommended(tmp_path):
    fixes = fixes_of(tmp_path, "fd-usage", nginx(fds=60, limits_text=limits(nofile=(64, 524288))))
    assert fixes[0] == "mnemo ulimit raise --pid 812 --nofile 65536"


def test_no_advice_goes_above_nr_open(tmp_path):
    changed = nginx(fds=900, limits_text=limits(nofile=(1024, 2048))), knob("fs.nr_open", 2048)
    assert fixes_of(tmp_path, "fd-usage", *changed)[0] == "mnemo ulimit raise --pid 812 --nofile 2048"


def test_at_nr_open_nothing_is_advised_that_would_change_nothing(tmp_path):
    changed = nginx(fds=2000, limits_text=limits(nofile=(2048, 2048))), knob("fs.nr_open", 2048)
    assert fixes_of(tmp_path, "fd-usage", *changed) == ()


def test_a_knob_set_by_hand_goes_to_a_file_of_the_persons_own(tmp_path):
    # Lines of others in 60-mnemo.conf would make `mnemo ulimit fix --undo` refuse.
    fixes = fixes_of(tmp_path, "panic-on-oom", knob("vm.panic_on_oom", 2))
    assert fixes and not any("60-mnemo.conf" in line for line in fixes)


@pytest.mark.parametrize(
    ("group", "unit"), [("system.slice", "system.slice"), ("system.slice/nginx.service", "nginx.service")]
)
def test_the_group_that_binds_is_raised_and_not_the_one_inside_it(tmp_path, group, unit):
    tasks = {f"sys/fs/cgroup/{group}/pids.max": "10\n", f"sys/fs/cgroup/{group}/pids.current": "10\n"}
    assert fixes_of(tmp_path / "tasks", "pids-group-usage", tasks) == (f"systemctl set-property {unit} TasksMax=40",)
    low = {f"sys/fs/cgroup/{group}/pids.max": "1000\n"}
    assert fixes_of(tmp_path / "low", "pids-group-low", low) == (f"systemctl set-property {unit} TasksMax=4096",)
    memory = {f"sys/fs/cgroup/{group}/memory.max": "1000\n", f"sys/fs/cgroup/{group}/memory.current": "200000000\n"}
    assert fixes_of(tmp_path / "memory", "group-usage", memory) == (f"systemctl set-property {unit} MemoryMax=…",)
