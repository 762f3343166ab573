"""A process may have any name of up to 15 bytes: none of them changes who was killed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.redact import decoded
from tests.examples import few_examples
from tests.forensics.oom_report.stock import (
    OLD_FORMS,
    PREFIXES,
    REPORTS,
    kills,
    messages,
    one_line,
    reading,
    short_report,
)

PIECES = (
    b"\n", b",", b",pid=1", b",uid=0", b"=", b")", b"(", b"Killed process ", b"Kill process 1", b" ", b"task=", b"[1]",
    b"x", b"\\n", b"#012", b"\t", b"\x1b[31m", b"\xff", b"\xc3\xa9", b"{", b"> ", b"<4>", b"kernel: ", b"kB", b"a:1kB",
    b"oom-kill:", b" invoked ", b": ", b"[ 1.5] ", b"\r", b"\x7f", b"a[1]: ", b"Out of memory", b",task=", b"4,1,1,-;",
)  # fmt: skip
ANY_NAME = st.one_of(
    st.binary(min_size=1, max_size=15).map(lambda name: name.replace(b"\0", b"0")),
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map(lambda pieces: b"".join(pieces)[:15]),
)
# What shows a name as it is: the others leave out or change some of its bytes.
FAITHFUL = ("journal json", "kmsg", "dmesg -J")


@pytest.mark.parametrize("prefix", PREFIXES)
@few_examples
@given(name=ANY_NAME)
def test_no_name_changes_who_was_killed(prefix, name):
    [kill] = kills(PREFIXES[prefix](short_report(name)))
    assert kill.victim.pid == 4666
    assert (kill.scope, kill.limit_cgroup) == ("memcg", "/app")
    # What looks like one more quotation mark is taken for it: then the group that follows is unknown, and not another.
    unknown = {None} if "quote" in prefix and b"\n>" in name else set()
    assert kill.victim_cgroup in {"/app"} | unknown
    assert kill.victim.anon_rss_bytes == 100352 * 1024
    if prefix in FAITHFUL:
        assert (kill.victim.name, kill.suspicion) == (decoded(name), None)


@pytest.mark.parametrize("prefix", ["dmesg", "dmesg -t", "syslog", "kmsg", "journal json", "dmesg -J", "syslog #012"])
@pytest.mark.parametrize("form", OLD_FORMS)
@few_examples
@given(name=ANY_NAME)
def test_no_name_changes_who_was_killed_in_old_forms(form, prefix, name):
    found = kills(PREFIXES[prefix](OLD_FORMS[form](name, b"4666")))
    assert [kill.victim.pid for kill in found] == [4666]


@given(name=ANY_NAME, newline=st.sampled_from([b"#012", b"\\n"]))
def test_no_name_changes_who_was_killed_in_a_report_of_one_line(name, newline):
    found = kills(one_line(short_report(name.replace(b"\n", newline)), newline))
    assert [kill.victim.pid for kill in found] == [4666]


@given(name=ANY_NAME)
def test_no_name_of_a_bystander_makes_a_kill(name):
    report = messages(REPORTS["6.18-v1"])
    row = next(at for at, line in enumerate(report) if line.startswith(b"[   4600]"))
    report[row] = report[row].removesuffix(b"sh") + name
    report[0] = name + report[0].removeprefix(b"sh")
    for prefix in ("dmesg", "dmesg -t", "syslog"):
        found = kills(PREFIXES[prefix](report))
        assert [(kill.victim.pid, kill.victim.name, kill.suspicion) for kill in found] == [(4666, "python3", None)]


def test_a_name_that_looks_like_the_end_of_the_line_is_read_as_a_name():
    log = PREFIXES["dmesg"](short_report(b"x,pid=1,uid=0"))
    [kill] = kills(log)
    assert (kill.victim.pid, kill.victim.name, kill.suspicion) == (4666, "x,pid=1,uid=0", None)


def test_a_name_with_a_newline_is_put_together_again():
    for prefix in ("dmesg", "dmesg, set in", "dmesg -t", "syslog", "kmsg", "journal json", "dmesg -J"):
        [kill] = kills(PREFIXES[prefix](short_report(b"two\nlines")))
        assert (kill.victim.name, kill.suspicion) == ("two\nlines", None), prefix
        assert kill.trigger is not None and kill.trigger.pid == 4666, prefix


def test_a_name_with_a_newline_that_ends_the_selection_early_does_not_forge_a_victim():
    for prefix in ("dmesg", "dmesg -t", "syslog"):
        [kill] = kills(PREFIXES[prefix](short_report(b",pid=1,uid=0\nab")))
        assert (kill.victim.pid, kill.victim.name, kill.suspicion) == (4666, ",pid=1,uid=0\nab", None), prefix


@pytest.mark.parametrize(
    "name",
    ["(sd-pam)", "[kthreadish]", "Plex Media Serv", "CPU 2/KVM", "runc:[2:INIT]", "a) total-vm:1kB", "k: x"],
)
def test_odd_names_are_kept_whole(name):
    [kill] = kills(PREFIXES["dmesg"](short_report(name[:15].encode())))
    assert (kill.victim.pid, kill.victim.name, kill.suspicion) == (4666, name[:15], None)


@pytest.mark.parametrize("group", ["/a,task=x,pid=1,uid=0", "/a,task_memcg=/b", "/a,oom_memcg=/b", "/with blank/x"])
def test_groups_with_commas_are_read_whole(group):
    [kill] = kills(PREFIXES["dmesg"](short_report(b"python3", group=group.encode())))
    assert (kill.limit_cgroup, kill.victim_cgroup, kill.victim.pid) == (group, group, 4666)
    assert kill.suspicion is None and kill.limit_bytes == 98304 * 1024


def test_the_last_pid_counts_in_a_log_without_the_killed_line():
    log = PREFIXES["dmesg"](short_report(b"x,pid=1,uid=0")[:-1])
    [kill] = reading(log).kills
    assert kill.victim.pid == 4666 and kill.suspicion is not None
