"""A verdict on the screen and as JSON, compared with kept texts that a person has read.

After a wanted change: MNEMO_UPDATE_GOLDEN=1 pytest tests/output/test_explanation.py, then read the diff.
"""

import json
import os
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from mnemo_cli.forensics.case import Case, Ended, Who
from mnemo_cli.forensics.explanation import Explanation
from mnemo_cli.forensics.kills import Evidence, Trigger, Usage, Victim
from mnemo_cli.forensics.truth import judge
from mnemo_cli.model import Gap
from mnemo_cli.output.explanation import explanation_document, explanation_text, headline_line
from mnemo_cli.recording.document import pretty
from tests.forensics.deaths import (
    CONTAINER,
    MIB,
    POD_GROUP,
    WHO,
    container,
    group,
    kill,
    pod_container,
    unit,
    user_kill,
)

SCHEMA = json.loads(resources.files("mnemo_cli").joinpath("schemas/explain.schema.json").read_text())
FOLDER = Path(__file__).parent / "golden_explanation"
POD_PATH = f"{POD_GROUP}/cri-containerd-{CONTAINER}.scope"
TRIGGERED = kill(
    limit_cgroup="/app",
    trigger=Trigger(4600, "sh", 0, "0xcc0"),
    evidence=(
        Evidence("kern.log", "kernel: sh invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0", 31),
        Evidence("kern.log", "kernel: memory: usage 51200kB, limit 51200kB, failcnt 14", 44),
        Evidence("kern.log", "kernel: Memory cgroup out of memory: Killed process 4666 (python) total-vm:99000kB", 60),
    ),
)
CASES = {
    "ancestor": Case(
        WHO,
        Ended(by_signal=9, reporter="wait"),
        (TRIGGERED,),
        logs=("kern.log",),
        kernel_log_read=True,
        groups=(
            group(limit_bytes=100 * MIB, used_bytes=48 * MIB, before=(0, 0), after=(0, 1)),
            group("/app", limit_bytes=50 * MIB, used_bytes=50 * MIB, before=(0, 0), after=(1, 1)),
        ),
    ),
    "pod": Case(
        records=(
            pod_container(),
            pod_container(container_name="sidecar", oom_killed=False, exit_code=0, reason="Completed"),
        ),
        kills=(kill(limit_cgroup=POD_PATH, victim_cgroup=POD_PATH),),
        kernel_log_read=True,
    ),
    "container-flag": Case(records=(container(),), gaps=(Gap("kernel_log", "/dev/kmsg", "Permission denied"),)),
    "tmpfs": Case(
        kills=(
            kill(
                usage=Usage(anon_bytes=MIB, shmem_bytes=48 * MIB, file_bytes=48 * MIB),
                victim=Victim(4666, "sh", 1000, MIB, 0, 0, 0, 0),
                tasks=(),
            ),
        ),
        kernel_log_read=True,
    ),
    "three-kills": Case(
        kills=(kill(), kill(victim=Victim(4700, "worker", 0, 30 * MIB, 0, 0, 0, 500)), user_kill("earlyoom", 12)),
        kernel_log_read=True,
        memory_log=(Evidence("memory.log", '{"level":"critical","used_bytes":52000000}', 812),),
    ),
    "code-137": Case(ended=Ended(code=137)),
    "unit": Case(Who(unit="web.service"), unit=unit(), kernel_log_read=False),
    "strange": Case(
        kills=(
            kill(
                victim=Victim(7, "x\n\x1b]0;pwned\x07", 0, 45 * MIB),
                suspicion="the pids differ",
                limit_cgroup="/\x1b[31m",
                victim_cgroup="/\x1b[31m",
            ),
        ),
        kernel_log_read=True,
    ),
}


def compare(text, name):
    path = FOLDER / name
    if os.environ.get("MNEMO_UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_the_text_of_a_verdict(name):
    compare(explanation_text(judge(CASES[name]), width=80), f"{name}.txt")


@pytest.mark.parametrize("name", ["ancestor", "code-137"])
def test_the_document_of_a_verdict(name):
    compare(pretty(explanation_document(judge(CASES[name]))), f"{name}.json")


@pytest.mark.parametrize("name", CASES)
def test_every_document_is_valid(name):
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(explanation_document(judge(CASES[name])), SCHEMA)


def test_the_schema_refuses_what_is_not_of_it():
    document = explanation_document(judge(CASES["ancestor"]))
    for change in ({"verdict": "oom"}, {"confidence": "sure"}, {"causes": []}, {"next_steps": [1]}, {"extra": 1}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(document | change, SCHEMA)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document | {"headline": "two\nlines"}, SCHEMA)


def test_the_fixed_part_of_the_document_is_there():
    document = explanation_document(judge(CASES["ancestor"]))
    assert (document["schema"], document["verdict"], document["confidence"]) == (
        "mnemo.explain/1",
        "kernel-oom",
        "proven",
    )
    (told,) = document["kills"]
    assert told["victim"]["pid"] == 4666 and told["trigger"] == {
        "pid": 4600,
        "name": "sh",
        "order": 0,
        "gfp_mask": "0xcc0",
    }
    assert (told["limit_cgroup"], told["victim_cgroup"], told["limit_bytes"]) == ("/app", "/app/job", 50 * MIB)
    assert document["evidence"][0] == {"source": "kern.log", "line": 31, "text": TRIGGERED.evidence[0].text}
    assert all(isinstance(step, str) for step in document["next_steps"])


def test_the_headline_comes_first_and_is_one_line_for_monitor():
    explanation = judge(CASES["ancestor"])
    assert explanation_text(explanation, 1000).splitlines()[0] == headline_line(explanation) == explanation.headline


@pytest.mark.parametrize("width", [20, 60, 100])
@pytest.mark.parametrize("name", CASES)
def test_commands_stand_whole_on_lines_of_their_own_at_any_width(name, width):
    explanation = judge(CASES[name])
    lines = [line.strip() for line in explanation_text(explanation, width).splitlines()]
    wanted = [
        step.command for step in explanation.next_steps if step.command is not None and step.command.isprintable()
    ]
    assert wanted and all(command in lines for command in wanted)


def test_sentences_are_wrapped_and_quotations_are_not():
    lines = explanation_text(judge(CASES["ancestor"]), 40).splitlines()
    assert f"  kern.log:31: {TRIGGERED.evidence[0].text}" in lines
    assert any(line == "the kernel's OOM killer ended python" for line in lines)


def test_of_very_many_quotations_and_kills_the_middle_is_left_out():
    kills = tuple(
        kill(victim=Victim(pid, "w"), evidence=(Evidence("log", f"Killed process {pid}", pid),))
        for pid in range(1, 101)
    )
    text = explanation_text(judge(Case(kills=kills)))
    assert "… 88 lines more" in text and "log:1: " in text and "log:100: " in text
    assert "Killed, in this order (100):" in text and "and 80 before them" in text


def test_a_verdict_without_anything_is_still_a_text():
    assert explanation_text(Explanation("nothing is known", ())) == "nothing is known\n"
