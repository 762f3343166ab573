"""What `mnemo ulimit raise` and `mnemo ulimit protect` have done, and how to make it last."""

from collections.abc import Sequence

from mnemo_cli.doctor.protect import Standing
from mnemo_cli.doctor.raising import Raised
from mnemo_cli.model import Limit, Unlimited
from mnemo_cli.output.tables import aligned

_MOST_CHILDREN = 8


def raised_text(raised: Raised) -> str:
    """The limit before and after, and what it does not reach."""
    before, after = raised.before, raised.after
    unit = "ends with the process: `mnemo ulimit fix` makes it last"
    return (
        f"{raised.name} ({raised.pid}): open files soft {_word(before.soft)} -> {_word(after.soft)}, "
        f"hard {_word(before.hard)} -> {_word(after.hard)}\n"
        f"This {unit}. Its children get it from now on; those that run keep theirs. A program that sized its\n"
        "tables when it started (nginx, Redis, a JVM) needs a restart to use it.\n"
    )


def standings_text(standings: Sequence[Standing], score: int) -> str:
    """Every process that was changed, what its children have, and the lasting form of each world."""
    rows = [("pid", "name", "before", "after", "unit")]
    rows += [(str(one.pid), one.name, str(one.before), str(one.after), one.unit or "-") for one in standings]
    lines = [*aligned(rows, right=frozenset({0, 2, 3})), ""]
    lines.append("Children that they start from now on inherit the score; children that run keep their own.")
    for one in standings:
        if one.children:
            shown = ", ".join(map(str, one.children[:_MOST_CHILDREN]))
            more = ", ..." if len(one.children) > _MOST_CHILDREN else ""
            lines.append(f"Of {one.pid} these run: {shown}{more}")
    if score < 0:
        lines.append("The kill moves to other processes: give a protected one a memory limit of its own.")
    return "\n".join([*lines, "", "To make it last:", *_lasting(standings, score)]) + "\n"


def _lasting(standings: Sequence[Standing], score: int) -> list[str]:
    units = dict.fromkeys(one.unit for one in standings if one.unit is not None)
    rows = [("  systemd", f"OOMScoreAdjust={score} below [Service] of {unit}") for unit in units or ["the unit"]]
    rows += [
        ("  docker", f"--oom-score-adj {score}"),
        ("  compose", f"oom_score_adj: {score}"),
        ("  kubernetes", "no field: the score follows from the QoS class. Requests equal to limits make a pod"),
        ("", "Guaranteed; requests below limits make it Burstable, which is not protected."),
    ]
    return aligned(rows)


def _word(limit: Limit) -> str:
    return limit.value if isinstance(limit, Unlimited) else str(limit)
