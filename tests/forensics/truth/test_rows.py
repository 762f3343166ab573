"""The truth table row by row: what each piece of evidence proves, and that its nearest neighbour does not."""

import pytest

from mnemo_cli.forensics.case import Case, Counters, Ended, GroupReading, RuntimeMessage
from mnemo_cli.forensics.kills import Evidence
from mnemo_cli.forensics.truth import judge
from mnemo_cli.model import UNLIMITED
from mnemo_cli.sampling.rlimits import Rlimit
from tests.forensics.deaths import CONTAINER, MIB, WHO, container, group, kill, notice, pod_container, unit, user_kill

KILLED = Ended(by_signal=9, reporter="wait")
TERMINATED = Ended(by_signal=15, reporter="wait")
STILL = group(before=(0, 0), after=(0, 0))
ALIVE = WHO._replace(is_alive=True)
CHILD = kill(victim=kill().victim._replace(pid=4700, name="worker"))
ANCESTOR = kill(limit_cgroup="/app")
GLOBAL = kill(scope="global", limit_cgroup=None, limit_bytes=None, used_bytes=None)
UNIT_WHO = WHO._replace(pid=None, name=None, unit="web.service", cgroup="/system.slice/web.service")
MEMBER = kill(victim=kill().victim._replace(pid=4700), victim_cgroup="/system.slice/web.service")
OOMD = user_kill("systemd-oomd", None, "SIGKILL", victim_cgroup="/system.slice/web.service", group_kill=True)
EVICTED = pod_container(
    container_name=None,
    container_id=None,
    role="pod",
    evicted=True,
    oom_killed=None,
    exit_code=None,
    message="The node was low on resource: memory. Threshold quantity: 100Mi, available: 80Mi.",
)
CPU = {"RLIMIT_CPU": Rlimit(60, 60)}
SPACE = {"RLIMIT_AS": Rlimit(512 * MIB, 512 * MIB)}


def said(runtime, at_limit, is_last=True):
    return RuntimeMessage(runtime, "its heap is full", Evidence("output", "…", 1), at_limit, is_last)


