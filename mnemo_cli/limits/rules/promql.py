"""A condition as PromQL that means the same wherever its numbers are known.

Two series meet by `on (job, instance)`: one exporter is one machine. A comparison filters, so that the alert's
value is its left side, as here. `not` is pushed inward to the comparisons, and a comparison is turned
round as `(a > bool b) == 0`, since `a <= b` is false too where either is not a number.
An unknown number has no sample: then the expression is empty, and nothing fires.
"""

from collections.abc import Mapping

from mnemo_cli.limits.rules.condition import Condition
from mnemo_cli.limits.rules.tree import (
    Amount,
    Both,
    Claim,
    Comparison,
    Either,
    Name,
    Negative,
    Number,
    Opposite,
    names_in,
)

MATCHING = "on (job, instance)"
# How closely a text holds together: -a, a sum, a product, and what is one word.
_SIGNED, _SUM, _PRODUCT, _WORD = 0, 1, 2, 3


def promql(condition: Condition, series: Mapping[str, str]) -> str:
    """The expression; `series` gives the one of each name, with no sign looser than * in it."""
    return _claim(condition.tree, series, turned=False)


def promql_number(value: float) -> str:
    """A number as Prometheus reads it, with every digit that it needs."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)


def _claim(claim: Claim, series: Mapping[str, str], *, turned: bool) -> str:
    match claim:
        case Comparison():
            return _comparison(claim, series, turned=turned)
        case Opposite(inner):
            return _claim(inner, series, turned=not turned)
        case Both() | Either():
            word = "and" if isinstance(claim, Both) is not turned else "or"
            left, right = (_claim(side, series, turned=turned) for side in claim)
            return f"({left}) {word} {MATCHING} ({right})"


def _comparison(comparison: Comparison, series: Mapping[str, str], *, turned: bool) -> str:
    left, right = _amount(comparison.left, series)[0], _amount(comparison.right, series)[0]
    words = (
        left,
        comparison.sign,
        *(["bool"] if turned else []),
        *([MATCHING] if names_in(comparison.left) and names_in(comparison.right) else []),
        right,
    )
    text = " ".join(words)
    return f"({text}) == 0" if turned else text


def _amount(amount: Amount, series: Mapping[str, str]) -> tuple[str, int]:
    """The text, and how closely it holds together."""
    match amount:
        case Number(value):
            return promql_number(value), _WORD
        case Name(name):
            text = series[name]
            return text, _PRODUCT if "*" in text else _WORD
        case Negative(inner):
            text, closeness = _amount(inner, series)
            # In parentheses beside any other sign: -a * b is read alike everywhere, but not by people.
            return f"-{text}" if closeness == _WORD else f"-({text})", _SIGNED
        case _:
            own = _PRODUCT if amount.sign in ("*", "/") else _SUM
            left, left_closeness = _amount(amount.left, series)
            right, right_closeness = _amount(amount.right, series)
            matching = f" {MATCHING}" if names_in(amount.left) and names_in(amount.right) else ""
            left = left if left_closeness >= own else f"({left})"
            right = right if right_closeness > own else f"({right})"
            return f"{left} {amount.sign}{matching} {right}", own
