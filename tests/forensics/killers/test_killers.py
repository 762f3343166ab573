"""Each killer's own lines, as it writes them; the same words from anybody else kill nobody."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.forensics.killers import KILLERS, WANTED_LITERALS, kills_of, notices_of
from mnemo_cli.forensics.killers.parallel import JOBLOG_HEADER, joblog_kills
from mnemo_cli.forensics.log import read_log
from tests.forensics.deaths import CONTAINER, lines

SCOPE = "/user.slice/user-1001.slice/user@1001.service/app.slice/vte-spawn-dbb4.scope"
KILLS = [
    # sender, lines, killer, signal, pid, name
    (
        "earlyoom",
        ['sending SIGTERM to process 812 uid 1000 "chrome": badness 733, VmRSS 3210 MiB'],
        "earlyoom",
        "SIGTERM",
        812,
        "chrome",
    ),
    (
        "earlyoom",
        ['sending SIGKILL to process 812 "chrome": badness 733, VmRSS 3 MiB'],
        "earlyoom",
        "SIGKILL",
        812,
        "chrome",
    ),
    (
        "earlyoom",
        ['sending SIGTERM to process 812 uid 0 "(sd-pam)": oom_score 1, VmRSS 3 MiB, cmdline "a "b" c"'],
        "earlyoom",
        "SIGTERM",
        812,
        "(sd-pam)",
    ),
    (
        "earlyoom",
        ['sending SIGTERM to process 812 uid 0 "a": badness 1, VmRSS 1 MiB": badness 733, VmRSS 3 MiB'],
        "earlyoom",
        "SIGTERM",
        812,
        'a": badness 1, VmRSS 1 MiB',
    ),
    (
        "nohang",
        [
            "  PID: 903309, name: mysqld, badness: 849",
            "Implementing a corrective action:",
            "  Sending SIGKILL to the victim",
        ],
        "nohang",
        "SIGKILL",
        903309,
        "mysqld",
    ),
    (
        "nohang-desktop",
        ["  PID: 12297, Name: tail, badness: 727", "  Send SIGTERM to the victim; total response time: 7 ms"],
        "nohang",
        "SIGTERM",
        12297,
        "tail",
    ),
    ("nohang", ["  Send SIGTERM to the victim; total response time: 7 ms"], "nohang", "SIGTERM", None, None),
    ("bustd", ["[LOG] Victim => pid: 99, comm: cc1plus, oom_score: 1200"], "bustd", "SIGKILL", 99, "cc1plus"),
    (
        "systemd-oomd",
        [
            f"Killed {SCOPE} due to memory pressure for /user.slice/user-1001.slice being 51.07% > 50.00% "
            "for > 20s with reclaim activity"
        ],
        "systemd-oomd",
        "SIGKILL",
        None,
        "vte-spawn-dbb4.scope",
    ),
    (
        "systemd-oomd",
        [
            f"Marked {SCOPE} for killing due to memory used (1) / total (2) and swap used (3) / total (4) being more "
            "than 90.00%"
        ],
        "systemd-oomd",
        "SIGKILL",
        None,
        "vte-spawn-dbb4.scope",
    ),
    (
        "systemd",
        ["web.service: systemd-oomd killed 12 process(es) in this unit."],
        "systemd-oomd",
        "SIGKILL",
        None,
        "web.service",
    ),
    (
        "kubelet",
        [
            'I0528 16:05:50.5 2269385 manager.go:369] "Eviction manager: attempting to reclaim" resourceName="memory"',
            'I0528 16:05:54.8 2269385 manager.go:627] "Eviction manager: pod is evicted successfully" pod="shop/web-1"',
        ],
        "kubelet",
        "SIGTERM",
        None,
        "shop/web-1",
    ),
    (
        "k3s",
        ['"Event occurred" object="shop/web-1" reason="Evicted" message="The node was low on resource: memory. T"'],
        "kubelet",
        "SIGTERM",
        None,
        "shop/web-1",
    ),
    ("kubelet", ["System OOM encountered, victim process: postgres, pid: 1234"], "kernel", "SIGKILL", 1234, "postgres"),
    (
        None,
        [
            "distributed.nanny.memory - WARNING - "
            "Worker tcp://127.0.0.1:49477 (pid=59029) exceeded 95% memory budget. Restarting..."
        ],
        "dask",
        "SIGTERM",
        59029,
        "tcp://127.0.0.1:49477",
    ),
    (
        None,
        ["distributed.nanny - WARNING - Worker exceeded 95% memory budget. Restarting"],
        "dask",
        "SIGTERM",
        None,
        None,
    ),
]


@pytest.mark.parametrize(("sender", "texts", "killer", "signal", "pid", "name"), KILLS)
def test_each_killers_lines_name_the_victim_and_are_quoted(sender, texts, killer, signal, pid, name):
    (kill,) = kills_of(lines(*texts, identifier=sender, time_seconds=5.0, clock="unix"), "journal")
    assert (kill.killer, kill.signal, kill.victim.pid, kill.victim.name) == (killer, signal, pid, name)
    assert kill.time_seconds == 5.0 and kill.evidence[-1].line == len(texts)
    assert kill.evidence[-1].text == f"raw {texts[-1]}"


def test_the_memory_that_earlyoom_tells_is_in_bytes():
    text = 'sending SIGTERM to process 812 uid 1000 "chrome": badness 733, VmRSS 3210 MiB'
    (kill,) = kills_of(lines(text, identifier="earlyoom"), "journal")
    assert kill.tasks[0].rss_bytes == 3210 << 20


@pytest.mark.parametrize(("sender", "texts", "killer", "signal", "pid", "name"), KILLS)
def test_the_same_words_from_an_application_kill_nobody(sender, texts, killer, signal, pid, name):
    assert kills_of(lines(*texts, identifier="myapp"), "journal") == ()
    assert kills_of(lines(*texts, from_kernel=True), "journal") == ()


@pytest.mark.parametrize(("sender", "texts", "killer", "signal", "pid", "name"), KILLS)
def test_a_logs_reader_finds_every_one_of_their_lines(sender, texts, killer, signal, pid, name):
    wanted = [text for text in texts if text != "Implementing a corrective action:"]
    assert all(any(literal in text.encode() for literal in WANTED_LITERALS) for text in wanted)


@pytest.mark.parametrize(
    ("sender", "text"),
    [
        ("earlyoom", 'sending 0 (no-op signal) to process 812 uid 1000 "chrome": badness 733, VmRSS 3210 MiB'),
        ("earlyoom", "low memory! at or below SIGTERM limits: mem 10.00%, swap 10.00%"),
        ("nohang", "  PID: 903309, name: mysqld, badness: 849"),
        ("nohang", "  [ OK ] Sending SIGTERM to mysqld: 1"),
        ("systemd-oomd", "Considered 19 cgroups for killing, top candidates were:"),
        ("systemd-oomd", "Memory pressure for /system.slice is 85.03% > 80.00% for > 2s with reclaim activity"),
        ("kubelet", '"Eviction manager: pod is evicted successfully" pod="shop/web-1"'),
        ("kubelet", '"Event occurred" object="shop/web-1" message="The node was low on resource: ephemeral-storage."'),
        (None, "distributed.worker - WARNING - Worker is at 85% memory usage. Pausing worker."),
        (None, "exceeded 95% memory budget. Restarting is what the nanny says"),
    ],
)
def test_what_only_comes_near_is_no_kill(sender, text):
    assert kills_of(lines(text, identifier=sender), "journal") == ()


def test_an_eviction_for_the_disk_is_none_for_memory():
    reclaim = '"Eviction manager: attempting to reclaim" resourceName="ephemeral-storage"'
    evicted = '"Eviction manager: pod is evicted successfully" pod="shop/web-1"'
    assert kills_of(lines(reclaim, evicted, identifier="kubelet"), "journal") == ()


def test_oomds_line_and_systemds_about_the_same_unit_are_one_kill_with_two_quotations():
    texts = lines(
        f"Killed {SCOPE} due to memory pressure for /a being 51.07% > 50.00% for > 20s with reclaim activity",
        "vte-spawn-dbb4.scope: systemd-oomd killed 12 process(es) in this unit.",
        "other.service: systemd-oomd killed 1 process(es) in this unit.",
        identifier="systemd-oomd",
    )
    first, second = kills_of(texts, "journal")
    assert (first.victim_cgroup, len(first.evidence), first.group_kill) == (SCOPE, 2, True)
    assert (second.victim.name, second.victim_cgroup) == ("other.service", None)


def test_two_kills_of_one_unit_stay_two():
    texts = [
        f"Killed {SCOPE} due to memory pressure for /a being {n}% > 5% for > 20s with reclaim activity"
        for n in (51, 52)
    ]
    assert len(kills_of(lines(*texts, identifier="systemd-oomd"), "journal")) == 2


NOTICES = [
    ("systemd", "web.service: A process of this unit has been killed by the OOM killer.", "oom", "web.service"),
    ("systemd", "web.service: Failed with result 'oom-kill'.", "oom-result", "web.service"),
    ("systemd", "web.service: State 'stop-sigterm' timed out. Killing.", "grace", "web.service"),
    ("systemd", "Stopping web.service - The web server...", "stop", "web.service"),
    ("systemd", "Stopping web.service...", "stop", "web.service"),
    ("systemd", "Stopping The web server...", "stop", "The web server"),
    ("containerd", f'level=info msg="TaskOOM event container_id:\\"{CONTAINER}\\""', "oom", CONTAINER),
    ("containerd", f"TaskOOM event &TaskOOM{{ContainerID:{CONTAINER},XXX_unrecognized:[],}}", "oom", CONTAINER),
    ("dockerd", f"Container {CONTAINER} failed to exit within 10s of signal 15 - using the force", "grace", CONTAINER),
    (
        "dockerd",
        f'level=info msg="Container failed to exit within 10s of signal 15 - using the force" container={CONTAINER}',
        "grace",
        CONTAINER,
    ),
    ("kubelet", '"Killing container with a grace period" pod="shop/web-1" containerName="app"', "stop", "shop/web-1"),
]


@pytest.mark.parametrize(("sender", "text", "kind", "subject"), NOTICES)
def test_supervisors_lines_are_notices(sender, text, kind, subject):
    (notice,) = notices_of(lines(text, identifier=sender), "journal")
    assert (notice.kind, notice.subject, notice.evidence.line) == (kind, subject, 1)
    assert notices_of(lines(text, identifier="myapp"), "journal") == ()
    assert kills_of(lines(text, identifier=sender), "journal") == ()


def test_a_syslog_is_read_through_the_logs_reader():
    text = (
        b"Jan 12 10:00:01 host earlyoom[612]: "
        b'sending SIGTERM to process 812 uid 1000 "chrome": badness 733, VmRSS 3210 MiB\n'
        b'Jan 12 10:00:02 host myapp[99]: sending SIGTERM to process 813 uid 1000 "x": badness 1, VmRSS 1 MiB\n'
        b"Jan 12 10:00:03 host systemd[1]: Stopping web.service - The web server...\n"
    )
    reading = read_log(io.BytesIO(text), "syslog", WANTED_LITERALS)
    (kill,) = kills_of(reading.lines, "syslog")
    assert (kill.victim.pid, kill.evidence[0].line) == (812, 1)
    assert [notice.subject for notice in notices_of(reading.lines, "syslog")] == ["web.service"]


def test_a_joblog_gives_the_jobs_that_a_signal_ended_and_trusts_none():
    rows = [
        JOBLOG_HEADER,
        "1\t:\t1700000000.5\t2.5\t0\t0\t0\t0\tresize a.png",
        "2\t:\t1700000001.0\t3.0\t0\t0\t0\t15\tresize\tb.png",
        "3\t:\t1700000001.0\t3.0\t0\t0\t0\t9\tresize c.png",
        "4\t:\tx\ty\t0\t0\t0\t9\tbad time",
        "5\tshort",
    ]
    kills = joblog_kills("\n".join(rows), "joblog")
    assert [(kill.signal, kill.victim.name, kill.evidence[0].line) for kill in kills] == [
        ("SIGTERM", "resize\tb.png", 3),
        ("SIGKILL", "resize c.png", 4),
        ("SIGKILL", "bad time", 5),
    ]
    assert kills[0].time_seconds == 1700000004.0 and kills[2].time_seconds is None
    assert all(kill.suspicion for kill in kills)


WORDS = st.sampled_from(
    [word for case in KILLS for text in case[1] for word in text.split(" ")] + [case[1] for case in NOTICES]
)


@given(st.lists(st.lists(WORDS | st.text(max_size=9), max_size=14).map(" ".join), max_size=8))
def test_any_mixture_of_their_words_is_read(texts):
    for sender in (None, "systemd", "kubelet"):
        found = kills_of(lines(*texts, identifier=sender), "x")
        assert all(kill.evidence for kill in found) and len(found) <= len(texts)
        assert len(notices_of(lines(*texts, identifier=sender), "x")) <= 2 * len(texts)


@given(st.text(min_size=1, max_size=15).filter(lambda name: "\n" not in name and name.isprintable()))
def test_any_name_that_earlyoom_prints_comes_back(name):
    text = f'sending SIGTERM to process 812 uid 1000 "{name}": badness 733, VmRSS 3210 MiB'
    assert kills_of(lines(text), "x")[0].victim.name == name


def test_every_card_has_senders_literals_and_a_reason():
    for card in KILLERS:
        assert card.senders and all(sender == sender.lower() for sender in card.senders)
        assert card.literals and all(len(literal) >= 7 for literal in card.literals)