ROWS = {
    # row: (case, verdict, confidence, words of the headline)
    "1 own limit, by the log": (
        Case(WHO, KILLED, (kill(),)),
        "kernel-oom",
        "proven",
        "the limit of group /app/job (50M) was hit",
    ),
    "1 own limit, by v2 counters": (
        Case(WHO, KILLED, groups=(group(before=(0, 0), after=(1, 1)),)),
        "kernel-oom",
        "proven",
        "group /app/job was hit",
    ),
    "1 own limit, by v1 counters": (
        Case(
            WHO,
            KILLED,
            groups=(
                GroupReading(
                    "/app/job",
                    1,
                    "/cg/app/job",
                    before=Counters(oom_kills_total=2, limit_hits_total=5),
                    after=Counters(oom_kills_total=3, limit_hits_total=9),
                ),
            ),
        ),
        "kernel-oom",
        "proven",
        "the limit of group /app/job was hit",
    ),
    "1 a container's flag and its end": (Case(records=(container(),)), "kernel-oom", "likely", "web (3f2a91b0c4d5)"),
    "1 not: SIGKILL, and no counter moved": (
        Case(WHO, KILLED, groups=(STILL,)),
        "signal",
        "proven",
        "no memory evidence",
    ),
    "1 not: a flag that is not set": (
        Case(records=(container(oom_killed=False),)),
        "signal",
        "likely",
        "no memory evidence",
    ),
    "1 an end that nobody saw is not taken for another one": (
        Case(WHO, groups=(group(before=(0, 0), after=(1, 1)),)),
        "kernel-oom",
        "likely",
        "how python (pid 4666) ended, nobody tells",
    ),
    "1 a flag without an end": (
        Case(records=(container(exit_code=None),)),
        "kernel-oom",
        "possible",
        "has OOMKilled set; how its main process ended is not told",
    ),
    "1 a flag with an end by another signal": (
        Case(records=(container(exit_code=None, exit_signal=15),)),
        "signal",
        "proven",
        "SIGTERM",
    ),
    "1 of two reports of one victim the whole one counts": (
        Case(WHO, KILLED, (kill(), kill(suspicion="cut", limit_cgroup="/else"))),
        "kernel-oom",
        "proven",
        "the limit of group /app/job (50M) was hit",
    ),
    "2 an ancestor's limit, by the log": (
        Case(WHO, KILLED, (ANCESTOR,)),
        "kernel-oom",
        "proven",
        "the limit of group /app (50M), above its own group, was hit",
    ),
    "2 an ancestor's limit, by v2 counters": (
        Case(WHO, KILLED, groups=(group(before=(0, 0), after=(0, 1)), group("/app", before=(0, 0), after=(1, 1)))),
        "kernel-oom",
        "proven",
        "the limit of group /app, above its own group, was hit",
    ),
    "2 an ancestor's limit, by v1 counters": (
        Case(
            WHO,
            KILLED,
            groups=(
                GroupReading(
                    "/app/job", 1, "/cg/app/job", before=Counters(None, 0, None, 0), after=Counters(None, 1, None, 0)
                ),
                GroupReading("/app", 1, "/cg/app", before=Counters(None, 0, None, 3), after=Counters(None, 0, None, 9)),
            ),
        ),
        "kernel-oom",
        "proven",
        "the limit of group /app, above its own group, was hit",
    ),
    "2 not: only the ancestor counted a kill": (
        Case(WHO, KILLED, groups=(STILL, group("/app", before=(0, 0), after=(1, 1)))),
        "signal",
        "proven",
        "no memory",
    ),
    "3 the machine, by the log": (
        Case(WHO, KILLED, (GLOBAL,)),
        "kernel-oom",
        "proven",
        "the machine ran out of memory",
    ),
    "3 the machine, by counters": (
        Case(WHO, KILLED, groups=(group(before=(0, 0), after=(0, 1)), group(None, before=(None, 4), after=(None, 5)))),
        "kernel-oom",
        "proven",
        "no limit on its path was hit",
    ),
    "3 the machine's counter alone does not say who": (
        Case(WHO, KILLED, groups=(group(None, before=(None, 4), after=(None, 5)),)),
        "kernel-oom",
        "likely",
        "not told",
    ),
    "3 not: the machine's counter stood still": (
        Case(WHO, KILLED, groups=(group(None, before=(None, 4), after=(None, 4)),)),
        "signal",
        "proven",
        "no memory",
    ),
    "4 a group killed as one": (
        Case(WHO, KILLED, (kill(group_kill=True), CHILD._replace(group_kill=True))),
        "kernel-oom",
        "proven",
        "group /app/job",
    ),
    "5 a child was killed, the parent lives": (
        Case(ALIVE, kills=(CHILD,)),
        "kernel-oom",
        "proven",
        "ended worker (pid 4700), a process of python (pid 4666)",
    ),
    "5 a child was killed, the parent ended by itself": (
        Case(WHO, Ended(code=1, reporter="wait"), (CHILD,)),
        "exit",
        "proven",
        "python (pid 4666) ended by itself with code 1",
    ),
    "5 the same by counters": (
        Case(WHO, Ended(code=0, reporter="wait"), groups=(group(before=(0, 0), after=(1, 1)),)),
        "exit",
        "proven",
        "code 0",
    ),
    "5 a sticky flag and exit 0": (
        Case(records=(container(exit_code=0),)),
        "exit",
        "likely",
        "ended by itself with code 0",
    ),
    "5 a shell hands on its child's end": (
        Case(WHO, Ended(code=137, reporter="wait"), (CHILD,)),
        "kernel-oom",
        "proven",
        "handed on its code 137",
    ),
    "5 not: a killed child does not explain the parent's SIGKILL": (
        Case(WHO, KILLED, (CHILD,)),
        "signal",
        "proven",
        "no memory evidence",
    ),
    "6 earlyoom, SIGTERM": (
        Case(WHO, TERMINATED, (user_kill("earlyoom"),)),
        "userspace-oom",
        "proven",
        "earlyoom sent SIGTERM to python",
    ),
    "6 nohang, SIGTERM, by code": (
        Case(WHO, Ended(code=143, reporter="shell"), (user_kill("nohang"),)),
        "userspace-oom",
        "proven",
        "nohang sent",
    ),
    "6 not: earlyoom took another": (
        Case(WHO, TERMINATED, (user_kill("earlyoom", 9999),)),
        "signal",
        "proven",
        "proves nothing about memory",
    ),
    "7 earlyoom, SIGKILL": (
        Case(WHO, KILLED, (user_kill("earlyoom", signal="SIGKILL"),)),
        "userspace-oom",
        "proven",
        "sent SIGKILL",
    ),
    "7 bustd": (Case(WHO, KILLED, (user_kill("bustd", signal="SIGKILL"),)), "userspace-oom", "proven", "bustd sent"),
    "7 SIGKILL after a SIGTERM that was logged": (
        Case(WHO, KILLED, (user_kill("earlyoom"),)),
        "userspace-oom",
        "likely",
        "sent SIGTERM",
    ),
    "8 sysrq f": (
        Case(WHO, KILLED, (GLOBAL._replace(killer="sysrq"),)),
        "kernel-oom",
        "proven",
        "asked for it by sysrq f",
    ),
    "9 systemd-oomd, by its line": (
        Case(UNIT_WHO, None, (OOMD,), unit=unit()),
        "userspace-oom",
        "proven",
        "systemd-oomd sent",
    ),
    "9 systemd-oomd, by what did not move": (
        Case(UNIT_WHO, unit=unit(), groups=(group("/system.slice/web.service", before=(0, 0), after=(0, 0)),)),
        "userspace-oom",
        "likely",
        "so it was systemd-oomd",
    ),
    "9 not: the result alone may be the kernel's": (
        Case(UNIT_WHO, unit=unit()),
        "kernel-oom",
        "likely",
        "or systemd-oomd",
    ),
    "10 an eviction, by the pod": (
        Case(records=(EVICTED,)),
        "eviction",
        "proven",
        "evicted pod shop/web-5d4f8c7b9-x2x4z because",
    ),
    "10 an eviction, by kubelet's log": (
        Case(
            records=(pod_container(oom_killed=False, reason="Error"),),
            kills=(
                user_kill("kubelet", None, victim=kill().victim._replace(pid=None, name="shop/web-5d4f8c7b9-x2x4z")),
            ),
        ),
        "eviction",
        "proven",
        "kubelet evicted shop/web",
    ),
    "10 not for memory": (
        Case(records=(EVICTED._replace(message="The node was low on resource: ephemeral-storage."),)),
        "eviction",
        "proven",
        "and not for memory",
    ),
    "10 not: another pod": (
        Case(
            records=(pod_container(oom_killed=False, reason="Error"),),
            kills=(user_kill("kubelet", None, victim=kill().victim._replace(pid=None, name="shop/other")),),
        ),
        "signal",
        "likely",
        "no memory evidence",
    ),
    "11 asked to stop": (
        Case(UNIT_WHO, TERMINATED, notices=(notice("stop", "web.service"),)),
        "signal",
        "proven",
        "was asked to stop",
    ),
    "11 killed after the grace": (
        Case(UNIT_WHO, KILLED, notices=(notice("stop", "web.service"), notice("grace", "web.service"))),
        "signal",
        "proven",
        "did not in time, and was killed",
    ),
    "11 a container that did not stop": (
        Case(records=(container(oom_killed=False),), notices=(notice("grace", CONTAINER),)),
        "signal",
        "proven",
        "in time",
    ),
    "11 not: another unit was stopped": (
        Case(UNIT_WHO, TERMINATED, notices=(notice("stop", "db.service"),)),
        "signal",
        "proven",
        "alone proves nothing",
    ),
    "12 the rest of a unit after a member's OOM": (
        Case(UNIT_WHO, TERMINATED, (MEMBER,), unit=unit(main_pid=4666, main_status=15)),
        "kernel-oom",
        "proven",
        "systemd then stopped the rest of the unit",
    ),
    "12 without the policy it is likely": (
        Case(UNIT_WHO, TERMINATED, (MEMBER,), unit=unit(oom_policy=None)),
        "kernel-oom",
        "likely",
        "OOMPolicy=stop",
    ),
    "13 dask's nanny": (Case(WHO, TERMINATED, (user_kill("dask"),)), "userspace-oom", "proven", "Dask's nanny sent"),
    "13 not: a nanny that names nobody": (
        Case(WHO, TERMINATED, (user_kill("dask", None),)),
        "signal",
        "proven",
        "a request to end",
    ),
    "14 GNU parallel": (
        Case(kills=(user_kill("parallel", None, suspicion="who sent it is not told"),)),
        "userspace-oom",
        "possible",
        "memfree",
    ),
    "15 RLIMIT_AS and a MemoryError": (
        Case(WHO, Ended(code=1, reporter="wait"), runtime_messages=(said("Python", False),), rlimits=SPACE),
        "limit",
        "proven",
        "RLIMIT_AS is finite",
    ),
    "15 std::bad_alloc and SIGABRT": (
        Case(WHO, Ended(by_signal=6, reporter="wait"), runtime_messages=(said("C++", False),), rlimits=SPACE),
        "limit",
        "proven",
        "RLIMIT_AS is finite",
    ),
    "15 without a finite limit it is not known which": (
        Case(WHO, Ended(code=1, reporter="wait"), runtime_messages=(said("Python", False, False),)),
        "exit",
        "proven",
        "code 1",
    ),
    "16 the hard RLIMIT_CPU, used up": (
        Case(WHO, KILLED, rlimits=CPU, cpu_seconds=60.0, groups=(STILL,)),
        "limit",
        "likely",
        "the hard RLIMIT_CPU",
    ),
    "16 SIGXCPU": (Case(WHO, Ended(by_signal=24, reporter="wait"), rlimits=CPU), "limit", "proven", "SIGXCPU"),
    "16 not: it was far": (
        Case(WHO, KILLED, rlimits=CPU, cpu_seconds=3.0, groups=(STILL,)),
        "signal",
        "proven",
        "no memory",
    ),
    "16 not: it is not finite": (
        Case(WHO, KILLED, rlimits={"RLIMIT_CPU": Rlimit(UNLIMITED, UNLIMITED)}, groups=(STILL,)),
        "signal",
        "proven",
        "no mem",
    ),
    "16 SIGXFSZ": (
        Case(WHO, Ended(by_signal=25, reporter="wait"), rlimits={"RLIMIT_FSIZE": Rlimit(1, 1)}),
        "limit",
        "proven",
        "a file grew past RLIMIT_FSIZE",
    ),
    "3 the nodes of a cpuset": (
        Case(WHO, KILLED, (GLOBAL._replace(scope="cpuset"),)),
        "kernel-oom",
        "proven",
        "the memory nodes of its cpuset were full",
    ),
    "3 the nodes of a NUMA policy": (
        Case(WHO, KILLED, (GLOBAL._replace(scope="mempolicy"),)),
        "kernel-oom",
        "proven",
        "the memory nodes of its NUMA policy were full",
    ),
    "17 a JVM's heap": (
        Case(WHO, Ended(code=3, reporter="wait"), runtime_messages=(said("JVM", True),)),
        "limit",
        "proven",
        "(JVM) reported",
    ),
    "17 Node's heap": (
        Case(WHO, Ended(by_signal=6, reporter="wait"), runtime_messages=(said("Node", True),)),
        "limit",
        "proven",
        "(Node)",
    ),
    "17 Go was refused memory": (
        Case(WHO, Ended(code=2, reporter="wait"), runtime_messages=(said("Go", False),)),
        "limit",
        "likely",
        "not told",
    ),
    "17 not: it went on and ended well": (
        Case(WHO, Ended(code=0, reporter="wait"), runtime_messages=(said("JVM", True),)),
        "exit",
        "proven",
        "code 0",
    ),
    "17 not: it was killed": (
        Case(WHO, KILLED, (kill(),), runtime_messages=(said("JVM", True),)),
        "kernel-oom",
        "proven",
        "OOM killer",
    ),
    "18 kill -9": (Case(WHO, KILLED, kernel_log_read=True), "signal", "proven", "SIGKILL, no memory evidence"),
    "18 code 137 alone": (Case(ended=Ended(code=137)), "signal", "likely", "SIGKILL, no memory evidence"),
    "18 code 143 alone": (Case(ended=Ended(code=143)), "signal", "likely", "alone proves nothing about memory"),
    "18 a program's own 137": (
        Case(WHO, Ended(code=137, reporter="wait")),
        "exit",
        "likely",
        "ended by itself with code 137",
    ),
}


