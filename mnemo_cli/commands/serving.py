"""What `mnemo export serve` runs once its options are read: one watch, and a server that asks it for moments."""

import contextlib
import gc
import logging
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mnemo_cli.commands.alarm import Alarm
from mnemo_cli.errors import ExitCode
from mnemo_cli.model import Moment
from mnemo_cli.output.log import log_event, tell
from mnemo_cli.output.prometheus.families import families
from mnemo_cli.output.prometheus.own import Own
from mnemo_cli.output.prometheus.server.address import Address
from mnemo_cli.output.prometheus.server.app import App
from mnemo_cli.output.prometheus.server.listening import Server
from mnemo_cli.output.prometheus.server.pages import Pages
from mnemo_cli.output.prometheus.server.password import Credentials
from mnemo_cli.sampling.asked import Asked
from mnemo_cli.sampling.choose import choose_sampler
from mnemo_cli.sampling.own import read_own_cost
from mnemo_cli.sampling.rlimits import raise_own_descriptor_limit
from mnemo_cli.sampling.target import TargetChoice
from mnemo_cli.settings.numbers import numbers
from mnemo_cli.watch.clock import WaitingClock
from mnemo_cli.watch.loop import Rhythm, watch
from mnemo_cli.watch.on_demand import OnDemand
from mnemo_cli.watch.signals import EndingSignals
from mnemo_cli.watch.trackers import PublishedTrackers

if TYPE_CHECKING:
    import ssl

    from prometheus_client.core import Metric

    from mnemo_cli.settings import Settings

# A scrape makes thousands of tuples and no cycle: to look for cycles at every 700th is a fifth of its cost.
_COLLECTED_EVERY = 50_000
# How old the PSS of one of the largest processes may be.
_DETAILS_SECONDS = 180.0
# A sample takes milliseconds: one that takes this long, beside the beat, hangs on a file of the system.
_HANGS_AFTER_SECONDS = 30.0


class ServeChoice(NamedTuple):
    """What the person asked for."""

    address: Address
    beat_seconds: float
    scrape_timeout_seconds: float
    most_processes: int
    tls: "ssl.SSLContext | None"
    credentials: Credentials | None
    has_actions: bool
    quiet: bool


class Serving:
    """Owns everything that one exporter needs, and closes it all."""

    def __init__(
        self,
        settings: "Settings",
        target: TargetChoice,
        choice: ServeChoice,
        logger: logging.Logger,
    ) -> None:
        self._settings = settings
        self._numbers = numbers(settings)
        self._target = target
        self._choice = choice
        self._logger = logger
        self._alarm = Alarm(settings, logger, has_actions=choice.has_actions)
        self._clock = WaitingClock()

    def run(self) -> int:
        """Serve until a signal comes or the target has ended; the exit code."""
        gc.enable()
        gc.freeze()
        gc.set_threshold(_COLLECTED_EVERY)
        with contextlib.ExitStack() as stack:
            signals = stack.enter_context(EndingSignals(self._clock, lambda number: self._clock.stop()))
            sampler = choose_sampler(
                self._target,
                portable=self._settings.sampler() == "portable",
                asked=self._asked(self._choice.most_processes),
                most_descriptors=raise_own_descriptor_limit(),
                # The use of a tree is made of it; else it would be half of what a scrape costs.
                details_seconds=5.0 if self._target.is_tree else _DETAILS_SECONDS,
            )
            stack.callback(sampler.close)
            stack.callback(self._alarm.close)

            def begin(is_asked: bool) -> None:
                # Alerts and the forecast need the limits only: the processes are for those who ask.
                sampler.asked = self._asked(self._choice.most_processes if is_asked else 0)

            asked = stack.enter_context(OnDemand(self._clock, beat_seconds=self._choice.beat_seconds, begin=begin))
            self._listen(asked, stack)
            trackers = PublishedTrackers(in_containers=self._target.is_tree or self._choice.most_processes > 0)
            moments = watch(
                sampler,
                edges=self._settings.levels(),
                rhythm=Rhythm(interval_seconds=0.0),
                clock=asked,
                trackers=trackers,
                alerting=self._alarm.alerting,
            )
            for moment in moments:
                asked.publish(moment)
                self._alarm.note(moment)
                for event in moment.verdict.events:
                    log_event(self._logger, event)
        return ExitCode.DONE if signals.exit_code is None else signals.exit_code

    def _asked(self, rows: int) -> Asked:
        return Asked(rows=rows, counted=self._alarm.counts_processes)

    def _listen(self, asked: OnDemand, stack: contextlib.ExitStack) -> None:
        """Serve from now on, from threads that end with this process."""

        def fill(moment: Moment) -> "Iterable[Metric]":
            own = Own(cost=read_own_cost(Path("/")), samples_total=asked.samples_total)
            return families(
                moment,
                settings=self._numbers,
                notifications=self._alarm.notifications,
                own_cost=own,
                most_processes=self._choice.most_processes,
            )

        def health() -> str:
            silent_seconds = asked.silent_seconds - self._choice.beat_seconds
            return f"the last sample hangs for {silent_seconds:.0f} s" if silent_seconds > _HANGS_AFTER_SECONDS else ""

        pages = Pages(asked, fill, timeout_seconds=self._choice.scrape_timeout_seconds)
        app = App(pages, health=health, is_ready=lambda: asked.samples_total > 0, credentials=self._choice.credentials)
        server = Server(self._choice.address, app, self._choice.tls)
        stack.callback(server.server_close)
        threading.Thread(target=server.serve, name="mnemo export", daemon=True).start()
        stack.callback(server.stop)
        if not self._choice.quiet:
            scheme = "http" if self._choice.tls is None else "https"
            at = self._choice.address._replace(port=server.server_port)
            tell(f"serving {scheme}://{at}/metrics")
