"""`mnemo limits check`: the memory level, the budgets of components and the doctor's checks, held against one gate."""

import gc
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, NamedTuple

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
from mnemo_cli.commands.auditing import ROOT, Question, Whom, choose_whom, examine, read_question, the_worst
from mnemo_cli.commands.options import ConfigFile, FailOn, duration, program_of
from mnemo_cli.commands.publishing import choose_look, publish, rules_for, told_to_nagios
from mnemo_cli.commands.ruling import RulesFile, counts_processes, rules_flag, rules_of
from mnemo_cli.errors import ExitCode, TargetError
from mnemo_cli.output.findings import Report
from mnemo_cli.output.gate import gate_text

if TYPE_CHECKING:
    from mnemo_cli.doctor.alerts import Judge as AlertJudge
    from mnemo_cli.doctor.result import Audit, Finding
    from mnemo_cli.limits.rules.rule import Rules
    from mnemo_cli.model import Moment, Sample
    from mnemo_cli.sampling.target import TargetChoice

_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS, _GROWTH = 0.1, 5.0, 1.5

Wait = Annotated[
    str | None,
    typer.Option("--wait", metavar="TIME", help="Try again until it holds, for at most TIME.", show_default=False),
]


class Judged(NamedTuple):
    """One try: what was found, and the code that it comes to."""

    audits: "tuple[Audit, ...]"
    exit_code: ExitCode


def check(
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
    wait: Wait = None,
    findings_format: Format = None,
    reports: Reports = None,
    output: OutputFile = None,
    verbose: ShowAll = False,
    rules_file: RulesFile = None,
    config_file: ConfigFile = None,
) -> None:
    """Exit 1 when memory or a limit is at or beyond --fail-on.

    Judges the memory level (moderate is a note, high a warning, critical an error), the checks of
    `mnemo doctor`, the components of programs that keep counters, and alert rules of your own.
    Without a target: what a program that is started from here gets.
    """
    from mnemo_cli.doctor.slugs import OF_THE_GATE

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
            further=OF_THE_GATE,
            flags=rules_flag(rules_file),
        )
        judge = _alert_judge(question)
        judged = retried(lambda: _judge(question, judge), duration("--wait", wait) or 0.0, retries_missing=pid is None)
        described = rules_for(look, question.ids)
        report = Report(the_worst(judged.audits, question), judged.exit_code, question.gate, described)
        raise typer.Exit(publish(report, look, gate_text))


