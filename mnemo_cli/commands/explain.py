"""`mnemo explain`: why something died, from whatever evidence there is; or what a word means."""

import os.path
import shutil
import sys
import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mnemo_cli.commands.options import ConfigFile, command_app, duration, load_settings
from mnemo_cli.errors import UsageError
from mnemo_cli.recording.document import pretty
from mnemo_cli.units import format_duration

if TYPE_CHECKING:
    from mnemo_cli.forensics.explanation import Explanation
    from mnemo_cli.forensics.page import Page
    from mnemo_cli.settings import Settings

_ROOT = Path("/")
_RECENT_SECONDS = 600.0
# The one topic that is also about a process.
_SLOW = "slow"

app = command_app()


class ExplainFormat(StrEnum):
    PLAIN = "plain"
    JSON = "json"


def _topics() -> list[tuple[str, str]]:
    """For completion scripts: of the defaults, whatever is set here."""
    from mnemo_cli.commands.topics import topics
    from mnemo_cli.settings.load import compose

    return [(topic.name, topic.text) for topic in topics(compose(None, data_folder=_ROOT))]


# -9 is a signal here, not an option.
@app.command(context_settings={"ignore_unknown_options": True})
def explain(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="WHAT",
            help="A log, record or bundle (a file, or - for stdin); an exit code, signal, errno, check, step, "
            "action, setting, topic or quoted message.",
            autocompletion=_topics,
            show_default=False,
        ),
    ] = None,
    pid: Annotated[
        int | None,
        typer.Option("--pid", metavar="N", min=1, help="Why process N died, or what befell it.", show_default=False),
    ] = None,
    unit: Annotated[
        str | None, typer.Option("--unit", metavar="UNIT", help="Why a systemd unit died.", show_default=False)
    ] = None,
    container: Annotated[
        str | None,
        typer.Option("--container", metavar="ID|NAME", help="Why a container died.", show_default=False),
    ] = None,
    last: Annotated[bool, typer.Option("--last", help="The most recent kill on this machine.")] = False,
    growth: Annotated[
        str | None,
        typer.Option(
            "--growth", metavar="TIME", help="With --pid: watch what grows, such as for 60s.", show_default=False
        ),
    ] = None,
    output_format: Annotated[ExplainFormat, typer.Option("--format", help="plain or json.")] = ExplainFormat.PLAIN,
    config_file: ConfigFile = None,
) -> None:
    """Say why something died, or what an error means.

    Without WHAT and options, list everything that can be explained.
    """
    _check_usage(what, pid=pid, unit=unit, container=container, last=last, growth=growth)
    settings = load_settings(config_file, {})
    as_json = output_format is ExplainFormat.JSON
    if growth is not None and pid is not None:
        _watch_growth(pid, growth, as_json=as_json)
    elif what == _SLOW and pid is not None:
        _watch_slowness(pid, as_json=as_json)
    elif pid is not None or unit is not None or container is not None or last:
        _show(_of_machine(settings, pid, unit, container), as_json=as_json)
    # Path.exists raises for a name that is too long: a quoted message may be one.
    elif what is not None and (what == "-" or os.path.exists(what)):  # noqa: PTH110
        from mnemo_cli.commands.evidence import explain_evidence

        _show(explain_evidence(what, _ROOT), as_json=as_json)
    else:
        _show_page(what, settings, as_json=as_json)


def _check_usage(
    what: str | None, *, pid: int | None, unit: str | None, container: str | None, last: bool, growth: str | None
) -> None:
    given = [
        name
        for name, option in (("--pid", pid), ("--unit", unit), ("--container", container), ("--last", last or None))
        if option is not None
    ]
    if what is not None and not (what == _SLOW and pid is not None):
        given.insert(0, "WHAT")
    if len(given) > 1:
        raise UsageError(f"{' and '.join(given)} do not go together; ask for one of them")
    for name, text in (("--unit", unit), ("--container", container)):
        # An unset variable in a script must not quietly mean everything.
        if text == "":
            raise UsageError(f"{name} is empty; name what to explain")
    if growth is not None and pid is None:
        raise UsageError("--growth watches a process: add --pid N")


