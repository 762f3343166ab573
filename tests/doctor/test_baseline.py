"""A baseline: what was found before is known again whatever its pid and words, and nothing else is."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.doctor.baseline import Baseline, identity, load_baseline
from mnemo_cli.doctor.result import Audit, Finding, Severity, Subject
from mnemo_cli.errors import ConfigError
from mnemo_cli.output.findings import FindingsFormat, Report, render

NGINX = Subject("process", pid=812, name="nginx", user="www-data", unit="nginx.service")
FULL = Finding("FD003", "fd-usage", "finding", Severity.WARNING, "full", used=9, limit=10, layer="soft")
HOW = "; write one with `mnemo limits check --report json=FILE`"


@pytest.fixture
def baseline_of(tmp_path):
    """The baseline that a run with these findings leaves behind."""

    def make(*findings, subjects=(NGINX,), findings_format=FindingsFormat.JSON):
        path = tmp_path / "baseline"
        audits = tuple(Audit(subject, "server", findings) for subject in subjects)
        path.write_text(render(Report(audits, 1), findings_format))
        return load_baseline(path)

    return make


@pytest.mark.parametrize("findings_format", [FindingsFormat.JSON, FindingsFormat.NDJSON])
@pytest.mark.parametrize("others", [(), (NGINX._replace(name="redis", pid=9),)])
def test_what_a_former_run_wrote_is_known(baseline_of, findings_format, others):
    baseline = baseline_of(FULL, subjects=(NGINX, *others), findings_format=findings_format)
    assert len(baseline.known) == 1 + len(others)
    for subject in (NGINX, *others):
        assert baseline.knows(subject, FULL)


@pytest.mark.parametrize(
    ("subject", "finding"),
    [
        (NGINX._replace(pid=4711), FULL),
        (NGINX._replace(kind="unit"), FULL),
        (NGINX, FULL._replace(message="fuller", used=10, source="x", hits=3, fixes=("y",))),
        (NGINX, FULL._replace(severity=Severity.NOTE)),
    ],
)
def test_a_pid_and_words_and_numbers_do_not_make_it_new(baseline_of, subject, finding):
    assert baseline_of(FULL).knows(subject, finding)


@pytest.mark.parametrize(
    ("subject", "finding"),
    [
        (NGINX._replace(name="redis"), FULL),
        (NGINX._replace(unit=None), FULL),
        (NGINX._replace(user="root"), FULL),
        (NGINX, FULL._replace(id="FD004")),
        (NGINX, FULL._replace(layer="hard")),
        (NGINX, FULL._replace(layer=None)),
        (NGINX, FULL._replace(severity=Severity.ERROR)),
    ],
)
def test_another_target_check_or_layer_is_new_and_so_is_one_that_became_worse(baseline_of, subject, finding):
    assert not baseline_of(FULL).knows(subject, finding)


@pytest.mark.parametrize("state", ["pass", "unknown", "skipped", "waived"])
def test_only_findings_are_known(baseline_of, state):
    severity = Severity.WARNING if state == "waived" else None
    assert baseline_of(FULL._replace(state=state, severity=severity)) == Baseline()


def test_of_the_same_finding_twice_the_worse_counts(baseline_of):
    for findings in ((FULL, FULL._replace(severity=Severity.ERROR)), (FULL._replace(severity=Severity.ERROR), FULL)):
        assert baseline_of(*findings).knows(NGINX, FULL._replace(severity=Severity.ERROR))


def test_a_run_without_findings_is_a_baseline_too(baseline_of):
    assert baseline_of() == Baseline()
    assert baseline_of(subjects=()) == Baseline()


names = st.none() | st.text(st.characters(), max_size=12)


@given(subject=st.builds(Subject, st.just("process"), st.none(), names, names, names), layer=names)
def test_names_of_any_kind_are_known_again(tmp_path_factory, subject, layer):
    finding = FULL._replace(layer=layer)
    path = tmp_path_factory.getbasetemp() / "any-baseline"
    path.write_text(render(Report((Audit(subject, "server", (finding,)),), 1), FindingsFormat.JSON))
    assert load_baseline(path).known == {identity(subject, finding): Severity.WARNING}


def document(**changes):
    result = {"id": "FD003", "state": "finding", "severity": "error", "layer": "soft"}
    target = {"name": "a", "unit": None, "user": None}
    whole = {"schema": "mnemo.findings/1", "target": target, "results": [{**result, **changes.pop("result", {})}]}
    return json.dumps({**whole, **changes})


def test_the_least_document_is_enough(tmp_path):
    path = tmp_path / "b"
    path.write_text(document())
    assert load_baseline(path).knows(Subject("process", name="a"), FULL._replace(severity=Severity.ERROR))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", ": the baseline is empty"),
        ("\n \n", ": the baseline is empty"),
        ("hello", ": not JSON: Expecting value: line 1 column 1 (char 0)"),
        (json.dumps(json.loads(document()), indent=2)[:-30], ": not JSON: "),
        (document() + "\n" + document()[:-5], ":2: not JSON: "),
        ("[" * 100_000, ": not JSON: "),
        ("[]", ": not a mnemo.findings/1 document"),
        ("{}", ":1: not a mnemo.findings/1 document"),
        (document(schema="mnemo.findings/2"), ":1: not a mnemo.findings/1 document"),
        (document() + '\n{"schema": "mnemo.sample/1"}', ":2: not a mnemo.findings/1 document"),
        (document(results=None), ":1: results is null, but must be a list"),
        (document(results=[7]), ":1: results[0] is 7, but must be an object"),
        (
            document(result={"state": "bad"}),
            ':1: results[0].state is "bad", but must be one of pass finding unknown skipped waived',
        ),
        (document(result={"state": []}), ":1: results[0].state is [], but must be one of pass "),
        (document(result={"severity": None}), ":1: results[0].severity is null, but must be one of note warning error"),
        (document(result={"severity": {}}), ":1: results[0].severity is {}, but must be one of note warning error"),
        (document(result={"id": 1}), ":1: results[0].id is 1, but must be a text"),
        (document(result={"layer": 1}), ":1: results[0].layer is 1, but must be a text or null"),
        (document(target=None), ":1: results[0].target is null, but must be an object"),
        (document(target={"name": ["a"]}), ':1: results[0].target.name is ["a"], but must be a text or null'),
        (document(result={"id": ["x" * 99]}), f':1: results[0].id is ["{"x" * 37}…, but must be a text'),
    ],
)
def test_what_is_no_baseline_is_told_with_its_place(tmp_path, text, complaint):
    path = tmp_path / "baseline.json"
    path.write_text(text)
    with pytest.raises(ConfigError) as raised:
        load_baseline(path)
    assert str(raised.value).startswith(f"{path}{complaint}") and str(raised.value).endswith(HOW)


def test_bytes_that_are_no_text_are_told(tmp_path):
    path = tmp_path / "b"
    path.write_bytes(b'{"a": "\xff"}')
    with pytest.raises(ConfigError, match=r"b: byte 7 is not UTF-8, so this is no baseline"):
        load_baseline(path)


def test_a_missing_file_and_a_folder_are_told(tmp_path):
    with pytest.raises(ConfigError, match=r"cannot read the baseline .*/none: No such file or directory; write one"):
        load_baseline(tmp_path / "none")
    with pytest.raises(ConfigError, match=r"cannot read the baseline .*: Is a directory; write one"):
        load_baseline(tmp_path)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "unit", "id"]), inner, max_size=3)
    ),
    max_leaves=6,
)
keys = st.sampled_from(["id", "state", "severity", "layer", "target"])


@given(results=json_values | st.lists(st.dictionaries(keys, json_values | st.just("finding"))), target=json_values)
def test_any_document_is_read_or_refused(tmp_path_factory, results, target):
    path = tmp_path_factory.getbasetemp() / "fuzzed-baseline"
    path.write_text(json.dumps({"schema": "mnemo.findings/1", "target": target, "results": results}))
    try:
        assert isinstance(load_baseline(path), Baseline)
    except ConfigError as error:
        assert str(path) in str(error)