def retried(
    judge: Callable[[], Judged],
    seconds: float,
    *,
    retries_missing: bool,
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> Judged:
    """The first try that holds, or the last before the time is up; the pauses between them grow.

    `retries_missing`: a target that is not there may come yet.
    """
    deadline = clock() + seconds
    pause_seconds = _FIRST_PAUSE_SECONDS
    while True:
        left_seconds = deadline - clock()
        try:
            judged = judge()
            if judged.exit_code == ExitCode.DONE or left_seconds <= 0:
                return judged
        except TargetError:
            if not retries_missing or left_seconds <= 0:
                raise
        if pause_seconds == _FIRST_PAUSE_SECONDS:
            # A command that lives for 0.2 s collects no garbage; one that waits must.
            gc.enable()
            sys.stderr.write(f"mnemo: it does not hold yet; trying again for up to {seconds:g}s\n")
        pause(min(pause_seconds, left_seconds))
        pause_seconds = min(pause_seconds * _GROWTH, _LONGEST_PAUSE_SECONDS)


def _alert_judge(question: Question) -> "AlertJudge":
    """Read once: a wrong file of rules is told before anything is judged."""
    from mnemo_cli.degrade.actions.destinations import missing_destinations
    from mnemo_cli.doctor.alerts import Judge
    from mnemo_cli.settings.alerts import destinations
    from mnemo_cli.settings.numbers import numbers

    rules = rules_of(question.settings)
    unheard = () if rules.are_built_in else missing_destinations(rules, destinations(question.settings))
    return Judge(rules, numbers(question.settings), unheard)


def _judge(question: Question, alert_judge: "AlertJudge") -> Judged:
    """One try. The level stands first among the findings of the target, or of the machine where there are several."""
    from mnemo_cli.doctor.alerts import no_rules
    from mnemo_cli.doctor.gate import outranking
    from mnemo_cli.doctor.memory_level import ID, level_finding, skipped_level

    audits = examine(question)
    if question.whom.root != ROOT:
        if ID in question.ids:
            audits = _with_first(audits, question, skipped_level("these are files, not a running machine"))
        audits = _with_alerts(audits, question, no_rules("these are files, not a running machine"))
        return Judged(audits, question.gate.exit_code(audits))
    moment = _look(question, audits, alert_judge.rules)
    unknown = False
    if ID in question.ids:
        audits = _with_first(audits, question, level_finding(moment))
        unknown = moment.verdict.level is None and audits[0].findings[0].state != "waived"
    audits = _with_alerts(audits, question, alert_judge.findings(moment))
    audits = _with_components(audits, question, moment.sample)
    blind = unknown and question.gate.fail_on is not None
    return Judged(audits, outranking(question.gate.exit_code(audits), ExitCode.UNKNOWN if blind else ExitCode.DONE))


def _with_components(audits: "tuple[Audit, ...]", question: Question, sample: "Sample") -> "tuple[Audit, ...]":
    """An audit more for each process in scope that keeps counters; what is not in scope has none to be judged."""
    from mnemo_cli.doctor.components import SLUGS, component_audits, nothing_counted, unread
    from mnemo_cli.doctor.waivers import waived

    if not question.ids & set(SLUGS):
        return audits

    def judged(audit: "Audit") -> "Audit":
        chosen = (finding for finding in audit.findings if finding.id in question.ids)
        waivers, today = question.waivers, question.today
        return audit._replace(findings=tuple(waived(finding, audit.subject, waivers, today) for finding in chosen))

    first, *others = audits
    found = component_audits(sample.trackers, first.profile)
    beside = judged(first._replace(findings=unread(sample.gaps) or (() if found else nothing_counted())))
    return first._replace(findings=first.findings + beside.findings), *others, *map(judged, found)


def _with_alerts(
    audits: "tuple[Audit, ...]", question: Question, findings: "tuple[Finding, ...]"
) -> "tuple[Audit, ...]":
    from mnemo_cli.doctor.waivers import waived

    first, *others = audits
    chosen = tuple(
        waived(finding, first.subject, question.waivers, question.today)
        for finding in findings
        if finding.id in question.ids
    )
    return first._replace(findings=first.findings + chosen), *others


def _with_first(audits: "tuple[Audit, ...]", question: Question, finding: "Finding") -> "tuple[Audit, ...]":
    from mnemo_cli.doctor.waivers import waived

    first, *others = audits
    level = waived(finding, first.subject, question.waivers, question.today)
    return first._replace(findings=(level, *first.findings)), *others


def _look(question: Question, audits: "tuple[Audit, ...]", rules: "Rules") -> "Moment":
    """The memory of the target, as `mnemo snapshot` reads and judges it."""
    from mnemo_cli.limits.engine import State, step
    from mnemo_cli.model import Moment
    from mnemo_cli.sampling.asked import Asked
    from mnemo_cli.sampling.choose import choose_sampler
    from mnemo_cli.watch.trackers import PublishedTrackers, with_trackers

    portable = question.settings.sampler() == "portable"
    asked = Asked(rows=0, counted=counts_processes(rules))
    sampler = choose_sampler(_choice(question.whom, audits), portable=portable, asked=asked)
    trackers = PublishedTrackers(in_containers=question.whom.pid is not None or question.whom.name is not None)
    try:
        sample = sampler.sample(time_seconds=time.time(), clock_seconds=time.monotonic())
        sample = with_trackers(sample, sampler, trackers)
    finally:
        sampler.close()
    return Moment(sample=sample, verdict=step(State(), sample, question.settings.levels())[1])


def _choice(whom: Whom, audits: "tuple[Audit, ...]") -> "TargetChoice":
    """Whose memory it is: of a unit that of its first process, whose groups are the unit's; of a user the machine's."""
    from mnemo_cli.sampling.target import TargetChoice

    if whom.name is not None:
        return TargetChoice(kind="name", pattern=whom.name)
    pid = whom.pid
    if whom.unit is not None:
        pid = next((audit.subject.pid for audit in audits if audit.subject.pid is not None), None)
    if pid is not None:
        return TargetChoice(kind="process", pid=pid)
    return TargetChoice(kind="host") if whom.everybody or whom.user is not None else TargetChoice()
