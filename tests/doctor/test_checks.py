"""The contract of every check: a card of its own, a page, and an answer to anything, never a pass for nothing."""

import datetime
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnemo_cli.doctor.audit import audit
from mnemo_cli.doctor.check import Check, Fault, Pass, Skipped, Unknown, fullness, share
from mnemo_cli.doctor.checks import CHECKS
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.page import page, page_of
from mnemo_cli.doctor.surroundings import Surroundings
from mnemo_cli.model import UNLIMITED
from tests.doctor.stock import Files, write
from tests.doctor.stock_hosts import STOCK

TODAY = datetime.date(2026, 11, 22)
FILES = Path(__file__).parents[2] / "mnemo_cli/doctor/checks"
FAMILIES = ("FD", "PR", "CG", "MM", "OM", "IN", "AI", "CF")


def test_ids_and_slugs_are_unique_and_stable_in_form():
    assert len({check.id for check in CHECKS}) == len({check.slug for check in CHECKS}) == len(CHECKS)
    assert all(re.fullmatch(rf"({'|'.join(FAMILIES)})\d\d\d", check.id) for check in CHECKS)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", check.slug) for check in CHECKS)


def test_the_list_is_in_the_order_of_the_families_and_ids():
    assert list(CHECKS) == sorted(CHECKS, key=lambda check: (FAMILIES.index(check.id[:2]), check.id))


def test_every_file_of_the_folder_is_one_check_of_the_list_named_after_it():
    stems = {path.stem for path in FILES.glob("*.py")} - {"__init__"}
    assert {check.slug.replace("-", "_") for check in CHECKS} == stems
    assert {check.run.__module__.rpartition(".")[2] for check in CHECKS} == stems


@pytest.mark.parametrize("path", sorted(FILES.glob("*.py")), ids=lambda path: path.stem)
def test_a_check_imports_no_other_check(path):
    if path.stem != "__init__":
        assert "mnemo_cli.doctor.checks" not in path.read_text()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.slug)
def test_every_check_has_a_page_with_a_title_and_an_explanation(check):
    found = page(check)
    assert found == page_of(check.id) == page_of(check.slug.upper())
    assert len(found.title) > 40 and found.title.endswith(".") and found.paragraphs


def test_there_is_no_page_of_an_unknown_word():
    assert page_of("fd") is None and page_of("FD999") is None


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.slug)
@pytest.mark.parametrize("pid", ["self", 4242, None])
def test_an_empty_machine_gives_no_pass_and_no_finding(tmp_path, check, pid):
    with Evidence(Surroundings(tmp_path), pid) as evidence:
        found = audit(evidence, [check], today=TODAY).findings[0]
    assert found.state in ("unknown", "skipped") and "the check itself failed" not in found.message


@pytest.mark.parametrize("name", STOCK)
@given(data=st.data())
@settings(max_examples=15)
def test_damaged_files_never_make_a_check_fail(tmp_path_factory, name, data):
    files: Files = dict(STOCK[name]())
    texts = {key for key, text in files.items() if text and not text.startswith("-> ") and "/fd/" not in key}
    damaged = data.draw(st.lists(st.sampled_from(sorted(texts)), min_size=1, max_size=12, unique=True))
    root = write(tmp_path_factory.mktemp("damaged"), files)
    for key in damaged:
        (root / key).write_bytes(data.draw(_damage((files[key] or "").encode())))
    with Evidence(Surroundings(root), 812 if "proc/812/status" in files else 1) as evidence:
        findings = audit(evidence, CHECKS, today=TODAY).findings
    assert not [each for each in findings if "the check itself failed" in each.message]


def _damage(text: bytes) -> st.SearchStrategy[bytes]:
    cut = st.integers(0, len(text)).map(lambda length: text[:length])
    digits = st.sampled_from([b"-1", b"99999999999999999999999", b"x", b"", b"\x00\xff", b"1e9"]).map(
        lambda word: re.sub(rb"\d+", word.replace(b"\\", b"\\\\"), text)
    )
    return st.one_of(cut, digits, st.binary(max_size=200))


@pytest.mark.parametrize(
    ("used", "limit", "severity"),
    [
        (0, 100, None), (60, 100, None), (61, 100, "warning"), (80, 100, "warning"), (81, 100, "error"),
        (120, 100, "error"),
        (0, 0, "error"), (10**12, UNLIMITED, None),
    ],
)  # fmt: skip
def test_how_full_a_limit_may_be(used, limit, severity):
    assert fullness(used, limit) == severity


def test_a_share_is_told_in_numbers_and_percent():
    assert share(3810, 4096) == "3,810 of 4,096 (93%)"
    assert share(3, 0) == "3 of 0"


def test_a_check_that_raises_is_unknown_and_hides_no_other(tmp_path):
    def broken(evidence: Evidence) -> Pass:
        raise ZeroDivisionError("no luck")

    good = Check("XX002", "good", lambda evidence: Pass("fine"), about="config")
    with Evidence(Surroundings(tmp_path), None) as evidence:
        result = audit(evidence, [Check("XX001", "broken", broken, about="config"), good], today=TODAY)
    assert [each.state for each in result.findings] == ["unknown", "pass"]
    assert "ZeroDivisionError: no luck" in result.findings[0].message


def test_the_four_answers_become_findings(tmp_path):
    answers = [
        Pass("fine", used=1, limit=4, unit="tasks"),
        Fault("warning", "bad", used=3, limit=4, layer="soft", fixes=("mend it",)),
        Unknown("who knows", "a light"),
        Skipped("not here"),
    ]
    checks = [Check(f"XX00{n}", "slug", lambda evidence, n=n: answers[n], about="config") for n in range(4)]
    with Evidence(Surroundings(tmp_path), None) as evidence:
        passed, fault, unknown, skipped = audit(evidence, checks, today=TODAY).findings
    assert (passed.state, passed.severity, passed.headroom) == ("pass", None, 3)
    assert (fault.state, fault.used_ratio, fault.headroom, fault.fixes) == ("finding", 0.75, 1, ("mend it",))
    assert (unknown.state, unknown.message) == ("unknown", "who knows (what would help: a light)")
    assert (skipped.state, skipped.message) == ("skipped", "not here")
