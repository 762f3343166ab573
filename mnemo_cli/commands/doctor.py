"""`mnemo doctor`, which is also `mnemo ulimit doctor`: every limit of a target audited, against a gate."""

import typer

from mnemo_cli.commands.audit_options import (
    AuditAll,
    AuditName,
    AuditPid,
    AuditRoot,
    AuditUnit,
    AuditUser,
    BaselineFile,
    FailOnSeverity,
    Format,
    Ignore,
    Need,
    OutputFile,
    ProfileName,
    Reports,
    Select,
    ShowAll,
    StrictUnknown,
    Top,
)
from mnemo_cli.commands.auditing import ROOT, Whom, choose_whom, examine, read_question, the_worst
from mnemo_cli.commands.options import ConfigFile, FailOn, command_app, program_of
from mnemo_cli.commands.publishing import choose_look, publish, rules_for, told_to_nagios
from mnemo_cli.output.findings import Report

app = command_app()
USAGE = "[OPTIONS] [-- CMD...]"


@app.command(options_metavar=USAGE)
def doctor(
    ctx: typer.Context,
    pid: AuditPid = None,
    name: AuditName = None,
    user: AuditUser = None,
    unit: AuditUnit = None,
    everybody: AuditAll = False,
    top: Top = None,
    root: AuditRoot = ROOT,
    profile: ProfileName = None,
    need: Need = None,
    select: Select = None,
    ignore: Ignore = None,
    fail_on: FailOnSeverity = FailOn.ERROR,
    strict_unknown: StrictUnknown = False,
    baseline: BaselineFile = None,
    findings_format: Format = None,
    reports: Reports = None,
    output: OutputFile = None,
    verbose: ShowAll = False,
    config_file: ConfigFile = None,
) -> None:
    """Find the limits that bind or will, and who set them.

    Without a target: what a program that is started from here gets. With -- CMD: what CMD would get;
    it is not started. Nothing is changed; `mnemo ulimit fix` mends.
    """
    look = choose_look(findings_format, reports, output, verbose=verbose)
    with told_to_nagios(look):
        question = read_question(
            choose_whom(Whom(pid, name, user, unit, everybody, program_of(ctx), root, top)),
            profile=profile,
            need=need,
            select=select,
            ignore=ignore,
            fail_on=fail_on,
            strict_unknown=strict_unknown,
            baseline=baseline,
            config_file=config_file,
            further={},
        )
        audits = examine(question)
        code, gate = question.gate.exit_code(audits), question.gate
        report = Report(the_worst(audits, question), code, gate, rules_for(look, question.ids))
        raise typer.Exit(publish(report, look))