@pytest.mark.parametrize("row", ROWS)
def test_each_row_of_the_truth_table_gives_its_verdict(row):
    case, verdict, confidence, words = ROWS[row]
    explanation = judge(case)
    assert (explanation.verdict, explanation.confidence) == (verdict, confidence), explanation.causes
    headline = explanation.headline
    assert words in headline.replace(f" ({confidence})", "")
    assert headline.endswith(f": {confidence}") or f" ({confidence}), " in headline or verdict == "unknown"
    assert "\n" not in explanation.headline


@pytest.mark.parametrize("row", [row for row, told in ROWS.items() if told[2] == "proven" and told[1] != "signal"])
def test_a_proof_quotes_what_proves_it(row):
    case, verdict, *_ = ROWS[row]
    first = judge(case).causes[0]
    # The program's own code is the statement itself where nobody quoted it.
    assert first.evidence or verdict in ("exit", "limit")


def test_137_alone_is_possible_and_143_never_the_kernel():
    killed = {cause.verdict: cause.confidence for cause in judge(Case(ended=Ended(code=137))).causes}
    terminated = {cause.verdict: cause.confidence for cause in judge(Case(ended=Ended(code=143))).causes}
    assert killed["kernel-oom"] == "possible"
    assert terminated["kernel-oom"] == "excluded" and terminated["userspace-oom"] == "possible"


