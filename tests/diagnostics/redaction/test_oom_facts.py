"""What `explain` needs of an OOM report survives redaction: numbers, groups, and names that match."""

import io
import re

from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.diagnostics.redaction import Known
from mnemo_cli.forensics.log import read_log
from tests.diagnostics.redaction.texts import OOM_REPORT, redactor, safe

NUMBER = re.compile(r"(?<![\w.:-])\d+(?![\w.:-])|(?<=:)\d+(?=kB)|(?<==)\d+")
PIDS = st.integers(2, 4194304)
AMOUNTS = st.integers(0, 1 << 40)
GROUPS = st.sampled_from(
    [
        "/app",
        "/kubepods/burstable/pod1b2c3d4e-5f60-7182-93a4-b5c6d7e8f901/" + "3f" * 32,
        "/system.slice/x.service",
        "/user.slice/user-1000.slice/user@1000.service",
        "/docker/" + "ab" * 32,
        "/lxc/node-1",
    ]
)
# Names that try to be a secret's beginning, an address, a user, or the end of the field that they stand in.
PLAIN_NAMES = [
    "python",
    "alice",
    "node7",
    "max",
    "TOKEN=",
    "token:",
    "--password",
    "password",
    "-p",
    "mysql -p",
    "user=",
    "for user",
    "curl -u",
    "x,pid=1,uid=0",
    "(sd-pam)",
    "CPU 2/KVM",
    "runc:[2:INIT]",
    "10.1.2.3",
    "fd00::7",
    "aa:bb:cc:dd:e",
    "a@b.example",
    "://a:b@c",
    "/home/zoe",
    "[kthreadish]",
    "Bearer ",
    "name: token",
    "USER=x",
    "sudo: x : ",
    "PASSWORD=a b",
]
NAMES = st.one_of(
    st.sampled_from(PLAIN_NAMES),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=15),
)
REPORTS = st.fixed_dictionaries(
    {
        **dict.fromkeys(("pid", "pid2"), PIDS),
        **dict.fromkeys(("limit", "failcnt", "anon", "vm", "rss", "file", "shmem", "pgtables", "swap"), AMOUNTS),
        "uid": st.integers(0, 70000),
        "adj": st.integers(-1000, 1000),
        "order": st.integers(0, 10),
        "t": st.integers(10, 9999999),
        "group": GROUPS,
        "name": NAMES,
        "trigger": NAMES,
    }
)


def victims(text: str) -> list[tuple[object, ...]]:
    """The facts of the verdict, without the names."""
    reading = read_log(io.BytesIO(text.encode()), "kernel log")
    return [
        (
            kill.killer,
            kill.scope,
            kill.limit_cgroup,
            kill.victim_cgroup,
            kill.limit_bytes,
            kill.used_bytes,
            kill.victim._replace(name=None),
            [task._replace(name="") for task in kill.tasks],
        )
        for kill in reading.kills
    ]


@given(REPORTS, st.sampled_from(["", "Nov 22 14:02:31 web-01 kernel: ", "2026-11-22T14:02:31+0000 zeus kernel: "]))
def test_no_number_of_a_report_is_lost(facts, prefix):
    plain = facts | {"name": "worker", "trigger": "sh"}
    report = "".join(prefix + line for line in OOM_REPORT.format(**plain).splitlines(keepends=True))
    came = safe(report)
    assert NUMBER.findall(came) == NUMBER.findall(report)
    assert came.count(facts["group"]) == report.count(facts["group"])


@given(REPORTS)
def test_a_process_cannot_hide_numbers_behind_its_name(facts):
    came = safe(OOM_REPORT.format(**facts))
    assert f",pid={facts['pid']},uid={facts['uid']}\n" in came
    assert (
        f"Killed process {facts['pid']} (" in came and f") total-vm:{facts['vm']}kB, anon-rss:{facts['anon']}kB" in came
    )
    assert " invoked oom-killer: gfp_mask=" in came and f"[ {facts['pid']:6}] {facts['uid']:5}" in came
    assert f"oom_memcg={facts['group']},task_memcg={facts['group']}/job,task=" in came


@given(REPORTS)
def test_the_verdict_is_the_same_before_and_after(facts):
    report = OOM_REPORT.format(**facts)
    assert victims(safe(report)) == victims(report)


@given(REPORTS, st.sampled_from(["alice", "web-01", "bob-smith", "zeus"]))
def test_a_victim_that_bears_a_known_name_has_one_alias_in_all_lines(facts, name):
    one = redactor(Known(users=("alice", "bob-smith"), hosts=("web-01", "zeus")))
    came = safe(OOM_REPORT.format(**(facts | {"name": name, "trigger": "sh"})), one=one)
    assert name not in came
    assert len(set(re.findall(r"(?:user|host)-(?!1000)[0-9a-f]{3,15}", came))) == 1
    shown = re.search(r"task=([^,]+),pid", came)
    assert shown is not None and came.count(f"({shown[1]})") == 2
