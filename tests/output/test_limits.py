"""Inventories shown: what binds first on top, every number in its column, JSON after its schema, and no raw text."""

import json
from importlib import resources

import jsonschema
import pytest

from mnemo_cli.doctor.budget import Allowance, add_up, compare
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.headroom import Headroom, Layer
from mnemo_cli.doctor.inventory import Inventory, Knob, LimitRow, Whom, inventory_of
from mnemo_cli.doctor.surroundings import Surroundings
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import UNLIMITED, Gap
from mnemo_cli.output.limits import LimitsFormat, Shown, render
from mnemo_cli.sampling.cpu import CpuGroup
from mnemo_cli.units import GIB, MIB
from tests.doctor.stock import write
from tests.doctor.stock_hosts import STOCK

SCHEMA = json.loads(resources.files("mnemo_cli").joinpath("schemas/limits.schema.json").read_text())
APP = "cgroup /app"
UNIT = "unit app.service LimitNOFILE (/etc/systemd/system/app.service line 4)"
ROWS = (
    LimitRow("RLIMIT_NOFILE", "process", "rlimit", "descriptors", 4096, 524288, 3810, UNIT),
    LimitRow("RLIMIT_RSS", "process", "rlimit", "bytes", 10 * MIB, UNLIMITED, None, None, note="has no effect on Linux",
             is_enforced=False, is_counted=False),
    LimitRow("RLIMIT_AS", "process", "rlimit", "bytes", UNLIMITED, UNLIMITED, 5 * MIB),
    LimitRow("RLIMIT_CPU", "process", "rlimit", "seconds", UNLIMITED, UNLIMITED, is_counted=False),
    LimitRow("vm.max_map_count", "process", "sysctl", "mappings", 65530, 65530, None, "kernel default",
             lack="cannot read /proc/812/maps: Permission denied (needs the right to trace the process: run as root)"),
    LimitRow("memory.max", "group", APP, "bytes", 2 * GIB, 2 * GIB, GIB, hits=12, has_hits=True,
             note="the kernel has killed 2 processes here for memory"),
    LimitRow("pids.max", "group", APP, "tasks", UNLIMITED, UNLIMITED, 30, hits=0, has_hits=True),
    LimitRow("RLIMIT_NPROC", "user", "user www-data", "tasks", 96365, 96365, None, "inherited from PID 1",
             lack="at least 9; 40 tasks are hidden from here (host's /proc)"),
    LimitRow("kernel.pid_max", "machine", "machine", "tasks", 4194304, 4194304, 1500, "/etc/sysctl.d/9.conf line 1"),
)  # fmt: skip
INVENTORY = Inventory(
    whom=Whom("process", 812, "app", "www-data", "app.service", "/app"),
    headrooms=(
        Headroom(
            "threads",
            "tasks",
            (
                Layer("RLIMIT_NPROC of the user", None, 96365),
                Layer("pids.max of /app", None, None),
                Layer("kernel.pid_max", 1500, 4194304),
            ),
        ),
        Headroom("memory", "bytes", (Layer("memory.max of /app", GIB, 2 * GIB),)),
        Headroom("mappings", "mappings", (Layer("vm.max_map_count", None, 65530),)),
        Headroom("descriptors", "descriptors", (Layer("RLIMIT_NOFILE soft", 3810, 4096),), 524288),
        Headroom("inotify watches", "watches", (Layer("fs.inotify.max_user_watches", None, None),)),
    ),
    rows=ROWS,
    cpu=(CpuGroup("/app", "cpu.max", 0.5, 0.1, 100, 5, 1.25), CpuGroup("/", "cpu.max", UNLIMITED, 0.1, 0, 0, 0.0)),
    knobs=(
        Knob("oom_score_adj", -500, "whom the OOM killer takes first"),
        Knob("vm.swappiness", None, "", lack="cannot read /proc/sys/vm/swappiness: Is a directory"),
    ),
    gaps=(Gap("limits", "/sys/fs/cgroup", "limits above this control-group namespace cannot be seen from inside it"),),
)  # fmt: skip
BUDGET = compare(add_up(Allowance(1000, 10_000, 20, 10_000, 1000, fixed_bytes=GIB)), INVENTORY.memory, Edges())
TABLE_80 = """\
app (pid 812)  user www-data  unit app.service  cgroup /app

HEADROOM              LEFT  BINDS
descriptors            286  RLIMIT_NOFILE soft (3,810 of 4,096)
memory               1.00G  memory.max of /app (1.00G of 2.00G)
threads          <= 96,365  RLIMIT_NPROC of the user (? of 96,365); unknown:
                            pids.max of /app
mappings         <= 65,530  vm.max_map_count (? of 65,530)
inotify watches          ?  unknown: fs.inotify.max_user_watches

BUDGET            AT MOST    LOW   HIGH  ASSUMED
events              1,000   1.0M   1.0M  1.0K each
work queue         10,000   9.8M   9.8M  1.0K each
database pool          20    19M    95M  1 to 5 MB each
embeddings cache   10,000    30M    30M  768 dimensions x 4 bytes + a key of 64
                                         bytes
history             1,000   1.0M   1.0M  1.0K each
fixed memory            1  1.00G  1.00G  as configured
together                   1.06G  1.13G
Full components take 1.06G to 1.13G, 53.0% to 56.7% of the 2.00G of memory.max
of /app: that alone is moderate.

LIMIT                USED       SOFT       HARD  SHARE   HEADROOM  HITS
of a process
  RLIMIT_NOFILE     3,810      4,096    524,288  93.0%        286     -
  RLIMIT_RSS            -        10M  unlimited      -          -     -
    has no effect on Linux
  vm.max_map_count      ?     65,530                 ?          ?     -
  no limit: RLIMIT_AS, RLIMIT_CPU
cgroup /app
  memory.max        1.00G      2.00G             50.0%      1.00G    12
    the kernel has killed 2 processes here for memory
  no limit: pids.max
of all processes of user www-data
  RLIMIT_NPROC          ?     96,365     96,365      ?          ?     -
of the whole machine
  kernel.pid_max    1,500  4,194,304              0.0%  4,192,804     -

CPU
  cgroup /app: 0.5 cores; throttled in 5 of 100 periods (5.0%), 1.2s in all

KNOB           VALUE
oom_score_adj   -500  whom the OOM killer takes first
vm.swappiness      ?

SET BY
  unit app.service LimitNOFILE (/etc/systemd/system/app.service line 4):
    RLIMIT_NOFILE
  kernel default: vm.max_map_count
  inherited from PID 1: RLIMIT_NPROC
  /etc/sysctl.d/9.conf line 1: kernel.pid_max

UNKNOWN
  Permission denied (needs the right to trace the process: run as root):
    /proc/812/maps (vm.max_map_count)
  at least 9; 40 tasks are hidden from here (host's /proc): RLIMIT_NPROC
  Is a directory: /proc/sys/vm/swappiness
  limits above this control-group namespace cannot be seen from inside it:
    /sys/fs/cgroup (limits)
"""