@pytest.mark.parametrize("reporter", ["shell", "docker", "podman", "kubernetes", "systemd", "person"])
def test_137_without_more_is_no_oom_kill_whoever_reports_it(reporter):
    explanation = judge(Case(WHO, Ended(code=137, reporter=reporter)))
    assert explanation.verdict == "signal"
    assert all(cause.confidence != "proven" for cause in explanation.causes if cause.verdict == "kernel-oom")


def test_a_kill_at_another_time_is_not_told_as_a_second_step():
    early = user_kill("earlyoom", signal="SIGTERM", time_seconds=1000.0, clock="unix")
    explanation = judge(Case(WHO, TERMINATED, (early,), died_seconds=9000.0))
    assert (explanation.verdict, explanation.confidence) == ("userspace-oom", "likely")
    assert "somebody went on" not in explanation.headline


def test_the_parent_of_a_killed_child_is_never_called_a_victim():
    for case in (Case(ALIVE, kills=(CHILD,)), Case(WHO, Ended(code=1, reporter="wait"), (CHILD,))):
        explanation = judge(case)
        assert [kill.victim.pid for kill in explanation.kills] == [4700]
        assert "ended python" not in " ".join(cause.sentence for cause in explanation.causes)


def test_what_speaks_against_an_oom_kill_is_quoted_as_excluded():
    explanation = judge(Case(WHO, KILLED, groups=(STILL,)))
    excluded = next(cause for cause in explanation.causes if cause.confidence == "excluded")
    assert excluded.verdict == "kernel-oom" and excluded.evidence[0].text == "oom_kill 0 → 0"


