"""mnemo.findings/1: valid against the shipped schema for every report, and the numbers as they were."""

import json
from importlib import resources

import jsonschema
import pytest

from mnemo_cli.doctor.baseline import Baseline, identity
from mnemo_cli.doctor.gate import Gate
from mnemo_cli.doctor.result import Severity
from mnemo_cli.output.findings import FindingsFormat, render


@pytest.fixture(scope="module")
def validator():
    schema = json.loads(resources.files("mnemo_cli").joinpath("schemas/findings.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def document(report, findings_format=FindingsFormat.JSON):
    return json.loads(render(report, findings_format))


def test_one_target_is_the_documents_own(report, validator):
    whole = document(report())
    validator.validate(whole)
    assert list(whole) == ["schema", "target", "profile", "results", "summary", "exit_code"]
    assert whole["target"] == {
        "kind": "process",
        "pid": 812,
        "name": "nginx",
        "user": "www-data",
        "unit": "nginx.service",
    }
    assert (whole["profile"], whole["exit_code"]) == ("server", 1)
    assert whole["summary"] == {"pass": 1, "finding": 3, "unknown": 1, "skipped": 1, "waived": 1}
    assert not any("target" in result for result in whole["results"])


def test_a_result_has_its_numbers_its_layer_and_what_mends_it(report):
    (result,) = [result for result in document(report())["results"] if result["id"] == "FD003"]
    assert (result["state"], result["severity"], result["slug"]) == ("finding", "error", "fd-usage")
    assert (result["used"], result["limit"], result["headroom"], result["unit"]) == (3810, 4096, 286, "descriptors")
    assert result["used_ratio"] == 3810 / 4096
    assert (result["layer"], result["source"], result["hits"]) == ("soft", "unit nginx.service LimitNOFILE", None)
    assert result["evidence"][0] == {"path": "/proc/812/limits", "value": "Max open files 4096 524288"}
    assert result["fixes"] == ["mnemo ulimit fix --unit nginx.service --need nofile=65536 --plan"]


def test_no_limit_is_a_word_and_unknown_is_null(report):
    results = {result["id"]: result for result in document(report())["results"]}
    assert (results["PR001"]["limit"], results["PR001"]["headroom"]) == ("unlimited", "unlimited")
    assert (results["IN002"]["limit"], results["IN002"]["used"], results["IN002"]["used_ratio"]) == (None, None, None)


def test_of_several_targets_each_result_carries_its_own(report, two, validator):
    whole = document(report(two))
    validator.validate(whole)
    assert (whole["target"], whole["profile"]) == (None, None)
    names = [result["target"]["name"] for result in whole["results"]]
    assert names == ["nginx"] * 7 + ["redis-server"] * 3
    assert {result["profile"] for result in whole["results"]} == {"server", "database"}
    assert whole["summary"] == {"pass": 2, "finding": 4, "unknown": 2, "skipped": 1, "waived": 1}


def test_no_target_is_still_a_document(report, validator):
    whole = document(report((), exit_code=3))
    validator.validate(whole)
    assert (whole["results"], whole["exit_code"]) == ([], 3)


def test_ndjson_is_one_whole_document_a_line(report, two, validator):
    lines = render(report(two), FindingsFormat.NDJSON).splitlines()
    documents = [json.loads(line) for line in lines]
    for one in documents:
        validator.validate(one)
    assert [one["target"]["name"] for one in documents] == ["nginx", "redis-server"]
    assert [len(one["results"]) for one in documents] == [7, 3]
    assert [one["exit_code"] for one in documents] == [1, 1]


def test_a_baseline_says_of_each_finding_whether_it_is_new(report, validator):
    (audit,) = report().audits
    full = next(finding for finding in audit.findings if finding.id == "FD003")
    gate = Gate(baseline=Baseline(known={identity(audit.subject, full): Severity.ERROR}))
    whole = document(report(gate=gate))
    validator.validate(whole)
    assert {result["id"]: result["new"] for result in whole["results"] if result["state"] == "finding"} == {
        "FD003": False,
        "CG004": True,
        "MM009": True,
    }
    assert {result["new"] for result in whole["results"] if result["state"] != "finding"} == {None}


@pytest.mark.parametrize(
    "wrong",
    [
        lambda whole: whole.pop("summary"),
        lambda whole: whole.update(extra=1),
        lambda whole: whole["results"][0].update(state="ok"),
        lambda whole: whole["results"][0].update(severity="error"),  # it passed
        lambda whole: whole["results"][1].update(severity=None),  # a finding
        lambda whole: whole["results"][0].update(limit="max"),
        lambda whole: whole["results"][0].update(used=-1),
        lambda whole: whole.update(target=None, profile=None),  # then the results need their own
        lambda whole: whole["results"][0].update(target=whole["target"], profile="server"),
    ],
)
def test_the_schema_refuses_what_is_no_such_document(report, validator, wrong):
    whole = document(report())
    validator.validate(whole)
    wrong(whole)
    assert not validator.is_valid(whole)
