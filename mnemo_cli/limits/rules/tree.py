"""A condition as a tree: amounts, which are numbers, and claims, which are true or not.

Not what a node means: that is in `meaning`, and in `promql` for Prometheus; the two must agree.
"""

from typing import Literal, NamedTuple, TypeAlias, Union

ReckoningSign: TypeAlias = Literal["+", "-", "*", "/"]
ComparisonSign: TypeAlias = Literal["<", "<=", ">", ">=", "==", "!="]
Amount: TypeAlias = Union["Number", "Name", "Negative", "Reckoning"]
Claim: TypeAlias = Union["Comparison", "Both", "Either", "Opposite"]
Node: TypeAlias = Amount | Claim


class Number(NamedTuple):
    """A constant."""

    value: float


class Name(NamedTuple):
    """A number of the moment."""

    name: str


class Negative(NamedTuple):
    """−a; of 0 it is the other zero, as in IEEE 754."""

    amount: Amount


class Reckoning(NamedTuple):
    """a + b and its kind."""

    left: Amount
    sign: ReckoningSign
    right: Amount


class Comparison(NamedTuple):
    """a > b and its kind."""

    left: Amount
    sign: ComparisonSign
    right: Amount


class Both(NamedTuple):
    """a and b."""

    left: Claim
    right: Claim


class Either(NamedTuple):
    """a or b."""

    left: Claim
    right: Claim


class Opposite(NamedTuple):
    """not a."""

    claim: Claim


AMOUNTS = (Number, Name, Negative, Reckoning)


def names_in(node: Node) -> frozenset[str]:
    """Every name in it."""
    match node:
        case Number():
            return frozenset()
        case Name(name):
            return frozenset({name})
        case Negative(inner) | Opposite(inner):
            return names_in(inner)
        case _:
            return names_in(node.left) | names_in(node.right)


def has_opposite(claim: Claim) -> bool:
    """Whether there is a `not` in it."""
    match claim:
        case Comparison():
            return False
        case Opposite():
            return True
        case _:
            return has_opposite(claim.left) or has_opposite(claim.right)


def first_comparison(claim: Claim) -> Comparison:
    """The one that is written first."""
    while not isinstance(claim, Comparison):
        claim = claim.claim if isinstance(claim, Opposite) else claim.left
    return claim