def test_hits_on_v1_are_quoted_of_both_their_files():
    case, *_ = ROWS["1 own limit, by v1 counters"]
    quotes = [(each.source, each.text) for each in judge(case).causes[0].evidence]
    assert ("/cg/app/job/memory[.memsw].failcnt", "hits 5 → 9") in quotes


def test_a_kill_in_a_log_of_another_target_is_said_and_not_taken():
    explanation = judge(
        Case(WHO, KILLED, (kill(victim=kill().victim._replace(pid=1), victim_cgroup="/x"),), kernel_log_read=True)
    )
    assert explanation.verdict == "signal" and explanation.kills == ()
    assert any("none of this target" in paragraph for paragraph in explanation.paragraphs)
    assert any("1 kills of others" in cause.sentence for cause in explanation.causes if cause.confidence == "excluded")


def test_a_report_that_may_be_forged_proves_nothing():
    explanation = judge(Case(kills=(kill(suspicion="the pids differ"),)))
    assert explanation.confidence == "possible" and any(gap.reason == "the pids differ" for gap in explanation.gaps)


def test_a_victim_that_is_told_to_have_ended_well_was_no_victim():
    explanation = judge(Case(WHO, Ended(code=0, reporter="wait"), (kill(),)))
    assert explanation.verdict == "exit" and explanation.causes[1].confidence == "possible"


