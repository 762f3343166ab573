"""Plans and fixes as text, as JSON (mnemo.fix/1 and mnemo.fixes/1), and as a shell script that does the same."""

import os
import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path

from mnemo_cli.doctor.fixes.plan import Change, Plan, diff
from mnemo_cli.doctor.fixes.record import Record
from mnemo_cli.model import Json
from mnemo_cli.output.tables import aligned
from mnemo_cli.recording.document import timestamp
from mnemo_cli.redact import printable, redact_text
from mnemo_cli.units import format_size

FIX_SCHEMA = "mnemo.fix/1"
FIXES_SCHEMA = "mnemo.fixes/1"


def plan_document(plan: Plan) -> dict[str, Json]:
    """What would be done."""
    return {
        "schema": FIX_SCHEMA,
        "id": plan.id,
        "state": "planned",
        "time": None,
        "root": os.fspath(plan.root),
        "worlds": plan.worlds,
        "nr_open": plan.ceiling.nr_open,
        "nr_open_is_assumed": plan.ceiling.assumed,
        "files": _files(plan.root, plan.changes),
        "printed": [{"world": printed.world, "text": printed.text} for printed in plan.printed],
        "activate": [step.line for step in plan.activate],
        "restart": plan.restart,
        "verify": plan.verify,
        "undo": undo_line(plan.root, plan.id),
        "notes": plan.notes,
        "unmet": plan.unmet,
    }


def record_document(root: Path, record: Record, left: Sequence[str]) -> dict[str, Json]:
    """What was done; `activate` is what is left to a person."""
    return {
        "schema": FIX_SCHEMA,
        "id": record.id,
        "state": record.state,
        "time": timestamp(record.time_seconds),
        "root": os.fspath(root),
        "worlds": record.worlds,
        "files": _files(root, record.changes),
        "activate": left,
        "restart": record.restart,
        "verify": record.verify,
        "undo": undo_line(root, record.id),
    }


def list_document(root: Path, records: Iterable[Record]) -> dict[str, Json]:
    """Every fix of the journal."""
    fixes: list[Json] = [
        {
            "id": record.id,
            "state": record.state,
            "time": timestamp(record.time_seconds),
            "worlds": record.worlds,
            "files": [os.fspath(root / change.path) for change in record.changes],
            "undo": undo_line(root, record.id),
        }
        for record in records
    ]
    return {"schema": FIXES_SCHEMA, "fixes": fixes}


def plan_text(plan: Plan) -> str:
    """For a person: the diff first, then what goes with it."""
    assumed = ", assumed since the root does not tell it" if plan.ceiling.assumed else ""
    memory_bytes = plan.wanted.memory_bytes
    memory = f", mem at least {format_size(memory_bytes)} where a limit is set" if memory_bytes is not None else ""
    wanted = f"nofile at least {plan.wanted.nofile}, nproc at least {plan.wanted.nproc}{memory}"
    goal = f"{wanted}; fs.nr_open {plan.ceiling.nr_open}{assumed}"
    name = f"fix {plan.id}" if plan.changes else "fix"  # one that writes nothing is kept nowhere, and not undone
    parts = [f"{name} for {', '.join(plan.worlds)}: planned, nothing is changed\n{goal}\n"]
    parts += [_shown(diff(plan.root, change)) for change in plan.changes]
    parts += [f"For {printed.world}, to be put there by you:\n{_indented(printed.text)}" for printed in plan.printed]
    if plan.changes:
        parts.append(_list("Activate", [step.line for step in plan.activate]))
        parts += [_list("Restart", plan.restart), _list("Verify", plan.verify)]
        parts.append(_list("Undo", [undo_line(plan.root, plan.id)]))
    elif plan.printed:
        parts += [_list("Restart", plan.restart), _list("Verify", plan.verify)]
    elif not plan.unmet:
        parts.append("Nothing to do: the configuration allows this already.\n")
    parts += [_list("Note", plan.notes), _list("Cannot be met by a file of ours", plan.unmet)]
    return "\n".join(part for part in parts if part)


def record_text(root: Path, record: Record, left: Sequence[str]) -> str:
    """After --apply and --undo."""
    state = record.state.replace("_", " ")
    files = [os.fspath(root / change.path) for change in record.changes]
    parts = [f"fix {record.id}: {state}\n", _list("Files", files), _list("Left to do", left)]
    if record.state == "applied":
        parts += [_list("Restart", record.restart), _list("Verify", record.verify)]
        parts.append(_list("Undo", [undo_line(root, record.id)]))
    return "\n".join(part for part in parts if part)


def list_text(root: Path, records: Sequence[Record], *, head: bool) -> str:
    """One line per fix; `head` names the columns."""
    rows = [
        (
            record.id,
            record.state.replace("_", " "),
            timestamp(record.time_seconds),
            ",".join(record.worlds),
            " ".join(printable(os.fspath(root / change.path)) for change in record.changes),
        )
        for record in records
    ]
    if head and rows:
        rows.insert(0, ("fix", "state", "time", "worlds", "files"))
    return "".join(f"{line}\n" for line in aligned(rows))


def plan_shell(plan: Plan) -> str:
    """Runs in any POSIX shell, and may be eval'ed: what writes files runs in a subshell of its own."""
    lines = [f"# fix {plan.id} for {', '.join(plan.worlds)}"]
    for printed in plan.printed:
        lines += printed.text.splitlines() if printed.world == "session" else _comments(printed.text)
    lines += [f"# cannot be met: {printable(line)}" for line in plan.unmet]
    if plan.changes and not plan.unmet:
        lines += ["(", "set -eu", "umask 022", *(line for change in plan.changes for line in _writing(plan, change))]
        runs_here = plan.root == Path("/")
        for step in plan.activate:
            lines.append(step.line if step.automatic and runs_here else f"# then: {step.line}")
        lines += [")", *(f"# restart: {line}" for line in plan.restart)]
    return "\n".join(lines) + "\n"


def undo_line(root: Path, fix_id: str) -> str:
    where = "" if root == Path("/") else f" --root {shlex.quote(os.fspath(root))}"
    return f"mnemo ulimit fix --undo {fix_id}{where}"


def _writing(plan: Plan, change: Change) -> list[str]:
    path = plan.root / change.path
    new = path.with_name(f".{path.name}.{plan.id}.new")
    end = f"END_{plan.id}"
    target, temporary = shlex.quote(os.fspath(path)), shlex.quote(os.fspath(new))
    return [
        f"mkdir -p {shlex.quote(os.fspath(path.parent))}",
        # The old file's owner and mode come with the copy.
        f"if [ -e {target} ]; then cp -p {target} {temporary}; fi",
        f"cat > {temporary} <<'{end}'",
        change.after.decode("utf-8", "surrogateescape").removesuffix("\n"),
        end,
        f"mv -f {temporary} {target}",
    ]


def _files(root: Path, changes: Iterable[Change]) -> list[Json]:
    return [{"path": os.fspath(root / change.path), "diff": redact_text(diff(root, change))} for change in changes]


def _shown(text: str) -> str:
    """What stood in a file may hold secrets and escape codes."""
    return "".join(f"{_visible(line)}\n" for line in redact_text(text).splitlines())


def _visible(line: str) -> str:
    return "\t".join(printable(part) for part in line.split("\t"))


def _list(title: str, lines: Sequence[str]) -> str:
    return f"{title}:\n" + _indented("\n".join(lines)) if lines else ""


def _indented(text: str) -> str:
    return "".join(f"  {_visible(line)}\n" for line in text.splitlines())


def _comments(text: str) -> list[str]:
    return [f"# {line}" for line in text.splitlines()]
