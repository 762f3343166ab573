"""What `mnemo collect` shows: its progress, what a bundle would hold, and what became of one."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mnemo_cli.diagnostics.collector import Collector, Missing, Profile
from mnemo_cli.model import Json
from mnemo_cli.output.tables import aligned
from mnemo_cli.redact import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from mnemo_cli.diagnostics.archive.verify import Verified
    from mnemo_cli.diagnostics.preview import Preview

COLLECTORS_SCHEMA = "mnemo.collectors/1"
VERIFIED_SCHEMA = "mnemo.verified/1"
_MOST_TOLD = 8


@contextmanager
def progress_bar(count: int) -> "Iterator[Callable[[str], None]]":
    """A bar on stderr if that is a terminal; what it gives is told each collector's id."""
    if not sys.stderr.isatty():
        yield lambda collector_id: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("collecting"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task, begun = bar.add_task("", total=count), iter(range(count + 1))
        yield lambda collector_id: bar.update(task, completed=next(begun), description=collector_id)


def list_text(collectors: Sequence[Collector], profile: Profile) -> str:
    """Every collector of this platform; `profile` is the one that would run."""
    head = ("collector", "profile", "runs", "what it is")
    rows = [(one.id, _word(one.profile), "yes" if one.profile <= profile else "no", one.help) for one in collectors]
    return "\n".join(aligned([head, *rows])) + "\n"


def list_document(collectors: Sequence[Collector], profile: Profile) -> dict[str, Json]:
    """The same for programs."""
    rows: list[Json] = [{**_card(one), "runs": one.profile <= profile} for one in collectors]
    return {"schema": COLLECTORS_SCHEMA, "profile": _word(profile), "collectors": rows}


def preview_text(previews: "Sequence[Preview]") -> str:
    """Members with their sources, then what would be missing."""
    members = [(path, printable(source)) for one in previews for path, source in one.members]
    lacks = [(one.collector.id, lack.state, _told(lack)) for one in previews for lack in one.missing]
    lines = aligned([("member", "source"), *members])
    if lacks:
        lines += ["", *aligned([("not there", "state", "why"), *lacks])]
    return "\n".join(lines) + "\n"


def preview_document(previews: "Sequence[Preview]", profile: Profile) -> dict[str, Json]:
    """The same for programs."""
    rows: list[Json] = []
    for one in previews:
        members: list[Json] = [{"path": path, "source": printable(source)} for path, source in one.members]
        missing: list[Json] = [
            {"source": printable(lack.source), "state": lack.state, "reason": printable(lack.reason)}
            for lack in one.missing
        ]
        rows.append({**_card(one.collector), "runs": True, "members": members, "missing": missing})
    return {"schema": COLLECTORS_SCHEMA, "profile": _word(profile), "collectors": rows}


def lacks_text(manifest: dict[str, Json]) -> str:
    """One line for a person who waits: what is missing in a bundle that is not complete; "" for a complete one."""
    if manifest["complete"]:
        return ""
    collectors = manifest["collectors"]
    assert isinstance(collectors, list)
    rows = [row for row in collectors if isinstance(row, dict) and row["state"] != "ok" and row["reason"] is not None]
    # What the machine does not have is skipped, too, and nothing to be told.
    lacks = [row for row in rows if row["state"] != "skipped"] or rows
    words = [f"{row['id']} ({row['state']}: {printable(str(row['reason']))})" for row in lacks[:_MOST_TOLD]]
    more = f" and {len(lacks) - _MOST_TOLD} more" if len(lacks) > _MOST_TOLD else ""
    why = "it was interrupted" if manifest["interrupted"] else "something is missing"
    return f"the bundle is partial, {why}: {'; '.join(words)}{more}"


def verified_text(path: str, verified: "Verified") -> str:
    """One line per fault; one line where there is none."""
    shown = printable(path)
    if verified.faults:
        # What cannot be read at all is named in the fault itself.
        return "".join(f"{shown}: {fault.removeprefix(f'{shown}: ')}\n" for fault in verified.faults)
    whole = "" if verified.complete else ", though partial by its own word"
    return f"{shown}: ok, {verified.files} files as the manifest and the sums say{whole}\n"


def verified_document(path: str, verified: "Verified") -> dict[str, Json]:
    """The same for programs."""
    return {
        "schema": VERIFIED_SCHEMA,
        "path": printable(path),
        "ok": not verified.faults,
        "complete": verified.complete,
        "files": verified.files,
        "faults": list(verified.faults),
    }


def _card(collector: Collector) -> dict[str, Json]:
    return {
        "id": collector.id,
        "profile": _word(collector.profile),
        "platforms": list(collector.platforms),
        "timeout_seconds": collector.timeout_seconds,
        "help": collector.help,
    }


def _word(profile: Profile) -> str:
    return profile.name.lower()


def _told(lack: Missing) -> str:
    return f"{printable(lack.source)}: {printable(lack.reason)}"
