"""Conditions as PromQL, sign by sign. That they mean the same is in tests/output/prometheus."""

import pytest

from mnemo_cli.limits.rules.condition import parse
from mnemo_cli.limits.rules.promql import promql, promql_number
from mnemo_cli.limits.rules.tree import has_opposite

# The last one is a product of itself.
SERIES = {"a": "A", "b": "B", "p": "r * 100"}
MEET = "on (job, instance)"


@pytest.mark.parametrize(
    ("condition", "expression"),
    [
        ("a > 60", "A > 60"),
        ("60 < a", "60 < A"),
        ("a > 0.1", "A > 0.1"),
        ("a > 4Gi", "A > 4294967296"),
        ("a > b", f"A > {MEET} B"),
        ("not a > 1", "(A > bool 1) == 0"),
        ("not a > b", f"(A > bool {MEET} B) == 0"),
        ("not not a > 1", "A > 1"),
        ("a > 1 and b > 1", f"(A > 1) and {MEET} (B > 1)"),
        ("not (a > 1 and b > 2)", f"((A > bool 1) == 0) or {MEET} ((B > bool 2) == 0)"),
        ("a > 1 or not b > 1", f"(A > 1) or {MEET} ((B > bool 1) == 0)"),
        ("not (a > 1 or not b > 2)", f"((A > bool 1) == 0) and {MEET} (B > 2)"),
        ("-a > 1", "-A > 1"),
        ("-p > 1", "-(r * 100) > 1"),
        ("-(a + b) > 1", f"-(A + {MEET} B) > 1"),
        ("-a * 2 > b", f"(-A) * 2 > {MEET} B"),
        ("p * 2 > 1", "r * 100 * 2 > 1"),
        ("2 * p > 1", "2 * (r * 100) > 1"),
        ("b / p > 1", f"B / {MEET} (r * 100) > 1"),
        ("a - b - 1 > 0", f"A - {MEET} B - 1 > 0"),
        ("a - (b - 1) > 0", f"A - {MEET} (B - 1) > 0"),
        ("(a + 1) * 2 > 1", "(A + 1) * 2 > 1"),
        ("1 + a * 2 > 1", "1 + A * 2 > 1"),
        ("a / (b / 2) > 1", f"A / {MEET} (B / 2) > 1"),
    ],
)
def test_a_condition_is_written_with_no_more_signs_than_it_needs(condition, expression):
    assert promql(parse(condition), SERIES) == expression


@pytest.mark.parametrize(
    ("value", "text"), [(60.0, "60"), (0.1, "0.1"), (1e16 - 2, "9999999999999998"), (1e16, "1e+16"), (-5.0, "-5")]
)
def test_a_number_is_written_with_every_digit_that_it_needs(value, text):
    assert promql_number(value) == text


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("a > 1", False),
        ("a > 1 and b > 1", False),
        ("a > 1 or not b > 1", True),
        ("not a > 1 and b > 1", True),
        ("a > 1 and (b > 1 or not a < 3)", True),
    ],
)
def test_a_not_is_found_wherever_it_stands(condition, found):
    assert has_opposite(parse(condition).tree) is found
