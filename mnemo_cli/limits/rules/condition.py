"""A condition such as `db_connections > db_pool_size * 2`: its text read into a tree, and asked what it says.

    claim    either ← both ("or" both)*          amount   product (("+" | "-") product)*
    both     opposite ("and" opposite)*          product  factor (("*" | "/") factor)*
    opposite "not" opposite | comparison         factor   ("+" | "-") factor | single
    comparison  amount [sign amount]             single   number | name | "(" claim or amount ")"

The order of signs is Python's and PromQL's alike. `ast` would read the same, but costs 5 ms to import in every
command that has rules, warns on stderr about text of strangers, and says something else in each version.
"""

from collections.abc import Callable, Collection
from functools import cached_property
from typing import cast

from mnemo_cli.errors import ConditionError
from mnemo_cli.limits.rules.meaning import AmountOf, TruthOf, Values, amount_of, truth_of
from mnemo_cli.limits.rules.tokens import Token, meant, refusal, scan
from mnemo_cli.limits.rules.tree import (
    AMOUNTS,
    Amount,
    Both,
    Claim,
    Comparison,
    ComparisonSign,
    Either,
    Name,
    Negative,
    Node,
    Number,
    Opposite,
    Reckoning,
    ReckoningSign,
    first_comparison,
    names_in,
)

__all__ = ["Condition", "ConditionError", "parse"]

DEEPEST = 32
_COMPARISON_SIGNS = ("<", "<=", ">", ">=", "==", "!=")
_RESERVED = ("and", "or", "not")


class Condition:
    """A condition that was understood. Two of the same text are equal."""

    def __init__(self, text: str, tree: Claim) -> None:
        self.text = text
        self.tree = tree

    @cached_property
    def names(self) -> frozenset[str]:
        """The numbers that it asks for."""
        return names_in(self.tree)

    def holds(self, values: Values) -> bool | None:
        """Whether it is so; None where that hangs on a number that is unknown."""
        return self._truth(values)

    def value(self, values: Values) -> float | None:
        """What the left side of its first comparison comes to (the right side where the left one is constant)."""
        return self._amount(values)

    @cached_property
    def _truth(self) -> TruthOf:
        return truth_of(self.tree)

    @cached_property
    def _amount(self) -> AmountOf:
        comparison = first_comparison(self.tree)
        return amount_of(comparison.left if names_in(comparison.left) else comparison.right)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Condition) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"parse({self.text!r})"


def parse(text: str, known: Collection[str] | None = None) -> Condition:
    """The condition that the text is; ConditionError says what is wrong, and where. None knows every name."""
    tree = _Reader(text, known).read()
    return Condition(" ".join(text.split()), tree)


class _Reader:
    """Reads the tokens from left to right, one function for each line of the grammar."""

    def __init__(self, text: str, known: Collection[str] | None) -> None:
        self._text = text
        self._known = known
        self._tokens = scan(text)
        self._at = 0
        self._depth = 0

    def read(self) -> Claim:
        if not self._now.text:
            raise self._error("it is empty; write for example memory_usage_pct > 60", self._now)
        node = self._either()
        if self._at < len(self._tokens) - 1:
            raise self._error(f"{_short(self._now.text)!r} is too much here", self._now)
        return self._claim(node, self._tokens[0])

    @property
    def _now(self) -> Token:
        return self._tokens[self._at]

    def _take(self, *texts: str) -> Token | None:
        """The present token if it is one of these, and on to the next. No word is a sign, and no sign a word."""
        token = self._now
        if token.text not in texts:
            return None
        self._at += 1
        return token

    def _either(self) -> Node:
        first, node = self._now, self._both()
        while self._take("or"):
            left, second = self._claim(node, first), self._now
            node = Either(left, self._claim(self._both(), second))
        return node

    def _both(self) -> Node:
        first, node = self._now, self._opposite()
        while self._take("and"):
            left, second = self._claim(node, first), self._now
            node = Both(left, self._claim(self._opposite(), second))
        return node

    def _opposite(self) -> Node:
        if self._take("not") is None:
            return self._comparison()
        first = self._now
        return Opposite(self._claim(self._deeper(self._opposite), first))

    def _comparison(self) -> Node:
        first, node = self._now, self._sum()
        sign = self._take(*_COMPARISON_SIGNS)
        if sign is None:
            return node
        left, second = self._amount(node, first), self._now
        # mypy does not know that what was taken is one of the signs asked for; so below too.
        comparison = Comparison(left, cast(ComparisonSign, sign.text), self._amount(self._sum(), second))
        if not names_in(comparison):
            raise self._error("this compares constants only, and is always the same", first)
        if self._now.text in _COMPARISON_SIGNS:
            raise self._error("comparisons cannot be chained; write a < b and b < c", self._now)
        return comparison

    def _sum(self) -> Node:
        return self._reckoned(self._product, "+", "-")

    def _product(self) -> Node:
        return self._reckoned(self._factor, "*", "/")

    def _reckoned(self, part: Callable[[], Node], *signs: str) -> Node:
        first, node = self._now, part()
        while sign := self._take(*signs):
            left, second = self._amount(node, first), self._now
            node = Reckoning(left, cast(ReckoningSign, sign.text), self._amount(part(), second))
        return node

    def _factor(self) -> Node:
        sign = self._take("-", "+")
        if sign is None:
            return self._single()
        first = self._now
        amount = self._amount(self._deeper(self._factor), first)
        return Negative(amount) if sign.text == "-" else amount

    def _single(self) -> Node:
        token = self._now
        if token.kind == "number":
            self._at += 1
            return Number(token.value)
        if token.kind == "name" and token.text not in _RESERVED:
            self._at += 1
            return self._name(token)
        if self._take("("):
            node = self._deeper(self._either)
            if self._take(")") is None:
                raise self._error("a ) is missing here", self._now)
            return node
        found = f", not {_short(token.text)!r}" if token.text else ""
        raise self._error(f"a name or a number must stand here{found}", token)

    def _name(self, token: Token) -> Name:
        if self._now.text == "(":
            raise self._error("nothing can be called here", self._now)
        if self._known is not None and token.text not in self._known:
            near = meant(token.text, self._known) or "; `mnemo limits rules` lists the names"
            raise self._error(f"there is no {_short(token.text)}{near}", token)
        return Name(token.text)

    def _deeper(self, part: Callable[[], Node]) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._error(f"this is nested more than {DEEPEST} deep", self._now)
        node = part()
        self._depth -= 1
        return node

    def _amount(self, node: Node, first: Token) -> Amount:
        if isinstance(node, AMOUNTS):
            return node
        raise self._error("a comparison is no number, and cannot be reckoned with or compared", first)

    def _claim(self, node: Node, first: Token) -> Claim:
        if not isinstance(node, AMOUNTS):
            return node
        raise self._error("a number alone is neither true nor false; compare it with something", first)

    def _error(self, what: str, token: Token) -> ConditionError:
        return refusal(what, self._text, token.column)


def _short(name: str) -> str:
    return name if len(name) <= 60 else f"{name[:60]}…"
