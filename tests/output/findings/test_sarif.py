"""SARIF: every rule declared, every result with a place and a fingerprint that stay, unknown never closed."""

import json
from pathlib import Path

import jsonschema
import pytest

from mnemo_cli.doctor.baseline import Baseline, identity
from mnemo_cli.doctor.gate import Gate
from mnemo_cli.doctor.result import Audit, Finding, Item, Severity, Subject
from mnemo_cli.output.findings import FindingsFormat, Report, render

USUAL = Gate()

ERROR = Finding("FD003", "fd-usage", "finding", Severity.ERROR, "full", layer="soft")
NGINX = Subject("process", pid=812, name="nginx")


@pytest.fixture(scope="module")
def validator():
    schema = json.loads((Path(__file__).parent / "sarif-subset.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def run_of(report):
    (run,) = json.loads(render(report, FindingsFormat.SARIF))["runs"]
    return run


def results_of(*findings, subject=NGINX, gate=USUAL):
    return run_of(Report((Audit(subject, "default", findings),), 0, gate))["results"]


def uri_of(*evidence, subject=NGINX):
    (result,) = results_of(ERROR._replace(evidence=evidence), subject=subject)
    return result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]


def test_the_log_is_valid(report, two, validator):
    for audits in ((), report().audits, two):
        validator.validate(json.loads(render(report(audits), FindingsFormat.SARIF)))


def test_every_result_points_to_a_declared_rule(report, two):
    run = run_of(report(two))
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert rules[0]["shortDescription"]["text"] == "A process near its descriptors fails soon."
    assert rules[0]["help"]["text"].endswith("\n\nMore.")


def test_a_pass_and_what_does_not_apply_are_no_results(report):
    assert [result["ruleId"] for result in run_of(report())["results"]] == ["FD003", "CG004", "MM009", "IN002", "MM003"]


def test_what_cannot_be_told_stays_open():
    (result,) = results_of(Finding("IN002", "inotify", "unknown", None, "denied; run as root"))
    assert (result["kind"], result["level"]) == ("open", "none")
    assert result["message"]["text"] == "nginx (pid 812): denied; run as root"


def test_a_waived_finding_is_suppressed_with_its_reason():
    (result,) = results_of(ERROR._replace(state="waived", message="full (waived until 2027-01-31: known)"))
    (suppression,) = result["suppressions"]
    assert result["level"] == "error"
    assert (suppression["status"], suppression["justification"]) == (
        "accepted",
        "full (waived until 2027-01-31: known)",
    )


@pytest.mark.parametrize(
    ("evidence", "uri"),
    [
        ((), "proc/pid/limits"),
        ((Item("LimitNOFILE", "1024"),), "proc/pid/limits"),
        ((Item("/", ""),), "proc/pid/limits"),
        ((Item("/proc/812/limits", ""),), "proc/pid/limits"),
        ((Item("/proc/812", ""),), "proc/pid"),
        ((Item("/proc/8/task/9/stat", ""),), "proc/pid/task/9/stat"),
        ((Item("/proc/sys/fs/file-max", ""),), "proc/sys/fs/file-max"),
        ((Item("/x/proc/812/limits", ""),), "x/proc/812/limits"),
        ((Item("name", ""), Item("/etc/security/limits.d/a b.conf", "")), "etc/security/limits.d/a%20b.conf"),
        ((Item("//a:b?c#d", ""),), "a%3Ab%3Fc%23d"),
    ],
)
def test_the_place_is_a_file_whose_name_is_the_same_in_every_run(evidence, uri):
    assert uri_of(*evidence) == uri


def test_a_finding_of_the_machine_without_a_file_is_placed_among_its_settings():
    assert uri_of(subject=Subject("host")) == "proc/sys"


def test_a_finding_is_known_again_by_what_stays():
    def fingerprint(finding, subject=NGINX):
        return results_of(finding, subject=subject)[0]["partialFingerprints"]["primaryLocationLineHash"]

    before = fingerprint(ERROR)
    assert fingerprint(ERROR._replace(message="fuller", used=9, severity=Severity.NOTE)) == before
    assert fingerprint(ERROR, NGINX._replace(pid=9999)) == before
    others = [fingerprint(ERROR._replace(id="FD004")), fingerprint(ERROR._replace(layer="hard"))]
    others += [fingerprint(ERROR, NGINX._replace(name="redis")), fingerprint(ERROR, NGINX._replace(unit="nginx"))]
    assert len({before, *others}) == 5


def test_several_of_the_same_kind_are_told_apart():
    workers = tuple(Audit(NGINX._replace(pid=pid), "default", (ERROR,)) for pid in (1, 2, 3))
    prints = [
        result["partialFingerprints"]["primaryLocationLineHash"] for result in run_of(Report(workers, 1))["results"]
    ]
    assert len(set(prints)) == 3 and len({one.partition(":")[0] for one in prints}) == 1


def test_a_baseline_says_what_is_new():
    gate = Gate(baseline=Baseline(known={identity(NGINX, ERROR): Severity.ERROR}))
    states = {
        result["ruleId"]: result["baselineState"] for result in results_of(ERROR, ERROR._replace(id="X1"), gate=gate)
    }
    assert states == {"FD003": "unchanged", "X1": "new"}