def table(*shown, width=80):
    return render(shown, LimitsFormat.TABLE, width=width)


def validated(*shown):
    document = json.loads(render(shown, LimitsFormat.JSON))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    return document


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_what_binds_first_stands_on_top_and_everything_below_at_80_columns():
    text = table(Shown(INVENTORY, BUDGET))
    assert text.splitlines() == TABLE_80.splitlines()


def test_a_wide_terminal_breaks_fewer_lines():
    wide = table(Shown(INVENTORY, BUDGET), width=140)
    assert "a key of 64 bytes\n" in wide
    assert len(wide.splitlines()) < len(TABLE_80.splitlines())


def test_no_budget_and_no_quota_leave_no_empty_headings():
    text = table(Shown(INVENTORY._replace(cpu=(), knobs=(), gaps=(), rows=(ROWS[0],))))
    assert not {"BUDGET", "CPU", "KNOB", "UNKNOWN"} & set(text.split())
    assert "no quota, and never throttled" in table(Shown(INVENTORY._replace(cpu=INVENTORY.cpu[1:])))


def test_plain_is_one_line_for_each_limit_with_all_that_is_known_of_it():
    lines = render([Shown(INVENTORY, BUDGET)], LimitsFormat.PLAIN).splitlines()
    assert lines[0] == "target  app (pid 812)  user www-data  unit app.service  cgroup /app"
    assert [line.split("  ")[1] for line in lines if line.startswith("limit  ")] == [row.name for row in ROWS]
    assert (
        "limit  RLIMIT_NOFILE  rlimit  soft 4,096  hard 524,288  used 3,810  share 93.0%  headroom 286  hits -  "
        f"descriptors  set by {UNIT}"
    ) in lines
    assert "headroom  memory  1.00G  memory.max of /app (1.00G of 2.00G)" in lines
    assert "headroom  mappings  <= 65,530 mappings  vm.max_map_count (? of 65,530)" in lines
    assert "budget  database pool  at most 20  19M to 95M  1 to 5 MB each" in lines
    assert "unknown  RLIMIT_NPROC  at least 9; 40 tasks are hidden from here (host's /proc)" in lines


