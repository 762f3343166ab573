"""Any case at all is judged: ranked, quoted, and nothing unknown becomes proof of an OOM kill."""

import json
from importlib import resources

import jsonschema
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.forensics.case import Case, Counters, Ended, GroupReading, RuntimeMessage, UnitRecord, Who
from mnemo_cli.forensics.kills import Evidence, Kill, Task, Trigger, Usage, Victim
from mnemo_cli.forensics.truth import judge
from mnemo_cli.model import UNLIMITED, Gap
from mnemo_cli.output.explanation import explanation_document, explanation_text, headline_line
from mnemo_cli.sampling.rlimits import Rlimit
from tests.examples import few_examples
from tests.forensics.deaths import CONTAINER, POD_GROUP, container, notice, pod_container

SCHEMA = json.loads(resources.files("mnemo_cli").joinpath("schemas/explain.schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
ORDER = ("proven", "likely", "possible", "excluded")

NAME = st.sampled_from(["python", "java", "x,pid=1,uid=0", "a\nb", "\x1b]0;x\x07", "(sd-pam)", "\udcff", ""])
PATH = st.sampled_from(
    [None, "/", "/app", "/app/job", f"/docker/{CONTAINER}", POD_GROUP, "/system.slice/web.service", "/\x1b[31m"]
)
COUNT = st.none() | st.integers(0, 5)
SIZE = st.none() | st.integers(0, 1 << 40)
LIMIT = SIZE | st.just(UNLIMITED)
PID = st.none() | st.integers(1, 4)
SECONDS = st.none() | st.sampled_from([0.0, 100.0, 1000.0, 1e9])
QUOTE = st.sampled_from([Evidence("log", "a line", 3), Evidence("lo\x1bg", "\x1b[31m\udcff", None)])
KILL = st.builds(
    Kill,
    killer=st.sampled_from(
        ["kernel", "sysrq", "systemd-oomd", "earlyoom", "nohang", "bustd", "kubelet", "dask", "parallel"]
    ),
    signal=st.sampled_from(["SIGKILL", "SIGTERM"]),
    victim=st.builds(
        Victim, PID, st.none() | NAME, COUNT, SIZE, SIZE, SIZE, SIZE, st.none() | st.integers(-1000, 1000)
    ),
    evidence=st.lists(QUOTE, min_size=1, max_size=2).map(tuple),
    trigger=st.none() | st.builds(Trigger, PID, st.none() | NAME, COUNT, st.none() | NAME),
    scope=st.sampled_from([None, "memcg", "global", "cpuset", "mempolicy"]),
    limit_cgroup=PATH,
    victim_cgroup=PATH,
    limit_bytes=LIMIT,
    used_bytes=SIZE,
    limit_hits_total=COUNT,
    usage=st.none() | st.builds(Usage, SIZE, SIZE, SIZE, SIZE, SIZE, SIZE),
    tasks=st.lists(
        st.builds(Task, st.integers(1, 9), NAME, COUNT, SIZE, SIZE, SIZE, SIZE, st.none() | st.integers(-1000, 1000)),
        max_size=3,
    ).map(tuple),
    group_kill=st.booleans(),
    page_bytes=st.sampled_from([None, 4096]),
    time_seconds=SECONDS,
    clock=st.sampled_from([None, "unix", "boot"]),
    suspicion=st.sampled_from([None, None, "forged"]),
)
COUNTERS = st.none() | st.builds(Counters, COUNT, COUNT, COUNT, COUNT, COUNT, COUNT, COUNT)
GROUP = st.builds(GroupReading, PATH, st.sampled_from([1, 2]), PATH, LIMIT, SIZE, before=COUNTERS, after=COUNTERS)
RECORDS = st.lists(
    st.sampled_from(
        [
            container(),
            container(exit_code=0),
            container(is_running=True, exit_code=None),
            pod_container(),
            pod_container(evicted=True, role="pod", container_name=None),
            container(container_id=None),
        ]
    ),
    max_size=2,
).map(tuple)
UNIT = st.builds(
    UnitRecord,
    st.sampled_from(["web.service", ""]),
    evidence=st.lists(QUOTE, max_size=1).map(tuple),
    result=st.sampled_from([None, "oom-kill", "signal", "success"]),
    main_code=st.sampled_from([None, "exited", "killed", "dumped"]),
    main_status=COUNT,
    control_group=PATH,
    main_pid=PID,
)
CASE = st.builds(
    Case,
    who=st.none()
    | st.builds(
        Who,
        PID,
        COUNT,
        st.none() | NAME,
        st.sampled_from([None, "web.service"]),
        st.sampled_from([None, CONTAINER]),
        st.none(),
        PATH,
        is_alive=st.none() | st.booleans(),
    ),
    ended=st.none()
    | st.builds(
        Ended,
        st.none() | st.integers(0, 255),
        st.none() | st.integers(1, 64),
        st.sampled_from(["wait", "shell", "person"]),
        st.lists(QUOTE, max_size=1).map(tuple),
    ),
    kills=st.lists(KILL, max_size=3).map(tuple),
    logs=st.sampled_from([(), ("kern.log",)]),
    kernel_log_read=st.none() | st.booleans(),
    groups=st.lists(GROUP, max_size=3).map(tuple),
    records=RECORDS,
    unit=st.none() | UNIT,
    notices=st.sampled_from(
        [(), (notice("oom", "web.service"),), (notice("stop", "web.service"), notice("grace", CONTAINER))]
    ),
    runtime_messages=st.lists(
        st.builds(
            RuntimeMessage,
            st.sampled_from(["JVM", "Node", "Go", "Python", "C++", "bash"]),
            NAME,
            QUOTE,
            st.booleans(),
            st.booleans(),
            PID,
        ),
        max_size=2,
    ).map(tuple),
    rlimits=st.dictionaries(
        st.sampled_from(["RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_FSIZE"]),
        st.builds(Rlimit, st.integers(0, 9) | st.just(UNLIMITED), st.integers(0, 9) | st.just(UNLIMITED)),
    ),
    cpu_seconds=SECONDS,
    memory_log=st.lists(QUOTE, max_size=1).map(tuple),
    died_seconds=SECONDS,
    since_seconds=SECONDS,
    boot_seconds=SECONDS,
    gaps=st.sampled_from([(), (Gap("x", "y", "z\x1b"),)]),
)


def speaks_of_a_kernel_kill(case):
    """A line or a counter that moved: without either there is no proof."""
    rises = any(
        (after or 0) > (before or 0)
        for group in case.groups
        if group.before is not None and group.after is not None
        for before, after in zip(group.before, group.after, strict=True)
    )
    return rises or any(kill.killer in ("kernel", "sysrq") and kill.suspicion is None for kill in case.kills)


@few_examples
@given(CASE)
def test_any_case_is_judged_ranked_and_never_proven_without_a_line_or_a_counter(case):
    explanation = judge(case)
    ranks = [ORDER.index(cause.confidence) for cause in explanation.causes]
    assert ranks and ranks == sorted(ranks) and explanation.confidence != "excluded"
    for cause in explanation.causes:
        if cause.verdict == "kernel-oom" and cause.confidence == "proven":
            assert cause.evidence and speaks_of_a_kernel_kill(case)
    assert all(kill in case.kills for kill in explanation.kills)


@few_examples
@given(CASE)
def test_any_verdict_is_shown_without_anybodys_escape_codes(case):
    explanation = judge(case)
    document = explanation_document(explanation)
    VALIDATOR.validate(json.loads(json.dumps(document, allow_nan=False)))
    text = explanation_text(explanation, width=60)
    assert all(character.isprintable() or character == "\n" for character in text)
    line = headline_line(explanation)
    assert line and line.isprintable()
