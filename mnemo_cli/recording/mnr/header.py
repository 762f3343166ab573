"""The first line of each part of a recording: who recorded what, how often, and at which levels."""

from typing import NamedTuple

from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import Json, Scope
from mnemo_cli.recording.mnr.sealed import RECORDING_SCHEMA
from mnemo_cli.recording.reading.members import Damaged, Members


class About(NamedTuple):
    """What a recording tells of the watch besides its samples."""

    version: str
    host_name: str
    interval_seconds: float
    edges: Edges


def header_document(about: About, scope: Scope, time: Json) -> dict[str, Json]:
    """`time` is that of the first line after it."""
    return {
        "schema": RECORDING_SCHEMA,
        "type": "header",
        "time": time,
        "version": about.version,
        "host_name": about.host_name,
        "scope": scope.json,
        "interval_seconds": about.interval_seconds,
        "levels": {name: getattr(about.edges, name) for name in _LEVELS},
    }


def read_about(members: Members) -> About:
    """Damaged where it is not as `header_document` makes it."""
    levels = members.object("levels")
    try:
        edges = Edges(**{name: float(levels.amount(name)) for name in _LEVELS})
    except ValueError as err:  # Damaged is one too
        raise Damaged(str(err)) from err
    return About(
        version=members.text("version"),
        host_name=members.text("host_name"),
        interval_seconds=members.amount("interval_seconds"),
        edges=edges,
    )


_LEVELS = ("moderate_ratio", "high_ratio", "critical_ratio", "release_margin_ratio")
