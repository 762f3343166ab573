"""What a condition says: IEEE 754 as the processor has it, and three values of truth."""

import ast
import itertools
from math import copysign, inf, isnan, nan

import numpy
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mnemo_cli.limits.rules.condition import parse
from mnemo_cli.limits.rules.meaning import divided
from tests.limits.rules.conditions import claim

NAMES = ("alpha", "beta", "gamma")
numbers = st.floats() | st.sampled_from([0.0, -0.0, 1.0, 60.0, inf, -inf, nan, 1e308, 5e-324, 2.0**53])
known = st.fixed_dictionaries(dict.fromkeys(NAMES, numbers))
partly_known = st.fixed_dictionaries(dict.fromkeys(NAMES, st.none() | numbers))


@given(numbers, numbers)
def test_a_division_is_the_processors(left, right):
    with numpy.errstate(all="ignore"):
        wanted = float(numpy.float64(left) / numpy.float64(right))
    found = divided(left, right)
    assert (isnan(found) and isnan(wanted)) or (found, copysign(1, found)) == (wanted, copysign(1, wanted))


@given(st.randoms(use_true_random=False), known)
def test_a_condition_is_as_true_as_numpy_finds_it(random, values):
    text = claim(random, NAMES)
    literals = {name: numpy.float64(value) for name, value in values.items()}
    source = text.replace("4Ki", "4096")
    # Constants too are of numpy: Python's own refuse to be divided by 0.
    tree = numpy_constants(source)
    with numpy.errstate(all="ignore"):
        wanted = bool(eval(tree, {"__builtins__": {}, "number": numpy.float64}, literals))
    assert parse(text).holds(values) is wanted


def numpy_constants(source):
    class Wrapped(ast.NodeTransformer):
        def visit_Constant(self, node):
            return ast.Call(ast.Name("number", ast.Load()), [node], [])

    return compile(ast.fix_missing_locations(Wrapped().visit(ast.parse(source, mode="eval"))), "", "eval")


@given(st.randoms(use_true_random=False), partly_known, known)
def test_what_is_told_of_partly_unknown_numbers_holds_whatever_they_are(random, partly, all_known):
    condition = parse(claim(random, NAMES))
    answer = condition.holds(partly)
    assume(answer is not None)
    filled = {name: all_known[name] if value is None else value for name, value in partly.items()}
    assert condition.holds(filled) is answer


@given(st.randoms(use_true_random=False), known)
def test_nothing_is_unknown_where_all_numbers_are_known(random, values):
    condition = parse(claim(random, NAMES))
    assert condition.holds(values) in (True, False)
    assert condition.value(values) is not None


TRUTH = {True: "x > 0", False: "x < 0", None: "y > 0"}


@pytest.mark.parametrize(("left", "right"), list(itertools.product(TRUTH, TRUTH)))
def test_and_or_and_not_in_three_values(left, right):
    values = {"x": 1.0, "y": None}
    rank = {False: 0, None: 1, True: 2}
    both = parse(f"{TRUTH[left]} and {TRUTH[right]}").holds(values)
    either = parse(f"{TRUTH[left]} or {TRUTH[right]}").holds(values)
    assert rank[both] == min(rank[left], rank[right])
    assert rank[either] == max(rank[left], rank[right])
    opposite = parse(f"not ({TRUTH[left]})").holds(values)
    assert rank[opposite] == 2 - rank[left]


@pytest.mark.parametrize("text", ["x + 1 > 0", "1 - x > 0", "-x > 0", "x * 0 == 0", "x == x", "x / x > 0", "x > y"])
def test_what_is_reckoned_with_an_unknown_number_is_unknown(text):
    assert parse(text).holds({"x": None, "y": 1.0}) is None
    assert parse(text).holds({"y": 1.0}) is None


@pytest.mark.parametrize(
    ("text", "x", "holds"),
    [
        ("x > 60", 60.0, False),
        ("x >= 60", 60.0, True),
        ("x * 100 > 55", 0.55, True),  # 0.55 * 100 is 55.00000000000001
        ("1 / x > 0", 0.0, True),
        ("1 / x > 0", -0.0, False),
        ("1 / -x > 0", 0.0, False),
        ("x > -0", 0.0, False),
        ("1 / (x * -0) < 0", 1.0, True),
        ("x - x == 0", inf, False),
        ("x - x != x - x", inf, True),
        ("not (x / 0 > 1)", 0.0, True),
        ("x * 1e24 * 1e24 > 1", 1e300, True),
        ("x > 1e24", inf, True),
    ],
)
def test_edges(text, x, holds):
    assert parse(text).holds({"x": x}) is holds


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x > 60", 3.0),
        ("60 < x", 3.0),
        ("x * 2 > 60", 6.0),
        ("x > y", 3.0),
        ("y > x and x > 1", None),
        ("not (x < 1 or y > 1)", 3.0),
        ("1 + 1 < x * 3", 9.0),
    ],
)
def test_the_value_is_what_is_compared_first(text, value):
    assert parse(text).value({"x": 3.0, "y": None}) == value
