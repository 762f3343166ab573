"""What was hit, where the memory was, why this victim: the sentences that the numbers give, and no others."""

import pytest

from mnemo_cli.forensics.case import Case, Ended
from mnemo_cli.forensics.kills import Task, Trigger, Usage, Victim
from mnemo_cli.forensics.truth import judge
from tests.forensics.deaths import CONTAINER, MIB, POD_GROUP, WHO, container, group, kill, pod_container


def told(**fields):
    return "\n".join(judge(Case(kills=(kill(**fields),), kernel_log_read=True)).paragraphs)


@pytest.mark.parametrize(
    ("path", "owner", "words"),
    [
        (f"/docker/{CONTAINER}", "container", "the limit of container 3f2a91b0c4d5 ("),
        (POD_GROUP, "pod", "the limit of pod 0a1b2c3d-1111-2222-3333-444455556666 ("),
        ("/system.slice/web.service", "unit", "the limit of unit web.service ("),
        ("/user.slice/user-1000.slice", "user", "the limit of user 1000 (user-1000.slice) ("),
        ("/app/job", "group", "the limit of group /app/job: 50M, 50M used (100.0%), reached 14 times"),
    ],
)
def test_the_owner_of_the_limit_is_named_after_its_group(path, owner, words):
    explanation = judge(Case(kills=(kill(limit_cgroup=path, victim_cgroup=path),)))
    assert explanation.owner == owner and words in explanation.paragraphs[0]


def test_the_machine_is_the_owner_of_a_global_kill():
    explanation = judge(Case(kills=(kill(scope="global", limit_cgroup=None, limit_bytes=None, used_bytes=None),)))
    assert explanation.owner == "machine" and "no group's limit" in explanation.paragraphs[0]


def test_an_ancestors_limit_is_told_with_the_use_of_the_own_group():
    case = Case(WHO, Ended(by_signal=9, reporter="wait"), (kill(limit_cgroup="/app"),),
                groups=(group(limit_bytes=100 * MIB, used_bytes=20 * MIB),))  # fmt: skip
    assert "was not at a limit of its own (20M of 100M)" in judge(case).paragraphs[1]


def test_kinds_of_memory_are_told_with_their_shares_and_no_page_twice():
    text = told(
        usage=Usage(
            anon_bytes=10 * MIB, file_bytes=30 * MIB, shmem_bytes=25 * MIB, slab_bytes=MIB, kernel_bytes=5 * MIB
        )
    )
    assert "25M (50.0%) shared memory and tmpfs, 10M (20.0%) anonymous" in text
    assert "5.0M (10.0%) file cache" in text and "slab" not in text
    assert "1.0M (2.0%) slab" in told(usage=Usage(slab_bytes=MIB))


def test_the_largest_processes_are_told_with_what_ending_them_would_free():
    tasks = tuple(Task(pid, f"w{pid}", rss_bytes=pid * MIB, swap_bytes=MIB) for pid in range(1, 9))
    assert "w8 (pid 8) 9.0M, w7 (pid 7) 8.0M" in told(tasks=tasks) and "and 3 more" in told(tasks=tasks)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "it asked for the memory itself; it was the largest of 2 candidates, with 46M"),
        ({"trigger": Trigger(4600, "sh")}, "sh (pid 4600) asked for the memory, which does not make it the victim"),
        ({"trigger": Trigger(None, "sh")}, "sh asked for the memory"),
        ({"group_kill": True}, "memory.oom.group is set"),
        ({"victim": Victim(4666, "python", 0, 45 * MIB, MIB, 0, 0, 900)}, "its oom_score_adj 900 makes it likelier"),
        ({"victim": Victim(4666, "python", 0, 45 * MIB, MIB, 0, 0, -500)}, "makes it less likely"),
        (
            {"tasks": (Task(1, "java", rss_bytes=90 * MIB, oom_score_adj=-1000), kill().tasks[0])},
            "java (pid 1) is larger, but exempt (oom_score_adj -1000)",
        ),
        (
            {"tasks": (Task(1, "java", rss_bytes=90 * MIB, oom_score_adj=-500), kill().tasks[0])},
            "java (pid 1) is larger, but has oom_score_adj -500",
        ),
    ],
)  # fmt: skip
def test_why_this_victim(fields, words):
    assert words in told(**fields)


def test_a_larger_one_that_was_no_less_likely_needs_no_excuse():
    larger = Task(4600, "sh", rss_bytes=90 * MIB, swap_bytes=0, oom_score_adj=300)
    assert "is larger, but" not in told(tasks=(larger,))
    assert "has oom_score_adj -300" in told(tasks=(larger._replace(oom_score_adj=-300),))


