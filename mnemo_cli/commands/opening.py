"""What a run opens before its first job: the journal that it is kept in, and the place where its jobs run."""

import contextlib
from collections.abc import Callable
from pathlib import Path

from mnemo_cli.commands.choices import Choices
from mnemo_cli.commands.ending import Place
from mnemo_cli.commands.planning import Means
from mnemo_cli.errors import JournalError, UsageError
from mnemo_cli.orchestrate.engines.engine import Engine
from mnemo_cli.orchestrate.journal import Journal
from mnemo_cli.orchestrate.journal.lock import JournalLock
from mnemo_cli.redact import printable
from mnemo_cli.settings import Settings


def open_journal(path: Path, stack: contextlib.ExitStack, *, resumes: bool) -> Journal:
    """UsageError for a journal that is in use, or of an earlier run that nobody asked to go on with."""
    shown = printable(str(path))
    try:
        lock = JournalLock(path)
    except OSError as err:
        raise JournalError(f"cannot write the journal {shown}: {err.strerror}") from err
    stack.callback(lock.release)
    journal = Journal.create(path)
    stack.callback(journal.close)
    standing = journal.standing
    if not resumes and any(standing):
        if standing.unfinished:
            raise UsageError(
                f"the journal {shown} holds a run with {standing.unfinished} unfinished jobs; "
                "go on with it by --resume, or give another --journal"
            )
        raise UsageError(
            f"the journal {shown} holds a run that is over; give another --journal "
            f"(`mnemo orchestrate report {shown}` shows this one)"
        )
    return journal


def open_engine(
    place: Place,
    means: Means,
    choices: Choices,
    settings: Settings,
    *,
    working_folder: str,
    is_wanted: Callable[[], bool],
) -> Engine:
    """The place where jobs run. Of a program after -- the one job has our streams for itself.

    EngineError where it cannot be had; or takes its time, and is not wanted any more.
    """
    if choices.engine.is_dask:
        return _open_dask(place, means, choices, settings, working_folder, is_wanted)
    from mnemo_cli.orchestrate.engines.local.local import Local, LocalSettings

    inherits = choices.program is not None
    return Local(LocalSettings(place.folder, means.slots, streams="inherit" if inherits else "grouped"))


def _open_dask(
    place: Place,
    means: Means,
    choices: Choices,
    settings: Settings,
    working_folder: str,
    is_wanted: Callable[[], bool],
) -> Engine:
    from mnemo_cli.orchestrate.engines.dask.engine import Dask
    from mnemo_cli.orchestrate.engines.dask.options import DaskSettings, Tls

    chosen = choices.engine
    reconnect_seconds = settings.value("orchestrate.reconnect_secs")
    assert not isinstance(reconnect_seconds, str)
    uses_tls = chosen.scheduler is not None and chosen.scheduler.startswith(("tls://", "wss://"))
    return Dask(
        DaskSettings(
            place.folder,
            settings.levels(),
            scheduler=chosen.scheduler,
            local_workers=chosen.local_workers or 0,
            tls=Tls(chosen.tls_ca, chosen.tls_cert, chosen.tls_key) if uses_tls else None,
            working_folder=working_folder,
            own_budget_bytes=means.own_budget_bytes,
            brings_output=choices.output_folder is None,
            output_folder=place.output_folder,
            reconnect_seconds=float(reconnect_seconds),
        ),
        is_wanted,
    )