def test_json_has_a_number_unlimited_or_null_with_an_entry_in_gaps():
    (one,) = validated(Shown(INVENTORY, BUDGET))["targets"]
    limits = {row["name"]: row for row in one["limits"]}
    nofile = limits["RLIMIT_NOFILE"]
    assert (nofile["soft"], nofile["hard"], nofile["used"], nofile["headroom"]) == (4096, 524288, 3810, 286)
    assert nofile["used_ratio"] == pytest.approx(0.93, abs=0.001)
    assert limits["RLIMIT_AS"]["soft"] == "unlimited" and limits["vm.max_map_count"]["used"] is None
    assert (limits["memory.max"]["hits"], limits["RLIMIT_RSS"]["enforced"]) == (12, False)
    headroom = {each["name"]: each for each in one["headroom"]}
    assert headroom["descriptors"]["binding"]["name"] == "RLIMIT_NOFILE soft"
    assert headroom["descriptors"]["ceiling"] == 524288
    assert headroom["threads"]["unknown"] == ["RLIMIT_NPROC of the user", "pids.max of /app"]
    assert one["cpu"][0]["throttled_ratio"] == 0.05 and one["cpu"][1]["limit_cores"] == "unlimited"
    assert one["budget"]["level"] == "moderate" and one["budget"]["parts"][-1]["low_bytes"] == GIB


@pytest.mark.parametrize("wrong", [{"soft": "max"}, {"used": -1}, {"scope": "thread"}, {"extra": 1}])
def test_the_schema_refuses_what_is_no_such_document(wrong):
    document = validated(Shown(INVENTORY))
    document["targets"][0]["limits"][0] |= wrong
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(document)


def test_several_targets_are_one_document_and_one_stanza_each():
    both = Shown(INVENTORY), Shown(INVENTORY._replace(whom=Whom("host", name="/"), absence=None))
    assert len(validated(*both)["targets"]) == 2
    assert [line for line in table(*both).splitlines() if line.startswith(("app (pid", "host"))] == [
        "app (pid 812)  user www-data  unit app.service  cgroup /app",
        "host",
    ]


def test_what_a_stranger_calls_itself_moves_no_cursor():
    evil = "x\x1b[2J\u202e\nroot"
    row = ROWS[0]._replace(layer=f"user {evil}", scope="user", source=evil, lack=evil)
    whom = Whom("process", 1, evil, evil, evil, "/g")
    left = Headroom("memory", "bytes", (Layer(f"memory.max of {evil}", None, None), Layer(evil, 1, 2)))
    inventory = INVENTORY._replace(whom=whom, rows=(row,), headrooms=(left,), gaps=(Gap(evil, evil, evil),))
    for limits_format in (LimitsFormat.TABLE, LimitsFormat.PLAIN):
        text = render([Shown(inventory, compare(add_up(Allowance(1, 1, 1, 1, 1)), left, Edges()))], limits_format)
        assert all(line.isprintable() for line in text.splitlines())
        assert "\nroot" not in text


@pytest.mark.parametrize("host", STOCK)
def test_every_stock_host_can_be_shown_in_every_format(tmp_path, host):
    files = STOCK[host]()
    pid = next(int(name.split("/")[1]) for name in files if name.endswith("/status") and "self" not in name)
    with Evidence(Surroundings(write(tmp_path, files)), pid) as evidence:
        shown = Shown(inventory_of(evidence))
    (one,) = validated(shown)["targets"]
    gaps = " ".join(gap["field"] for gap in one["gaps"])
    for row in one["limits"]:
        if row["soft"] is None or (row["counted"] and row["used"] is None):
            assert row["name"] in gaps, row
    lines = table(shown).splitlines()
    # A long path is not broken: it could not be copied.
    assert not [line for line in lines if len(line) > 80 and "/" not in line]
    assert "HEADROOM" in lines[2] or "HEADROOM" in lines[3]
