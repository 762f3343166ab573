"""Why an attempt died, in one line: by the kernel's words, by a counter, or by its signal alone."""

import pytest

from mnemo_cli.forensics.explanation import Cause, Explanation
from mnemo_cli.forensics.kills import Kill, Victim
from mnemo_cli.orchestrate.inquest.inquest import Finding
from mnemo_cli.orchestrate.job import Ended, Identity, Job, Key
from mnemo_cli.orchestrate.run.ends import Death
from mnemo_cli.output.orchestrate.verdict import verdict, verdict_with

MIB = 1 << 20
OWN = "/mnemo-1-2/3"


def death(reason="oom-limit", limit_bytes=128 * MIB, **ended):
    identity = Identity(41, 7, "boot")
    job = Job(id="a", name="n", command=("x",))
    return Death(Key("a", 1), job, reason, Ended(**{"status": -9, "seconds": 1.0, **ended}), limit_bytes, identity)


def kill(**fields):
    plain = Kill("kernel", "SIGKILL", Victim(41, "python3", anon_rss_bytes=126 * MIB, shmem_rss_bytes=0), ())
    return plain._replace(**{"scope": "memcg", "limit_cgroup": OWN, "limit_bytes": 128 * MIB, **fields})


def found(*causes, kills=()):
    return Finding(Explanation("the headline", tuple(Cause(*each, "a sentence") for each in causes), kills), OWN)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "killed by the kernel at its limit of 128M; the victim was python3 (pid 41) with 126M: proven"),
        ({"limit_cgroup": "/outer", "limit_bytes": 1 << 30},
         "killed by the kernel at the limit of 1.00G of group /outer, above its own; "
         "the victim was python3 (pid 41) with 126M: proven"),
        ({"scope": "global", "limit_cgroup": None},
         "killed by the kernel: the machine ran out of memory; the victim was python3 (pid 41) with 126M: proven"),
        ({"killer": "sysrq"},
         "killed by the kernel, as somebody asked by sysrq f; the victim was python3 (pid 41) with 126M: proven"),
        ({"scope": None, "limit_cgroup": None, "victim": Victim(None, None)},
         "killed by the kernel at its limit of 128M (peak 127M); the victim was a process, started by it: likely"),
        ({"victim": Victim(42, "\x1b[2Jevil")},
         r"killed by the kernel at its limit of 128M; the victim was \x1b[2Jevil (pid 42), started by it: proven"),
    ],
)  # fmt: skip
def test_the_kernels_own_line_names_limit_and_victim(fields, text):
    died = death(kernel_oom=True, peak_bytes=127 * MIB)
    assert verdict(died, found(("kernel-oom", "proven"), kills=(kill(**fields),))) == text


def test_a_parent_that_went_on_after_the_kill_of_its_child_is_told():
    finding = found(("exit", "proven"), ("kernel-oom", "possible"), kills=(kill(victim=Victim(42, "cc1")),))
    assert verdict(death(kernel_oom=True, status=5), finding) == (
        "killed by the kernel at its limit of 128M; the victim was cc1 (pid 42), started by it; "
        "the job ended with code 5: proven"
    )


def test_a_line_that_may_be_forged_is_no_proof():
    finding = found(("exit", "proven"), kills=(kill(suspicion="it may be forged"),))
    assert str(verdict(death(kernel_oom=True, status=137), finding)).endswith("126M: possible")


@pytest.mark.parametrize(
    ("reason", "ended", "limit_bytes", "text"),
    [
        ("oom-limit", {"kernel_oom": True, "peak_bytes": 128 * MIB}, 128 * MIB,
         "killed by the kernel at its limit of 128M (peak 128M): likely"),
        ("oom-limit", {"kernel_oom": True}, 128 * MIB, "killed by the kernel at its limit of 128M: likely"),
        ("oom-limit", {"kernel_oom": True, "peak_bytes": 20 * MIB}, 128 * MIB,
         "killed by the kernel below its own limit of 128M (peak 20M), at one above it or the machine's: likely"),
        ("oom-limit", {"kernel_oom": True}, None,
         "killed by the kernel, at a limit above its own group or the machine's: likely"),
        ("oom-mnemo", {"capped": True, "status": -15}, 128 * MIB, "ended by mnemo at its limit of 128M"),
        ("signal", {"peak_bytes": 5 * MIB}, 128 * MIB, "ended by SIGKILL, no memory evidence (peak 5.0M)"),
        ("signal", {"status": -33}, None, "ended by signal 33"),
        ("signal", {"status": -11, "peak_bytes": 5 * MIB}, None, "ended by SIGSEGV (peak 5.0M)"),
        ("oom-host-suspected", {"status": 137}, None,
         "ended by SIGKILL while the machine's OOM killer was at work: likely"),
        ("signal", {"status": None}, None, None),
    ],
)  # fmt: skip
def test_what_the_engine_alone_knows_of_a_death(reason, ended, limit_bytes, text):
    assert verdict(death(reason, limit_bytes, **ended), None) == text


def test_a_sigkill_that_was_not_the_kernels_is_told_as_such():
    finding = found(("signal", "proven"), ("kernel-oom", "excluded"))
    assert verdict(death("signal"), finding) == "ended by SIGKILL, not by the kernel's OOM killer"
    assert verdict(death("oom-host-suspected"), finding) == "ended by SIGKILL, not by the kernel's OOM killer"


def test_any_other_cause_is_told_as_forensics_tells_it():
    assert verdict(death("signal"), found(("userspace-oom", "proven"))) == "the headline"


def test_nobody_asks_why_mnemo_ended_a_job():
    asked = []
    assert verdict_with(asked.append)(death("oom-mnemo", capped=True)) == "ended by mnemo at its limit of 128M"
    assert verdict_with(asked.append)(death("signal")) == "ended by SIGKILL, no memory evidence"
    assert len(asked) == 1
