"""What the tests of the ladder stand on: a workload that writes down what is done to it, and readings by the second."""

from collections.abc import Iterable

from mnemo_cli.degrade.conductor import Conductor
from mnemo_cli.degrade.event import LadderEvent
from mnemo_cli.degrade.reading import Reading
from mnemo_cli.errors import MnemoError

BEGIN_UNIX_SECONDS = 1_800_000_000.0


class Stage:
    """A Workload of named jobs, the youngest last. `broken` names the methods that raise."""

    def __init__(self, *jobs: str, broken: Iterable[str] = ()) -> None:
        self.calls: list[str] = []
        self.running, self.frozen = list(jobs), []
        self.in_flight = 0
        self._broken = set(broken)

    def shrink(self, fraction: float) -> str | None:
        return self._did("shrink", f"{fraction:g}")

    def restore(self) -> str | None:
        return self._did("restore")

    def throttle(self, on: bool) -> str | None:
        return self._did("throttle", "on" if on else "off")

    def defer(self, on: bool) -> str | None:
        return self._did("defer", "on" if on else "off")

    def freeze_youngest(self) -> str | None:
        return self._moved("freeze", self.running, self.frozen)

    def preempt_youngest(self) -> str | None:
        return self._moved("preempt", self.frozen, [])

    def thaw(self) -> str | None:
        count = len(self.frozen)
        self.running += self.frozen
        self.frozen = []
        return self._did("thaw") if count else None

    def accept(self, on: bool) -> str | None:
        return self._did("accept", "on" if on else "off")

    def drain(self, deadline_seconds: float) -> str | None:
        return self._did("drain", f"{deadline_seconds:g}")

    @property
    def is_drained(self) -> bool:
        return self.in_flight == 0

    def save(self) -> str | None:
        return self._did("save")

    def close(self) -> str | None:
        return self._did("close")

    def kill_youngest(self) -> str | None:
        return self._moved("kill", self.running, [])

    def leave(self, exit_code: int) -> str | None:
        return self._did("leave", str(exit_code))

    def _did(self, name: str, argument: str = "") -> str:
        said = f"{name} {argument}".strip()
        self.calls.append(said)
        if name in self._broken:
            raise MnemoError(f"{name} is broken")
        return said

    def _moved(self, name: str, source: list[str], target: list[str]) -> str | None:
        if not source:
            return None
        target.append(source.pop())
        return self._did(name, target[-1])


class Run:
    """A conductor over a stage, with a clock of its own that counts the seconds."""

    def __init__(self, stage: Stage, **options: object) -> None:
        self.stage, self.events = stage, list[LadderEvent]()
        self.conductor = Conductor(stage, self.events.append, **options)  # type: ignore[arg-type]
        self.clock_seconds = 0.0

    def read(
        self,
        used_ratio: float | None,
        *,
        after_seconds: float = 1.0,
        seconds_to_limit: float | None = float("inf"),
        full_avg10_ratio: float | None = 0.0,
        at_least_ratio: float | None = None,
    ) -> list[str]:
        """One more reading; what was done at it."""
        before = len(self.stage.calls)
        self.clock_seconds += after_seconds
        reading = Reading(self.clock_seconds, used_ratio, seconds_to_limit, full_avg10_ratio, at_least_ratio)
        self.conductor.after(reading, time_seconds=BEGIN_UNIX_SECONDS + self.clock_seconds)
        return self.stage.calls[before:]

    def tick(self, after_seconds: float = 1.0) -> list[str]:
        """Time passes without a reading."""
        before = len(self.stage.calls)
        self.clock_seconds += after_seconds
        self.conductor.tick(self.clock_seconds, time_seconds=BEGIN_UNIX_SECONDS + self.clock_seconds)
        return self.stage.calls[before:]

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(event.action, event.outcome) for event in self.events]
