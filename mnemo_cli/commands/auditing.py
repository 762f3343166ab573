"""One audit from its options to its findings: what `mnemo doctor` and `mnemo limits check` share."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mnemo_cli.commands.options import FailOn, load_settings
from mnemo_cli.errors import TargetError, UsageError

if TYPE_CHECKING:
    import datetime

    from mnemo_cli.doctor.baseline import Baseline
    from mnemo_cli.doctor.evidence import Evidence
    from mnemo_cli.doctor.found import Found
    from mnemo_cli.doctor.gate import Gate
    from mnemo_cli.doctor.profiles import Needs, Profile
    from mnemo_cli.doctor.result import Audit
    from mnemo_cli.doctor.surroundings import Surroundings
    from mnemo_cli.doctor.waivers import Waiver
    from mnemo_cli.settings import Settings

ROOT = Path("/")


class Whom(NamedTuple):
    """The target that the options name; nothing: what is started from here."""

    pid: int | None = None
    name: str | None = None
    user: str | None = None
    unit: str | None = None
    everybody: bool = False
    program: list[str] | None = None
    root: Path = ROOT
    top: int | None = None

    @property
    def is_single(self) -> bool:
        """Whether it can only be one."""
        return self.name is None and self.user is None and self.unit is None and not self.everybody

    def found(self, machine: "Surroundings") -> "tuple[Found, ...]":
        """The processes of a target that may be several; TargetError where there is none."""
        from mnemo_cli.doctor.subjects import everybody, named, of_unit, of_user

        if machine.system != "linux":
            raise UsageError("this system lets nobody read the limits of others; look at yourself, without a target")
        if self.name is not None:
            return named(machine, self.name)
        if self.user is not None:
            return of_user(machine, self.user)
        return everybody(machine) if self.unit is None else of_unit(machine, self.unit)


class Question(NamedTuple):
    """What is asked of the target, and what fails."""

    whom: Whom
    ids: frozenset[str]
    profile: "Profile | None"
    needs: "Needs"
    waivers: "tuple[Waiver, ...]"
    gate: "Gate"
    settings: "Settings"
    today: "datetime.date"


def choose_whom(whom: Whom) -> Whom:
    """The target as it was given, if it can be one; UsageError otherwise."""
    for option, text in (("--name", whom.name), ("--user", whom.user), ("--unit", whom.unit)):
        # An unset variable in a script must not quietly mean everything.
        if text == "":
            raise UsageError(f"{option} is empty; name what to look at")
    targets = (whom.pid, whom.name, whom.user, whom.unit, whom.program, whom.everybody or None)
    if sum(target is not None for target in targets) > 1:
        raise UsageError(
            "more than one target was given; choose one of --pid, --name, --user, --unit, --all and -- CMD"
        )
    if whom.program is not None and whom.root != ROOT:
        raise UsageError("-- CMD is about what a program would get here; leave --root out")
    if whom.top is not None and whom.is_single:
        raise UsageError("--top is for several targets: --all, --name, --user or --unit")
    if not whom.root.is_dir():
        raise UsageError(f"--root {whom.root}: there is no such folder")
    # "/." and "//" are this machine, too.
    return whom._replace(root=ROOT) if whom.root.resolve() == ROOT else whom


def read_question(
    whom: Whom,
    *,
    profile: str | None,
    need: Sequence[str] | None,
    select: Sequence[str] | None,
    ignore: Sequence[str] | None,
    fail_on: FailOn,
    strict_unknown: bool,
    baseline: Path | None,
    config_file: Path | None,
    further: Mapping[str, str],
    flags: Mapping[str, str | None] = {},
) -> Question:
    """The settings, the checks and the gate; `further` are ids and slugs beside those of the doctor's checks."""
    import datetime

    from mnemo_cli.doctor.gate import Gate
    from mnemo_cli.doctor.result import Severity
    from mnemo_cli.doctor.select import selected
    from mnemo_cli.doctor.slugs import ALL_SLUGS, OF_AN_AUDIT

    own = {"doctor.profile": profile, "doctor.need": ",".join(need) if need is not None else None}
    settings = load_settings(config_file, {**own, **flags})
    chosen_profile, needs = settings.doctor()
    return Question(
        whom=whom,
        ids=selected({**further, **OF_AN_AUDIT}, select=select or (), ignore=ignore or ()),
        profile=chosen_profile,
        needs=needs,
        waivers=settings.waivers(ALL_SLUGS),
        gate=Gate(Severity.of(fail_on.level), strict_unknown, _baseline(baseline)),
        settings=settings,
        today=datetime.date.today(),
    )


