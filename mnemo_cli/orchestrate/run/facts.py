"""What a journal tells of its run as a whole, beside jobs and attempts."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote, unquote

from mnemo_cli.redact import printable

# The key under which a journal keeps how the workers of its run stood when it was last told (orchestrate.roll).
WORKERS = "workers"
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
        """As a journal keeps them: in UTF-8, which a folder's name need not be."""
        folder = None if self.folder is None else quote(self.folder, errors="surrogateescape")
        plan = None if self.plan is None else printable(self.plan)
        facts = self._replace(plan=plan, folder=folder)._asdict()
        return {name: "" if fact is None else str(fact) for name, fact in facts.items()}


def whole_facts(texts: Mapping[str, str]) -> Facts:
    """The facts that a journal kept; what is no number is not known."""
    numbers = {name: int(texts[name]) if texts.get(name, "").isdecimal() else None for name in _NUMBERS}
    folder = unquote(texts.get("folder", ""), errors="surrogateescape")
    return Facts(plan=texts.get("plan") or None, folder=folder or None, **numbers)
