"""The options of every command that audits limits: whom, by which measure, against which gate, shown how."""

from pathlib import Path
from typing import Annotated

import typer

from mnemo_cli.commands.options import FailOn
from mnemo_cli.output.findings import FindingsFormat


def _profiles() -> list[str]:
    from mnemo_cli.doctor.profiles import NAMES

    return list(NAMES)


def _checks(ctx: typer.Context) -> list[tuple[str, str]]:
    """By id and by slug; those of the gate alone too where the command is the gate."""
    from mnemo_cli.doctor.page import GATE_PAGES, pages

    known = [page for page in pages() if page not in GATE_PAGES or ctx.info_name == "check"]
    return [*((page.id, f"{page.slug}: {page.title}") for page in known), *((page.slug, page.title) for page in known)]


def _formats() -> list[str]:
    return [f"{each.value}=" for each in FindingsFormat]


AuditPid = Annotated[
    int | None, typer.Option("--pid", metavar="N", min=1, help="Look at process N.", show_default=False)
]
AuditName = Annotated[
    str | None,
    typer.Option("--name", metavar="REGEX", help="Look at the processes whose name matches REGEX.", show_default=False),
]
AuditUser = Annotated[
    str | None,
    typer.Option("--user", metavar="USER", help="Look at the processes of a user, by name or uid.", show_default=False),
]
AuditUnit = Annotated[
    str | None,
    typer.Option("--unit", metavar="UNIT", help="Look at the processes of a systemd service.", show_default=False),
]
AuditAll = Annotated[bool, typer.Option("--all", help="Look at the machine and every process.")]
Top = Annotated[
    int | None,
    typer.Option("--top", metavar="N", min=1, help="Of many, show the N worst only.", show_default=False),
]
AuditRoot = Annotated[
    Path,
    typer.Option("--root", metavar="DIR", file_okay=False, help="Look at an image or a captured tree instead."),
]
ProfileName = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar="NAME",
        help="What to recommend: auto, default, server, database, ci or container.",
        autocompletion=_profiles,
        show_default=False,
    ),
]
Need = Annotated[
    list[str] | None,
    typer.Option(
        "--need",
        metavar="NEEDS",
        help="What must be possible, such as nofile=65536,nproc=4096,mem=2GiB.",
        show_default=False,
    ),
]
Select = Annotated[
    list[str] | None,
    typer.Option(
        "--select",
        metavar="CHECK,…",
        help="Only these checks: FD003, FD or fd-usage.",
        autocompletion=_checks,
        show_default=False,
    ),
]
Ignore = Annotated[
    list[str] | None,
    typer.Option("--ignore", metavar="CHECK,…", help="Not these checks.", autocompletion=_checks, show_default=False),
]
FailOnSeverity = Annotated[
    FailOn,
    typer.Option(
        "--fail-on",
        metavar="SEVERITY",
        help="Exit 1 from here on: note, warning, error or never (moderate, high and critical mean the same).",
        case_sensitive=False,
    ),
]
StrictUnknown = Annotated[bool, typer.Option("--strict-unknown", help="Exit 3 when a check cannot tell.")]
BaselineFile = Annotated[
    Path | None,
    typer.Option(
        "--baseline", metavar="FILE", help="Fail for findings only that an earlier JSON has not.", show_default=False
    ),
]
Format = Annotated[
    FindingsFormat | None,
    typer.Option("--format", help="table on a terminal, plain elsewhere.", show_default=False),
]
Reports = Annotated[
    list[str] | None,
    typer.Option(
        "--report",
        metavar="FORMAT=FILE",
        help="Write FILE in FORMAT, too; may be repeated.",
        autocompletion=_formats,
        show_default=False,
    ),
]
OutputFile = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE", help="Write the result to FILE.", show_default=False),
]
ShowAll = Annotated[bool, typer.Option("-v", "--verbose", help="Show what passed, too, and the evidence.")]