def _baseline(path: Path | None) -> "Baseline | None":
    from mnemo_cli.doctor.baseline import load_baseline

    return None if path is None else load_baseline(path)


def examine(question: Question) -> "tuple[Audit, ...]":
    """Every chosen check on everybody who is meant; the machine itself comes first where they are several."""
    from mnemo_cli.doctor.audit import audit, audit_all
    from mnemo_cli.doctor.checks import CHECKS
    from mnemo_cli.doctor.choose import surroundings_here

    checks = [check for check in CHECKS if check.id in question.ids]
    machine = surroundings_here(question.whom.root)
    found = () if question.whom.is_single else question.whom.found(machine)
    if len(found) < 2 and not question.whom.everybody:
        with _single(question, machine, *found) as evidence:
            return (audit(evidence, checks, waivers=question.waivers, today=question.today),)
    host, processes = _several(question, machine, found)
    with host:
        return tuple(audit_all(host, processes, checks, waivers=question.waivers, today=question.today))


def the_worst(audits: "tuple[Audit, ...]", question: Question) -> "tuple[Audit, ...]":
    """What is shown of many: the machine, and the worst if only so many were wanted."""
    if question.whom.top is None or len(audits) < 2:
        return audits
    from mnemo_cli.doctor.worst import worst

    return audits[0], *worst(audits[1:], question.whom.top)


def _single(question: Question, machine: "Surroundings", found: "Found | None" = None) -> "Evidence":
    """The one that is looked at; TargetError when it is not there."""
    from mnemo_cli.doctor.evidence import Evidence
    from mnemo_cli.redact import printable

    whom, profile, needs = question.whom, question.profile, question.needs
    if whom.program is not None:
        refuse_what_cannot_start(whom.program[0])
        name = printable(Path(whom.program[0]).name)
        return Evidence(machine, "self", kind="command", name=name, profile=profile, needs=needs)
    pid = whom.pid if found is None else found.pid
    if pid is not None:
        evidence = Evidence(machine, pid, found=found, profile=profile, needs=needs)
        if evidence.has_ended:
            raise TargetError(f"there is no process {pid}; it may have ended, see `ps -e`")
        return evidence
    if whom.root == ROOT:
        return Evidence(machine, "self", name="self", profile=profile, needs=needs)
    if not machine.is_live and (whom.root / "proc/self/limits").exists():
        # A captured tree holds whom it was captured from.
        return Evidence(machine, "self", profile=profile, needs=needs)
    return Evidence(machine, None, kind="tree", profile=profile, needs=needs)


def refuse_what_cannot_start(program: str) -> None:
    """A gate must not pass for a misspelt program: it would get nothing at all."""
    import shutil

    from mnemo_cli.errors import CommandError, ExitCode
    from mnemo_cli.redact import printable

    if shutil.which(program) is not None:
        return
    if "/" in program and Path(program).exists():
        raise CommandError(f"{printable(program)}: cannot be run", exit_code=ExitCode.NOT_EXECUTABLE)
    raise CommandError(f"{printable(program)}: command not found", exit_code=ExitCode.NOT_FOUND)


def _several(
    question: Question, machine: "Surroundings", found: "Sequence[Found]"
) -> "tuple[Evidence, Iterator[Evidence]]":
    """The machine, and each process, opened when its turn comes."""
    from mnemo_cli.doctor.evidence import Evidence

    profile, needs = question.profile, question.needs
    host = Evidence(machine, None, kind="host", profile=profile, needs=needs)
    return host, (Evidence(machine, one.pid, found=one, profile=profile, needs=needs) for one in found)