def test_how_often_the_limit_was_reached_is_told_of_a_group_that_was_read():
    moved = group(before=(0, 0), after=(1, 1), limit_bytes=50 * MIB)
    read = moved._replace(after=moved.after._replace(limit_hits_total=7))
    assert "reached 7 times" in judge(Case(WHO, Ended(by_signal=9, reporter="wait"), groups=(read,))).paragraphs[0]


def test_nobody_is_the_largest_among_candidates_of_unknown_size():
    text = told(tasks=(Task(4600, "sh"), kill().tasks[0]))
    assert "largest of" not in text
    assert "python (pid 4666) 46M, sh (pid 4600) unknown" in text


TINY = Victim(4666, "sh", 0, MIB, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"usage": Usage(shmem_bytes=45 * MIB)}, "most is in tmpfs or shared memory"),
        ({"usage": Usage(kernel_bytes=45 * MIB), "tasks": ()}, "most is the kernel's own"),
        ({"usage": Usage(anon_bytes=45 * MIB), "tasks": ()}, "what holds the rest is not in the report"),
        (
            {"tasks": tuple(Task(pid, "worker", rss_bytes=2 * MIB) for pid in range(20))},
            "20 processes hold the rest together",
        ),
    ],
)
def test_memory_that_the_victim_did_not_hold_is_named(fields, words):
    text = told(victim=TINY, **fields)
    assert "It held only 1.0M of 50M" in text and words in text


def test_a_victim_that_held_most_needs_no_such_words():
    assert "It held only" not in told()


def test_a_victim_larger_than_the_use_is_charged_elsewhere_too():
    assert "charged to other groups" in told(victim=Victim(4666, "python", 0, 90 * MIB, 0, 0))


def test_unknown_numbers_make_no_sentence_and_no_nought():
    text = told(usage=None, tasks=(), limit_bytes=None, used_bytes=None, limit_hits_total=None, trigger=None,
                victim=Victim(4666, "python"))  # fmt: skip
    assert "how large it is and how full it was is not told" in text
    assert "0" not in text.replace("python (pid 4666)", "")


def test_other_containers_of_the_same_document_are_told():
    records = (
        pod_container(),
        pod_container(container_name="sidecar", oom_killed=False, exit_code=0, reason="Completed"),
        pod_container(container_name="migrate", role="init", oom_killed=None, exit_code=None, reason=None),
        pod_container(container_name="app", is_running=True, exit_code=None),
    )
    text = judge(Case(records=records)).paragraphs[-1]
    assert "container sidecar of pod shop/web-5d4f8c7b9-x2x4z ended with code 0 (Completed)" in text
    assert "init container migrate" in text and "has not ended" in text and text.endswith("runs.")


def test_the_memory_logs_last_lines_are_handed_on():
    lines = kill().evidence
    assert judge(Case(memory_log=lines)).last_lines == lines


def test_the_main_record_is_the_worst_one():
    records = (container(container_name="a", oom_killed=False, exit_code=0), container(container_name="b"))
    assert "container b" in judge(Case(records=records)).headline


def test_several_kills_are_counted_in_the_headline_with_their_limit_or_limits():
    kills = tuple(kill(victim=kill().victim._replace(pid=4000 + at)) for at in range(5))
    one = judge(Case(kills=kills, kernel_log_read=True)).headline
    assert one.startswith("5 OOM kills, the limit of group /app/job (50M) was hit; the last of them ")
    assert [at in one for at in ("4001", "4002", "4003", "4004")] == [False, True, True, True]
    two = judge(Case(kills=(kills[0], kills[1]._replace(limit_cgroup="/app")), kernel_log_read=True)).headline
    assert two.startswith("2 OOM kills at several limits; python (pid 4000)")
    alone = judge(Case(kills=kills[:1], kernel_log_read=True)).headline
    assert alone.startswith("the kernel's OOM killer ended python (pid 4000)")


def test_a_limit_that_no_report_names_is_said_to_be_unknown():
    assert "which limit was hit is not told" in judge(Case(kills=(kill(limit_cgroup=None),))).headline


def test_a_limit_that_counters_tell_of_may_be_an_ancestors():
    own, above = group(before=(0, 0), after=(0, 1)), group("/app", before=(0, 0), after=(1, 1), limit_bytes=90 * MIB)
    explanation = judge(Case(WHO, Ended(by_signal=9, reporter="wait"), groups=(own, above)))
    assert "the limit of group /app (90M), above its own group, was hit" in explanation.headline
