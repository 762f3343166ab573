"""What a journal tells of its run as a whole, beside jobs and attempts."""

from collections.abc import Mapping
from typing import NamedTuple

_NUMBERS = ("exit_code", "budget_bytes", "slots")


class Facts(NamedTuple):
    """`exit_code` None: the run is not over. `plan` is the plan's name, where it has one.

    `folder` is where the run was begun: taken up again from elsewhere, its jobs still run there.
    """

    plan: str | None = None
    exit_code: int | None = None
    budget_bytes: int | None = None
    slots: int | None = None
    folder: str | None = None

    @property
    def as_texts(self) -> dict[str, str]:
        """As a journal keeps them."""
        return {name: "" if fact is None else str(fact) for name, fact in self._asdict().items()}


def whole_facts(texts: Mapping[str, str]) -> Facts:
    """The facts that a journal kept; what is no number is not known."""
    numbers = {name: int(texts[name]) if texts.get(name, "").isdecimal() else None for name in _NUMBERS}
    return Facts(plan=texts.get("plan") or None, folder=texts.get("folder") or None, **numbers)