def _of_machine(settings: "Settings", pid: int | None, unit: str | None, container: str | None) -> "Explanation":
    """What this machine still knows of one death."""
    from mnemo_cli.forensics.live.instant import Instant

    now = Instant.now()
    if pid is not None:
        from mnemo_cli.forensics.live.process import explain_process

        return explain_process(pid, _ROOT, now)
    if unit is not None:
        from mnemo_cli.forensics.live.unit import explain_unit

        return explain_unit(unit, _ROOT, now)
    if container is not None:
        from mnemo_cli.forensics.live.container import explain_container

        return explain_container(container, _ROOT, now)
    from mnemo_cli.forensics.live.last import explain_last

    return explain_last(_ROOT, now, settings.memory_log_file())


def _show(explanation: "Explanation", *, as_json: bool) -> None:
    from mnemo_cli.output.explanation import explanation_document, explanation_text

    sys.stdout.write(
        pretty(explanation_document(explanation)) if as_json else explanation_text(explanation, width=_width())
    )


def _watch_growth(pid: int, growth: str, *, as_json: bool) -> None:
    from mnemo_cli.forensics.growth import watch_growth
    from mnemo_cli.output.growth import growth_document, growth_text
    from mnemo_cli.watch.clock import WaitingClock
    from mnemo_cli.watch.signals import EndingSignals

    seconds = duration("--growth", growth)
    assert seconds is not None
    clock = WaitingClock()
    with EndingSignals(clock, lambda _: clock.stop()) as signals:
        found = watch_growth(pid, seconds=seconds, clock=clock, root=_ROOT, progress=_progress(pid))
    sys.stdout.write(pretty(growth_document(found)) if as_json else growth_text(found, width=_width()))
    # Whoever interrupts it wants what is known so far.
    if signals.exit_code is not None:
        raise typer.Exit(signals.exit_code)


def _watch_slowness(pid: int, *, as_json: bool) -> None:
    from mnemo_cli.forensics.slow import slow_page, watch_slowness
    from mnemo_cli.sampling.target import TargetChoice
    from mnemo_cli.watch.clock import WaitingClock

    choice = TargetChoice(kind="process", pid=pid)
    _write_page(slow_page(watch_slowness(choice, clock=WaitingClock(), root=_ROOT)), as_json=as_json)


def _progress(pid: int) -> Callable[[float], None] | None:
    """One line on a terminal that is written over; nothing elsewhere."""
    if not sys.stderr.isatty():
        return None

    def show(share_ratio: float) -> None:
        sys.stderr.write(f"\rmnemo: watching process {pid}: {share_ratio:4.0%}" + ("\n" if share_ratio >= 1 else ""))
        sys.stderr.flush()

    return show


def _show_page(what: str | None, settings: "Settings", *, as_json: bool) -> None:
    from mnemo_cli.commands.topics import find_page, topics

    if what is not None:
        _write_page(_with_hint(find_page(what, settings)), as_json=as_json)
        return
    from mnemo_cli.output.explain import topics_document, topics_text

    known = topics(settings)
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    sys.stdout.write(pretty(topics_document(known)) if as_json else topics_text(known, width))


def _write_page(page: "Page", *, as_json: bool) -> None:
    from mnemo_cli.output.explain import page_document, page_text

    sys.stdout.write(pretty(page_document(page)) if as_json else page_text(page, width=_width()))


def _with_hint(page: "Page") -> "Page":
    """Who looks up an exit code has most often just seen something die."""
    if not page.topic.isdecimal() or page.topic == "0":
        return page
    from mnemo_cli.forensics.live.recent import seconds_since_kill

    seconds = seconds_since_kill(_ROOT, time.monotonic())
    if seconds is None or seconds > _RECENT_SECONDS:
        return page
    ago = format_duration(round(seconds))
    hint = f"The kernel killed a process on this machine {ago} ago: `mnemo explain --last` says which one, and why."
    return page._replace(paragraphs=(*page.paragraphs, hint))


def _width() -> int:
    return min(100, shutil.get_terminal_size().columns)
