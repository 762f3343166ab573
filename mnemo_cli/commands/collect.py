"""`mnemo collect`, which is also `mnemo collect-diagnostics`: the evidence of a death as one redacted tarball."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mnemo_cli.commands.options import (
    CgroupTarget,
    ConfigFile,
    HostTarget,
    NameTarget,
    PidTarget,
    choose_target,
    command_app,
    duration,
    load_settings,
)
from mnemo_cli.errors import ConfigError, ExitCode, SourceError, UsageError

if TYPE_CHECKING:
    from mnemo_cli.diagnostics.collector import Collector, Runner, Scene
    from mnemo_cli.diagnostics.programs import Programs
    from mnemo_cli.sampling.target import TargetChoice
    from mnemo_cli.settings import Settings

_ROOT = Path("/")
_STDOUT = "-"

app = command_app()


class ProfileWord(StrEnum):
    MINIMAL = "minimal"
    STANDARD = "standard"
    DEEP = "deep"


class CollectFormat(StrEnum):
    PLAIN = "plain"
    JSON = "json"


@app.command()
def collect(
    output: Annotated[
        str | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Write FILE, or into a folder, or - for stdout.", show_default=False
        ),
    ] = None,
    profile: Annotated[
        ProfileWord, typer.Option("--profile", help="How much: minimal, standard or deep.")
    ] = ProfileWord.STANDARD,
    host: HostTarget = False,
    pid: PidTarget = None,
    name: NameTarget = None,
    cgroup: CgroupTarget = None,
    since: Annotated[str, typer.Option("--since", metavar="TIME", help="How far back in logs, such as 2h.")] = "24h",
    budget_time: Annotated[
        str | None,
        typer.Option("--budget-time", metavar="TIME", help="How long it may take (20s).", show_default=False),
    ] = None,
    budget_size: Annotated[
        str | None,
        typer.Option("--budget-size", metavar="SIZE", help="How large it may be, packed (20Mi).", show_default=False),
    ] = None,
    list_collectors: Annotated[bool, typer.Option("--list", help="Show what is collected, and end.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show which files it would hold, and end.")] = False,
    command_lines: Annotated[bool, typer.Option("--cmdline", help="With whole command lines, masked.")] = False,
    no_redact: Annotated[bool, typer.Option("--no-redact", help="Keep secrets, names and addresses in it.")] = False,
    verify: Annotated[
        str | None, typer.Option("--verify", metavar="FILE", help="Check a bundle instead.", show_default=False)
    ] = None,
    output_format: Annotated[CollectFormat, typer.Option("--format", help="plain or json.")] = CollectFormat.PLAIN,
    config_file: ConfigFile = None,
) -> None:
    """Put what explains a death into one redacted tarball.

    Prints its path. The exit code is 0 when everything wanted is in it, 3 when something is missing.
    """
    as_json = output_format is CollectFormat.JSON
    if sum((list_collectors, dry_run, verify is not None)) > 1:
        raise UsageError("--list, --dry-run and --verify are three different things; give one of them")
    if verify is not None:
        raise typer.Exit(_verify(verify, as_json=as_json))
    choice = choose_target(host=host, pid=pid, name=name, cgroup=cgroup, limit=None)
    flags = {"collect.budget_time": budget_time, "collect.budget_size": budget_size}
    settings = load_settings(config_file, flags)
    with _programs() as programs:
        since_seconds = duration("--since", since) or 0.0
        scene = _scene(choice, settings, profile, since_seconds, programs, command_lines=command_lines)
        if list_collectors:
            _list(scene, as_json=as_json)
        elif dry_run:
            _preview(scene, settings, as_json=as_json)
        else:
            raise typer.Exit(_make(scene, settings, output, redact=not no_redact, as_json=as_json))


@contextmanager
def _programs() -> "Iterator[Programs]":
    """What runs programs for collectors; those that were left behind end with us."""
    from mnemo_cli.diagnostics.programs import Programs

    programs = Programs(os.environ)
    try:
        yield programs
    finally:
        programs.end_all()


def _scene(
    choice: "TargetChoice",
    settings: "Settings",
    profile: ProfileWord,
    since_seconds: float,
    run: "Runner",
    *,
    command_lines: bool,
) -> "Scene":
    from mnemo_cli.diagnostics.collector import Profile, Scene
    from mnemo_cli.diagnostics.extent import member_max_bytes, target_pids

    portable = settings.sampler() == "portable"
    return Scene(
        root=_ROOT,
        platform="linux" if sys.platform == "linux" else "darwin" if sys.platform == "darwin" else "other",
        choice=choice,
        pids=target_pids(choice, _ROOT, portable=portable),
        profile=Profile[profile.name],
        since_seconds=since_seconds,
        now_seconds=time.time(),
        member_max_bytes=member_max_bytes(_ROOT, portable=portable),
        run=run,
        command_lines=command_lines,
        databases=settings.collect_databases(),
        memory_log_file=_memory_log_file(settings),
        settings_document=_settings_document(settings),
    )


def _memory_log_file(settings: "Settings") -> Path | None:
    try:
        return settings.memory_log_file()
    except ConfigError:  # nobody without a home folder has one
        return None


def _settings_document(settings: "Settings") -> bytes:
    from mnemo_cli.recording.document import pretty
    from mnemo_cli.settings import ROWS
    from mnemo_cli.settings.kinds import plain

    rows = [row for row in ROWS if not row.hidden]
    return pretty(
        {row.key: {"value": plain(settings.value(row.key)), "origin": str(settings.origin(row.key))} for row in rows}
    ).encode()


def _chosen(scene: "Scene") -> "tuple[Collector, ...]":
    from mnemo_cli.diagnostics.bundle import chosen
    from mnemo_cli.diagnostics.collectors import COLLECTORS

    return chosen(COLLECTORS, scene)


def _list(scene: "Scene", *, as_json: bool) -> None:
    from mnemo_cli.diagnostics.collectors import COLLECTORS
    from mnemo_cli.output.collect import list_document, list_text
    from mnemo_cli.recording.document import pretty

    here = [one for one in COLLECTORS if scene.platform in one.platforms]
    sys.stdout.write(pretty(list_document(here, scene.profile)) if as_json else list_text(here, scene.profile))


def _preview(scene: "Scene", settings: "Settings", *, as_json: bool) -> None:
    from mnemo_cli.diagnostics.intake import Terms
    from mnemo_cli.diagnostics.preview import preview
    from mnemo_cli.output.collect import preview_document, preview_text
    from mnemo_cli.recording.document import pretty

    seconds = settings.collect_budget_seconds()
    terms = Terms(time.monotonic, time.monotonic() + seconds, seconds, lambda: False)
    found = tuple(preview(_chosen(scene), scene, terms))
    sys.stdout.write(pretty(preview_document(found, scene.profile)) if as_json else preview_text(found))


def _make(scene: "Scene", settings: "Settings", output: str | None, *, redact: bool, as_json: bool) -> int:
    from mnemo_cli import __version__
    from mnemo_cli.diagnostics.archive.sink import PartFile, Stream
    from mnemo_cli.diagnostics.bundle import Wish, folder_name, make_bundle
    from mnemo_cli.diagnostics.redaction import Redactor, known_names
    from mnemo_cli.output.collect import lacks_text, progress_bar
    from mnemo_cli.output.log import tell
    from mnemo_cli.recording.document import pretty
    from mnemo_cli.watch.clock import WaitingClock
    from mnemo_cli.watch.signals import EndingSignals

    name = f"{folder_name(scene.now_seconds)}.tar.gz"
    path = _path(output, name, as_json=as_json)
    collectors = _chosen(scene)
    with EndingSignals(WaitingClock(), lambda number: None) as signals, progress_bar(len(collectors)) as begins:
        wish = Wish(
            collectors=collectors,
            scene=scene,
            # The key is kept nowhere: with it guesses could be tried against the aliases.
            redaction=Redactor(os.urandom(32), known_names(_ROOT)) if redact else None,
            version=__version__,
            path=str(path),
            name=path.name,
            budget_seconds=settings.collect_budget_seconds(),
            budget_bytes=settings.collect_budget_bytes(),
            stopped=lambda: signals.received is not None,
            begins=begins,
        )
        made = make_bundle(Stream(sys.stdout.fileno()) if output == _STDOUT else PartFile(path), wish)
    if output != _STDOUT:
        sys.stdout.write(pretty(made.manifest) if as_json else f"{path}\n")
    if lacks := lacks_text(made.manifest):
        tell(lacks)
    done = ExitCode.DONE if made.complete else ExitCode.UNKNOWN
    return done if signals.exit_code is None else signals.exit_code


def _path(output: str | None, name: str, *, as_json: bool) -> Path:
    """The bundle's path as the person knows it; the name that it would have, where it goes down a stream."""
    if output != _STDOUT:
        path = Path(name if output is None else output)
        return path / name if path.is_dir() else path
    if as_json:
        raise UsageError("-o - and --format json both want stdout; write the bundle to a file")
    if sys.stdout.isatty():
        raise UsageError("a bundle is no text for a terminal; redirect stdout, or name a file with -o")
    return Path(name)


def _verify(file: str, *, as_json: bool) -> int:
    from mnemo_cli.diagnostics.archive.verify import verify
    from mnemo_cli.output.collect import verified_document, verified_text
    from mnemo_cli.recording.document import pretty

    try:
        stream = sys.stdin.buffer if file == _STDOUT else open(file, "rb")  # noqa: SIM115 one of them must stay open
    except OSError as err:
        raise SourceError(f"cannot read {file}: {err.strerror}") from err
    with stream:
        verified = verify(stream, file)
    sys.stdout.write(pretty(verified_document(file, verified)) if as_json else verified_text(file, verified))
    return ExitCode.FINDING if verified.faults else ExitCode.DONE