def test_a_counter_that_nobody_saw_before_is_no_proof():
    explanation = judge(Case(WHO, KILLED, groups=(group(after=(3, 3)),)))
    assert (explanation.verdict, explanation.confidence) == ("kernel-oom", "likely")
    assert explanation.causes[0].evidence[0].text.endswith("3 (no earlier look)")


def test_a_counter_that_fell_is_of_another_group_of_that_name():
    assert judge(Case(WHO, KILLED, groups=(group(before=(5, 5), after=(0, 0)),))).verdict == "signal"


def test_a_log_without_a_kill_is_an_answer_and_says_what_was_read():
    explanation = judge(Case(logs=("kern.log",), kernel_log_read=True))
    assert explanation.verdict == "unknown" and "kern.log holds no OOM kill" in explanation.headline
    assert "is no kernel log" in judge(Case(logs=("x",), kernel_log_read=False)).headline


def test_of_a_group_that_was_killed_as_one_the_target_itself_is_named():
    other = CHILD._replace(group_kill=True)
    explanation = judge(Case(WHO, KILLED, (kill(group_kill=True), other)))
    assert "ended python (pid 4666): " in explanation.headline and len(explanation.kills) == 2
    assert any("memory.oom.group" in paragraph for paragraph in explanation.paragraphs)


def test_several_kills_are_all_told_in_order():
    three = tuple(kill(victim=kill().victim._replace(pid=pid)) for pid in (10, 11, 12))
    explanation = judge(Case(kills=three, kernel_log_read=True))
    assert [kill.victim.pid for kill in explanation.kills] == [10, 11, 12]
    assert "3 OOM kills, the limit of group /app/job (50M) was hit; python (pid 10), python" in explanation.headline
    assert explanation.headline.endswith("python (pid 11), python (pid 12): proven")


def test_what_is_explained_has_no_open_causes_beside_it():
    assert [cause.verdict for cause in judge(Case(WHO, KILLED, (kill(),))).causes] == ["kernel-oom"]


