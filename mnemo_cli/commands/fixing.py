"""What `mnemo ulimit fix` does once its words are read: plan, ask, apply, undo, list."""

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from mnemo_cli.commands.options import load_settings
from mnemo_cli.errors import UsageError

if TYPE_CHECKING:
    from mnemo_cli.doctor.fixes.apply import Done
    from mnemo_cli.doctor.fixes.plan import Plan
    from mnemo_cli.doctor.fixes.wanted import Wanted


class FixFormat(StrEnum):
    TABLE = "table"
    PLAIN = "plain"
    JSON = "json"
    SHELL = "shell"


def checked_root(root: Path) -> Path:
    """Complete, so that the line for undoing holds anywhere; "//" is "/" too."""
    if not root.is_dir():
        raise UsageError(f"--root {root}: there is no such folder")
    whole = root.resolve()
    return Path("/") if whole.samefile("/") else whole


def wanted(profile: str | None, needs: Sequence[str], config_file: Path | None) -> "Wanted":
    """What the profile and all needs ask together; the words typed go before the settings."""
    from mnemo_cli.doctor.fixes.wanted import wanted_of
    from mnemo_cli.doctor.profiles import PROFILES

    flags = {"doctor.profile": profile, "doctor.need": ",".join(needs) if needs else None}
    chosen, demanded = load_settings(config_file, flags).doctor()
    # What a configuration is for is known to its owner only: without a word it is nothing particular.
    return wanted_of(chosen or PROFILES["default"], demanded)


def plan(root: Path, wanted: "Wanted", worlds: list[str], unit: str | None) -> "Plan":
    """Of the worlds that were named, or of those that govern what runs here."""
    from mnemo_cli.doctor.fixes.plan import choose_worlds, complete_unit, make_plan

    name = None if unit is None else complete_unit(unit)
    chosen = choose_worlds(worlds, root, unit=name, system=sys.platform)
    return make_plan(root, wanted, chosen, name)


def show_plan(plan: "Plan", chosen: FixFormat) -> None:
    """The plan itself, or the script that does the same."""
    from mnemo_cli.output.fixes import plan_document, plan_shell, plan_text
    from mnemo_cli.recording.document import pretty

    if chosen is FixFormat.JSON:
        text = pretty(plan_document(plan))
    else:
        text = plan_shell(plan) if chosen is FixFormat.SHELL else plan_text(plan)
    sys.stdout.write(text)


def prepare(root: Path, *, yes: bool) -> None:
    """Before a plan that is to be applied: somebody must be there to ask, and no fix be half-way.

    One that was killed is taken back first: a plan made over it would be half a plan.
    """
    if not (yes or (sys.stdin.isatty() and sys.stderr.isatty())):
        raise UsageError("there is no terminal to ask on, so nothing was changed; look at --plan, then add --yes")
    from mnemo_cli.doctor.fixes import apply as fixes
    from mnemo_cli.doctor.fixes.activate import run_words

    _warn(fixes.recover(root, run=run_words if root == Path("/") else None))


def apply(plan: "Plan", chosen: FixFormat, *, yes: bool) -> None:
    """Ask, and do it; where there is nothing to do, say so."""
    import time

    from mnemo_cli.doctor.fixes import apply as fixes
    from mnemo_cli.doctor.fixes.activate import run_words

    if not plan.changes and not plan.unmet:
        show_plan(plan, chosen)
        return
    if not yes and not plan.unmet:
        _ask(plan)
    run = run_words if plan.root == Path("/") else None
    _show_done(plan.root, fixes.apply(plan, now_seconds=time.time(), run=run), chosen)


def undo(root: Path, fix_id: str, chosen: FixFormat) -> None:
    """Take a fix back; nobody is asked, since its old content is what was there."""
    from mnemo_cli.doctor.fixes import apply as fixes
    from mnemo_cli.doctor.fixes.activate import run_words

    _show_done(root, fixes.undo(root, fix_id, run=run_words if root == Path("/") else None), chosen)


def show_list(root: Path, chosen: FixFormat) -> None:
    """The journal."""
    from mnemo_cli.doctor.fixes.journal import read_records
    from mnemo_cli.output.fixes import list_document, list_text
    from mnemo_cli.recording.document import pretty

    records = read_records(root)
    if chosen is FixFormat.JSON:
        sys.stdout.write(pretty(list_document(root, records)))
    else:
        sys.stdout.write(list_text(root, records, head=chosen is FixFormat.TABLE))


def _ask(plan: "Plan") -> None:
    """On stderr, so that stdout has nothing but the result."""
    from mnemo_cli.output.fixes import plan_text

    # Not typer.confirm: it writes a blank to stdout.
    sys.stderr.write(f"{plan_text(plan)}\nApply this? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise UsageError("not confirmed; nothing was changed")


def _show_done(root: Path, done: "Done", chosen: FixFormat) -> None:
    """What was done, and what is left to do."""
    from mnemo_cli.output.fixes import record_document, record_text
    from mnemo_cli.recording.document import pretty

    _warn(done.warnings)
    as_json = chosen is FixFormat.JSON
    text = pretty(record_document(root, done.record, done.left)) if as_json else ""
    sys.stdout.write(text or record_text(root, done.record, done.left))


def _warn(warnings: tuple[str, ...]) -> None:
    for warning in warnings:
        typer.echo(f"mnemo: warning: {warning}", err=True)
