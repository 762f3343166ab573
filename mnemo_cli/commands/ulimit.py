"""`mnemo ulimit`: mend configured limits, raise those of a process that runs, set its OOM standing."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from mnemo_cli.commands import doctor, fixing
from mnemo_cli.commands.fixing import FixFormat
from mnemo_cli.commands.options import ConfigFile, command_app
from mnemo_cli.errors import UsageError

app = command_app("Audit and mend limits, raise those of a live process.", invoke_without_command=True)
app.command("doctor", options_metavar=doctor.USAGE)(doctor.doctor)


def _profiles() -> list[str]:
    from mnemo_cli.doctor.profiles import PROFILES

    return list(PROFILES)


def _worlds() -> list[str]:
    from mnemo_cli.doctor.fixes.worlds import WORLDS

    return [world.name for world in WORLDS]


NeedOption = Annotated[
    list[str] | None,
    typer.Option("--need", metavar="NEEDS", help="For example nofile=65536,nproc=4096.", show_default=False),
]
ProfileOption = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar="NAME",
        help="default, server, database, ci or container.",
        autocompletion=_profiles,
        show_default=False,
    ),
]
WorldOption = Annotated[
    list[str] | None,
    typer.Option(
        "--world",
        metavar="NAME",
        help="Where: session, pam, service, all-services, sysctl, docker, compose, kubernetes, launchd.",
        autocompletion=_worlds,
        show_default=False,
    ),
]
UnitOption = Annotated[
    str | None, typer.Option("--unit", metavar="UNIT", help="The service to mend.", show_default=False)
]
RootOption = Annotated[
    Path, typer.Option("--root", metavar="DIR", help="Mend the files of an image or tree; nothing is activated.")
]
UndoOption = Annotated[str | None, typer.Option("--undo", metavar="ID", help="Take a fix back.", show_default=False)]
FormatOption = Annotated[
    FixFormat | None,
    typer.Option("--format", help="table on a terminal, plain elsewhere.", show_default=False),
]


@app.callback()
def ulimit(ctx: typer.Context) -> None:
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


@app.command()
def fix(
    plan_only: Annotated[bool, typer.Option("--plan", help="Show what would be done (the default).")] = False,
    apply_it: Annotated[bool, typer.Option("--apply", help="Do it; asks first.")] = False,
    undo_id: UndoOption = None,
    show_list: Annotated[bool, typer.Option("--list", help="Show the fixes that were made.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    need: NeedOption = None,
    profile: ProfileOption = None,
    world: WorldOption = None,
    unit: UnitOption = None,
    root: RootOption = Path("/"),
    fix_format: FormatOption = None,
    config_file: ConfigFile = None,
) -> None:
    """Make the configuration allow what a profile or --need asks.

    Writes only files of its own (60-mnemo.conf) and merges daemon.json; never lowers a hard limit,
    and never goes above fs.nr_open.
    """
    if sum((plan_only, apply_it, undo_id is not None, show_list)) > 1:
        raise UsageError("choose one of --plan, --apply, --undo and --list")
    chosen = fix_format or (FixFormat.TABLE if sys.stdout.isatty() else FixFormat.PLAIN)
    if chosen is FixFormat.SHELL and (apply_it or undo_id is not None or show_list):
        raise UsageError("--format shell is for --plan: it prints the script instead of running it")
    root = fixing.checked_root(root)
    if show_list:
        fixing.show_list(root, chosen)
    elif undo_id is not None:
        fixing.undo(root, undo_id, chosen)
    else:
        wanted = fixing.wanted(profile, need or [], config_file)
        if apply_it:
            fixing.prepare(root, yes=yes)
        plan = fixing.plan(root, wanted, world or [], unit)
        fixing.apply(plan, chosen, yes=yes) if apply_it else fixing.show_plan(plan, chosen)


@app.command("raise")
def raise_limit(
    pid: Annotated[int, typer.Option("--pid", metavar="N", min=1, help="The process.")],
    nofile: Annotated[str, typer.Option("--nofile", metavar="SOFT[:HARD]", help="For example 65536, or 65536:524288.")],
) -> None:
    """Raise the limit of open files of a process that runs.

    Up to its hard limit that is allowed for your own processes; above it needs CAP_SYS_RESOURCE.
    """
    from mnemo_cli.doctor.raising import parse_request, raise_nofile
    from mnemo_cli.output.standing import raised_text

    typer.echo(raised_text(raise_nofile(pid, parse_request(nofile), Path("/"))), nl=False)


@app.command()
def protect(
    score: Annotated[int, typer.Option("--score", metavar="N", help="-999 to 1000; lower is killed later.")],
    pid: Annotated[
        int | None, typer.Option("--pid", metavar="N", min=1, help="The process.", show_default=False)
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="REGEX", help="All processes whose name matches.", show_default=False),
    ] = None,
) -> None:
    """Set how the OOM killer sees a process: its score.

    A higher score is free; one below the floor needs CAP_SYS_RESOURCE. All of them change, or none.
    """
    from mnemo_cli.doctor.protect import check_score, find
    from mnemo_cli.doctor.protect import protect as set_score
    from mnemo_cli.output.standing import standings_text

    if (pid is None) == (name is None):
        raise UsageError("name the process: one of --pid and --name")
    if name == "":
        raise UsageError("--name is empty; name what to protect")
    check_score(score)
    entries, index = find(Path("/"), pid=pid, pattern=name)
    typer.echo(standings_text(set_score(entries, index, score, Path("/")), score), nl=False)