def test_only_a_unit_is_stopped_by_systemd():
    told = next(cause for cause in judge(Case(WHO, TERMINATED, (CHILD,))).causes if cause.verdict == "kernel-oom")
    assert "systemd then stopped" not in told.sentence and told.confidence == "possible"


def test_a_supervisors_word_without_a_target_names_its_unit():
    first = judge(Case(notices=(notice("oom", "web.service"),))).causes[0]
    assert (first.verdict, first.confidence) == ("kernel-oom", "possible")
    assert first.sentence.endswith("end a process of web.service, which one is not told")


def test_a_full_heap_that_was_told_before_a_kill_was_not_its_cause():
    causes = judge(Case(WHO, KILLED, runtime_messages=(said("JVM", True),))).causes
    assert [cause.confidence for cause in causes if cause.verdict == "limit"] == ["excluded"]


def test_counters_without_a_folder_are_quoted_by_their_groups_path():
    moved = group(before=(0, 0), after=(1, 1))._replace(folder=None)
    evidence = judge(Case(WHO, KILLED, groups=(moved,))).causes[0].evidence
    assert "/app/job/memory.events" in {each.source for each in evidence}


@pytest.mark.parametrize(("status", "word"), [(11, "SIGSEGV"), (6, "SIGABRT")])
def test_a_unit_that_dumped_its_core_ended_by_a_signal(status, word):
    ended = unit(result="core-dump", main_code="dumped", main_status=status)
    first = judge(Case(unit=ended)).causes[0]
    assert first.verdict == "signal" and word in first.sentence


@pytest.mark.parametrize(
    ("runtime", "number", "confidence"),
    [("C++", 11, "proven"), ("C++", 6, "proven"), ("JVM", 6, "proven"), ("JVM", 11, "possible")],
)
def test_a_signal_fits_the_words_of_some_runtimes_only(runtime, number, confidence):
    case = Case(WHO, Ended(by_signal=number, reporter="wait"), runtime_messages=(said(runtime, True),))
    assert [cause.confidence for cause in judge(case).causes if cause.verdict == "limit"] == [confidence]


def test_a_kill_that_the_machine_counted_and_the_group_did_not_was_of_others():
    machine = group(None, before=(0, 1), after=(0, 3))
    causes = judge(Case(WHO, KILLED, groups=(STILL, machine), kernel_log_read=True)).causes
    assert not [cause for cause in causes if "the machine counted" in cause.sentence]


def test_a_kill_that_was_counted_in_the_group_of_the_living_was_of_a_child():
    first = judge(Case(ALIVE, groups=(group(before=(0, 0), after=(0, 1), limit_bytes=50 * MIB),))).causes[0]
    assert first.confidence == "proven" and "of a child: python (pid 4666) lives" in first.sentence


def test_the_size_of_a_limit_whose_hits_were_counted_is_told():
    moved = group(before=(0, 0), after=(1, 1), limit_bytes=50 * MIB)
    assert "group /app/job (50M) was hit" in judge(Case(WHO, KILLED, groups=(moved,))).causes[0].sentence


def test_a_kill_in_the_log_and_an_end_that_does_not_fit_it_are_both_told():
    causes = judge(Case(WHO, Ended(code=3, reporter="wait"), (kill(),))).causes
    told = next(cause for cause in causes if cause.verdict == "kernel-oom")
    assert told.sentence.startswith("the kernel's OOM killer ended python (pid 4666)")
    assert "; yet its end is told as " in told.sentence and told.confidence == "possible"


def test_a_headline_is_sure_of_the_signal_and_not_of_its_want_of_evidence():
    killed = judge(Case(WHO, KILLED, kernel_log_read=True)).headline
    assert "SIGKILL (proven), no memory evidence" in killed and not killed.endswith("proven")


def test_nothing_found_is_not_called_possible():
    headline = judge(Case(WHO._replace(is_alive=True), kernel_log_read=True)).headline
    assert headline == "it is alive, and nothing speaks of a kill in it"
