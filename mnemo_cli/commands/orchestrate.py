"""`mnemo orchestrate`: run a plan, or one program, and look after runs from another terminal."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from mnemo_cli.commands.demo import demo
from mnemo_cli.commands.engine_options import (
    Engine,
    EngineChoice,
    EngineName,
    LocalCluster,
    SchedulerAddress,
    TlsCa,
    TlsCert,
    TlsKey,
)
from mnemo_cli.commands.options import (
    Color,
    ColorChoice,
    ConfigFile,
    Quiet,
    Verbose,
    command_app,
    load_settings,
    program_of,
)
from mnemo_cli.commands.ruling import RulesFile, rules_flag
from mnemo_cli.commands.runs import cancel, check, history, report, status
from mnemo_cli.errors import UsageError
from mnemo_cli.output.log import start_log
from mnemo_cli.output.orchestrate import RunFormat


class PlanGroup(TyperGroup):
    """The first word decides: the name of a subcommand, else a plan. A plan of such a name is written ./check."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        at = self._first_word(args)
        if at < len(args) and args[at] in self.commands:
            if at:
                ctx.fail(f"options of {args[at]!r} are written after it")
            super().parse_args(ctx, [])
            ctx._protected_args, ctx.args = args[:1], args[1:]
            return args[1:]
        # Options may stand before and after a plan, as they do everywhere.
        ctx.allow_interspersed_args = True
        ctx.allow_extra_args = False
        super().parse_args(ctx, args)
        return []

    def get_params(self, ctx: Any) -> list[Any]:
        """A subcommand asks for the words that stand before it: the plan is none of them."""
        params: list[Any] = super().get_params(ctx)
        return params if ctx.command is self else [param for param in params if param.param_type_name == "option"]

    def _first_word(self, args: Sequence[str]) -> int:
        """The position of the first word that is no option and no option's value."""
        takes_value = {name: not getattr(option, "is_flag", False) for option in self.params for name in option.opts}
        at = 0
        while at < len(args) and args[at].startswith("-") and args[at] != "-":
            at += 2 if takes_value.get(args[at], False) else 1
        return at


_HELP = """Run jobs so that memory never kills them.

A job starts when the memory it needs is there. As memory fills, jobs are put off, frozen, and at critical level
drained: exit code 75, and --resume goes on. With -- CMD that one program is run, and mnemo ends with its code.
"""
app = command_app(_HELP, invoke_without_command=True)

PlanArgument = Annotated[
    str | None,
    typer.Argument(metavar="[PLAN]", help="A plan in TOML, or a job a line; - is stdin.", show_default=False),
]
Template = Annotated[
    str | None,
    typer.Option(
        "--template", metavar="'CMD {}'", help="Run CMD for each line, which takes the place of {}.", show_default=False
    ),
]
Slots = Annotated[
    int | None, typer.Option("--slots", metavar="N", min=1, help="So many jobs at once.", show_default=False)
]
Budget = Annotated[
    str | None, typer.Option("--budget", metavar="SIZE", help="Memory for all jobs together.", show_default=False)
]
JournalFile = Annotated[
    Path | None, typer.Option("--journal", metavar="FILE", help="Keep the run in FILE.", show_default=False)
]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with the run in the journal, or begin it.")]
DrainTimeout = Annotated[
    str | None,
    typer.Option("--drain-timeout", metavar="TIME", help="How long jobs may finish in a drain.", show_default=False),
]
OutputFolder = Annotated[
    Path | None, typer.Option("--output-dir", metavar="DIR", help="Put the jobs' output there.", show_default=False)
]
Format = Annotated[
    RunFormat | None, typer.Option("--format", help="Print this instead of the live view.", show_default=False)
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be run.")]


@app.callback(cls=PlanGroup, options_metavar="[OPTIONS]", subcommand_metavar="[-- CMD...]")
def orchestrate(
    ctx: typer.Context,
    plan: PlanArgument = None,
    template: Template = None,
    slots: Slots = None,
    budget: Budget = None,
    journal: JournalFile = None,
    resume: Resume = False,
    drain_timeout: DrainTimeout = None,
    engine: Engine = EngineName.LOCAL,
    scheduler: SchedulerAddress = None,
    local_cluster: LocalCluster = None,
    tls_ca: TlsCa = None,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    rules: RulesFile = None,
    output_dir: OutputFolder = None,
    run_format: Format = None,
    dry_run: DryRun = False,
    color: Color = ColorChoice.AUTO,
    verbose: Verbose = False,
    quiet: Quiet = False,
    config_file: ConfigFile = None,
) -> None:
    if ctx.invoked_subcommand is not None:
        return
    from mnemo_cli.commands.choices import Choices
    from mnemo_cli.commands.orchestrating import Orchestrating
    from mnemo_cli.commands.orchestrating import dry_run as show

    program = program_of(ctx)
    _check_words(plan, template, program, journal, resume=resume)
    engine_choice = EngineChoice(engine, scheduler, local_cluster, tls_ca, tls_cert, tls_key)
    engine_choice.check(program)
    logger = start_log(os.environ, verbose=verbose, quiet=quiet)
    flags = {
        "orchestrate.slots": None if slots is None else str(slots),
        "orchestrate.budget": budget,
        "orchestrate.drain_timeout_secs": drain_timeout,
        **rules_flag(rules),
    }
    choices = Choices(
        plan=plan,
        template=template,
        program=program,
        journal=journal,
        resume=resume,
        output_folder=output_dir,
        run_format=run_format,
        color=color,
        verbose=verbose,
        quiet=quiet,
        engine=engine_choice,
    )
    settings = load_settings(config_file, flags, warn=logger.warning)
    raise typer.Exit(show(choices, settings) if dry_run else Orchestrating(choices, settings, logger).run())


app.command("check")(check)
app.command("status")(status)
app.command("cancel")(cancel)
app.command("report")(report)
app.command("history")(history)
app.command("demo")(demo)


def _check_words(
    plan: str | None, template: str | None, program: Sequence[str] | None, journal: Path | None, *, resume: bool
) -> None:
    if program is not None and (plan is not None or template is not None):
        raise UsageError("a plan and a program after -- were given; give one of them")
    if resume and journal is None:
        raise UsageError("--resume needs the journal of the run that is gone on with: add --journal FILE")
    if plan is None and program is None and template is None and not resume:
        raise UsageError("there is nothing to run; give a plan, - for one on stdin, or a program after --")
    if plan == "":
        raise UsageError("the plan's name is empty; give a file, or - for stdin")
