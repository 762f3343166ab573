"""How the workers of a run stand, for views; and as one line of text, so that a journal can tell of it later."""

import json
from typing import NamedTuple

from mnemo_cli.model import Level


class WorkerNow(NamedTuple):
    """One worker: its binding limit, what our attempts claim there, and what became of those before.

    `heard_unix` is when it was last heard of.
    """

    name: str
    level: Level | None
    limit_bytes: int | None
    limit_source: str
    used_bytes: int | None
    claimed_bytes: int
    jobs: int
    slots: int
    heard_unix: float
    done: int = 0
    lost: int = 0
    is_lost: bool = False

    @property
    def level_word(self) -> str:
        """What stands where its level would: a worker that is gone has none."""
        if self.is_lost:
            return "lost"
        return "unknown" if self.level is None else self.level.word


def roll_text(workers: "tuple[WorkerNow, ...]") -> str:
    """As a journal keeps it."""
    return json.dumps([list(worker) for worker in workers])


def roll_in(text: str) -> "tuple[WorkerNow, ...]":
    """What a journal kept; nothing where it is none of ours."""
    try:
        rows = json.loads(text) if text else []
        return tuple(WorkerNow(*row)._replace(level=None if row[1] is None else Level(row[1])) for row in rows)
    except (ValueError, TypeError, IndexError):
        return ()
