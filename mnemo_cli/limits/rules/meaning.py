"""What a condition means: its tree as functions of the numbers of a moment.

Arithmetic and comparisons are those of IEEE 754, as in PromQL: nothing overflows into an error, a division
by 0 is infinite, and nothing that is not a number compares (but it is unequal to all). An unknown number makes
an amount and its comparison unknown; `and` and `or` go on with what is known (Kleene's logic of three values).
"""

import operator
from collections.abc import Callable, Mapping
from math import copysign, inf, nan
from typing import TypeAlias

from mnemo_cli.limits.rules.tree import (
    Amount,
    Both,
    Claim,
    Comparison,
    ComparisonSign,
    Name,
    Negative,
    Number,
    Opposite,
    Reckoning,
    ReckoningSign,
)

Values: TypeAlias = Mapping[str, float | None]
AmountOf: TypeAlias = Callable[[Values], float | None]
TruthOf: TypeAlias = Callable[[Values], bool | None]


def divided(left: float, right: float) -> float:
    """As the processor divides: Python alone refuses a divisor of 0."""
    if right:
        return left / right
    return copysign(inf, left) * copysign(1.0, right) if left and left == left else nan


_RECKON: dict[ReckoningSign, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": divided,
}
_COMPARE: dict[ComparisonSign, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def amount_of(amount: Amount) -> AmountOf:
    """The function that gives its number, or None where a part is unknown."""
    match amount:
        case Number(value):
            return lambda values: value
        case Name(name):
            return _named(name)
        case Negative(inner):
            return _negative(amount_of(inner))
        case Reckoning(left, sign, right):
            return _reckoning(amount_of(left), _RECKON[sign], amount_of(right))


def truth_of(claim: Claim) -> TruthOf:
    """The function that tells whether it holds, or None where that hangs on something unknown."""
    match claim:
        case Comparison(left, sign, Number(value)):
            return _comparison_with(amount_of(left), _COMPARE[sign], value)
        case Comparison(left, sign, right):
            return _comparison(amount_of(left), _COMPARE[sign], amount_of(right))
        case Opposite(inner):
            return _opposite(truth_of(inner))
        case Both(left_claim, right_claim):
            return _both(truth_of(left_claim), truth_of(right_claim))
        case _:
            return _either(truth_of(claim.left), truth_of(claim.right))


def _named(name: str) -> AmountOf:
    def amount(values: Values) -> float | None:
        try:
            return values[name]
        except KeyError:
            return None

    return amount


def _negative(inner: AmountOf) -> AmountOf:
    def amount(values: Values) -> float | None:
        found = inner(values)
        return None if found is None else -found

    return amount


def _reckoning(left: AmountOf, reckon: Callable[[float, float], float], right: AmountOf) -> AmountOf:
    def amount(values: Values) -> float | None:
        one, other = left(values), right(values)
        return None if one is None or other is None else reckon(one, other)

    return amount


def _comparison(left: AmountOf, compare: Callable[[float, float], bool], right: AmountOf) -> TruthOf:
    def truth(values: Values) -> bool | None:
        one, other = left(values), right(values)
        return None if one is None or other is None else compare(one, other)

    return truth


def _comparison_with(left: AmountOf, compare: Callable[[float, float], bool], constant: float) -> TruthOf:
    def truth(values: Values) -> bool | None:
        one = left(values)
        return None if one is None else compare(one, constant)

    return truth


def _opposite(inner: TruthOf) -> TruthOf:
    def truth(values: Values) -> bool | None:
        found = inner(values)
        return None if found is None else not found

    return truth


def _both(left: TruthOf, right: TruthOf) -> TruthOf:
    def truth(values: Values) -> bool | None:
        one = left(values)
        if one is False:
            return False
        other = right(values)
        return other if one or other is False else None

    return truth


def _either(left: TruthOf, right: TruthOf) -> TruthOf:
    def truth(values: Values) -> bool | None:
        one = left(values)
        if one:
            return True
        other = right(values)
        return other if one is False or other else None

    return truth
