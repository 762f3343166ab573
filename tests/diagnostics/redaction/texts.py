"""Redactors for tests, and what they make of a text."""

from collections.abc import Iterable

from mnemo_cli.diagnostics.collector import Content, Member
from mnemo_cli.diagnostics.redaction import Known, Redactor

KEY = bytes(range(32))
KNOWN = Known(
    users=("alice", "José", "cafe", "max", "bob-smith", "Alice Example"),
    hosts=("web-01.corp.example", "web-01", "node7"),
    domains=("corp.example",),
    homes=("/srv/people/alice",),
    addresses=("10.7.8.9", "fe80:0000:0000:0000:00fc:00ff:fe00:0001"),
    macs=("02:fc:00:00:00:01",),
    machine_ids=("3d1219c7c4c5404aaa1f6d2a48adfda4",),
)


def redactor(known: Known = KNOWN, key: bytes = KEY) -> Redactor:
    return Redactor(key, known)


def through(one: Redactor, chunks: Iterable[bytes], content: Content = "log") -> bytes:
    return b"".join(one.member(Member("kernel-log/kernel.log", chunks, content, "a test")))


def safe(text: str, content: Content = "log", one: Redactor | None = None) -> str:
    """One text as a member of its own."""
    raw = text.encode("utf-8", "surrogateescape")
    return through(one or redactor(), (raw,), content).decode("utf-8", "surrogateescape")


OOM_REPORT = """\
[{t}.100001] {trigger} invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order={order}, oom_score_adj={adj}
[{t}.100002] CPU: {order} UID: {uid} PID: {pid2} Comm: {trigger} Not tainted 6.18.0 #1 PREEMPT(none)
[{t}.100003] memory: usage {limit}kB, limit {limit}kB, failcnt {failcnt}
[{t}.100004] Memory cgroup stats for {group}:
[{t}.100005] anon {anon}
[{t}.100006] Tasks state (memory values in pages):
[{t}.100007] [  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes swapents \
oom_score_adj name
[{t}.100008] [ {pid:6}] {uid:5} {pid:5} {vm:8} {rss:8} {rss:8} {file:8} {shmem:9} {pgtables:14} {swap:8} {adj:13} {name}
[{t}.100009] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,\
oom_memcg={group},task_memcg={group}/job,task={name},pid={pid},uid={uid}
[{t}.100010] Memory cgroup out of memory: Killed process {pid} ({name}) total-vm:{vm}kB, anon-rss:{anon}kB, \
file-rss:{file}kB, shmem-rss:{shmem}kB, UID:{uid} pgtables:{pgtables}kB oom_score_adj:{adj}
[{t}.100011] oom_reaper: reaped process {pid} ({name}), now anon-rss:0kB, file-rss:0kB, shmem-rss:{shmem}kB
"""
