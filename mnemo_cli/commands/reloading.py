"""The settings of a watch, which may be read again while it runs: SIGHUP asks for that."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from mnemo_cli.commands.alarm import Alarm
from mnemo_cli.commands.service import Service
from mnemo_cli.errors import MnemoError
from mnemo_cli.recording.memory_log import MemoryLog, MemoryLogSettings
from mnemo_cli.watch.clock import WaitingClock
from mnemo_cli.watch.loop import Rhythm, Scale

if TYPE_CHECKING:
    from mnemo_cli.settings import Settings

# What a watch that runs does not take over.
_NOT_YET = {"monitor.sampler": "monitor.sampler (holds from the next start)"}


class Tuning:
    """Everything in a watch that the settings set: its rhythm, the edges of levels, the alerts, the memory log.

    A reload forgets nothing: levels keep their hysteresis, alerts of unchanged rules their times, and the memory
    log what it still has to write.
    """

    def __init__(self, settings: "Settings", logger: logging.Logger) -> None:
        self.settings = settings
        self.rhythm = Rhythm(interval_seconds=settings.interval_seconds())
        self.scale = Scale(settings.levels())
        self.alarm = Alarm(settings, logger)
        self.log = MemoryLog(_of_log(settings), logger.warning)

    def change(self, settings: "Settings") -> tuple[str, ...]:
        """Other settings from now on, and what is new by them; ConfigError leaves everything as it is."""
        before, rules, told = self.settings, self.alarm.alerting.rules, self.alarm.destinations
        edges, interval_seconds, log = settings.levels(), settings.interval_seconds(), _of_log(settings)
        self.alarm.change(settings)
        self.settings = settings
        self.rhythm.interval_seconds = interval_seconds
        self.scale.edges = edges
        self.log.change(log)
        changed = [_NOT_YET.get(key, key) for key in before.chosen if before.value(key) != settings.value(key)]
        # Their files may say something else under the same name.
        changed += ["alert rules"] if rules != self.alarm.alerting.rules else []
        changed += ["destinations of alerts"] if told != self.alarm.destinations else []
        return tuple(changed)


class Reload:
    """Reads the settings again. A wrong file leaves everything as it is, and that is said."""

    def __init__(
        self,
        tuning: Tuning,
        reread: "Callable[[], Settings]",
        clock: WaitingClock,
        service: Service,
        logger: logging.Logger,
    ) -> None:
        self._tuning, self._reread, self._clock, self._service, self._logger = tuning, reread, clock, service, logger

    def __call__(self) -> None:
        self._service.reloading()
        try:
            changed = self._tuning.change(self._reread())
        except MnemoError as err:
            complaint = f"the settings stay as they were: {err}"
            self._logger.error("%s", complaint)
            self._service.reloaded(complaint)
            return
        self._logger.info(
            "the settings were read again; %s", f"new: {', '.join(changed)}" if changed else "all as before"
        )
        # Judge by them now, not after an interval that may be an hour.
        self._tuning.rhythm.at_once = True
        self._clock.wake()
        self._service.reloaded()


def _of_log(settings: "Settings") -> MemoryLogSettings:
    return MemoryLogSettings(
        path=settings.memory_log_file(),
        interval_seconds=settings.memory_log_interval_seconds(),
        max_bytes=settings.memory_log_max_bytes(),
    )
