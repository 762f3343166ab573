"""One Linux machine seen from one target: every reading of the room, put together as a Sample."""

from collections.abc import Collection
from pathlib import Path
from typing import Protocol

from mnemo_cli.errors import TargetError
from mnemo_cli.model import Gap, Memory, Sample, Target
from mnemo_cli.sampling.asked import LARGEST, Asked
from mnemo_cli.sampling.details import REFRESH_SECONDS
from mnemo_cli.sampling.path import LimitPath
from mnemo_cli.sampling.population import Population
from mnemo_cli.sampling.rlimits import descriptor_budget
from mnemo_cli.sampling.target import TargetChoice

# Between two intervals the tree's PSS is carried on by its RSS, which counts shared pages several
# times: before a budget is called nearly used, the PSS is read again.
_BUDGET_CHECK_RATIO = 0.75


class Sampler(Protocol):
    """What watch needs of a machine; Machine reads Linux, Portable everything that psutil knows.

    `asked` says which processes a whole sample describes; it may change while the watch runs.
    """

    asked: Asked

    @property
    def pids(self) -> Collection[int]:
        """The processes in scope as of the last whole sample; of now, where that one was not asked for any."""
        ...

    def sample(self, *, time_seconds: float, clock_seconds: float) -> Sample:
        """Everything, once."""
        ...

    def glance(self, *, time_seconds: float, clock_seconds: float) -> Sample:
        """Only use and limits: for the fast samples near a limit."""
        ...

    def close(self) -> None: ...


class Machine:
    """Reads one target again and again. Raises TargetError at the start when there is no such target."""

    def __init__(
        self,
        choice: TargetChoice,
        *,
        root: Path = Path("/"),
        asked: Asked = LARGEST,
        most_descriptors: int | None = None,
        details_seconds: float = REFRESH_SECONDS,
    ) -> None:
        self._choice = choice
        self.asked = asked
        self._pss_seconds_told = 0.0
        self._path = LimitPath(choice, root)
        self._population = Population(
            choice,
            root,
            directory=self._path.directory if choice.kind == "cgroup" else None,
            most_descriptors=descriptor_budget() if most_descriptors is None else most_descriptors,
            details_seconds=details_seconds,
        )
        if choice.is_tree:
            self._population.refresh([], 0.0)
            pids = self._population.pids
            # A program that we started may be over already: it waits for us to take its exit code.
            if not pids and choice.kind != "command":
                raise TargetError(choice.nobody)
            self._path.follow(pids or [choice.pid or 0])

    @property
    def pids(self) -> Collection[int]:
        if not self._choice.is_tree and not self.asked.anyone:
            self._population.follow([])
        return self._population.pids

    def sample(self, *, time_seconds: float, clock_seconds: float) -> Sample:
        gaps: list[Gap] = []
        if self._choice.is_tree:
            self._population.refresh(gaps, clock_seconds)
            self._path.follow(self._population.pids)
        limits, paging = self._path.read(gaps)
        if not self._choice.is_tree and self.asked.anyone:
            self._population.refresh(gaps, clock_seconds, host_used_bytes=limits[-1].used_bytes)
        target = self._target(gaps, clock_seconds, limits)
        return Sample(
            time_seconds=time_seconds,
            clock_seconds=clock_seconds,
            scope=self._choice.scope(self._path.name),
            limits=self._choice.budget(target, gaps) + limits,
            target=target,
            pressure=self._path.read_pressure(gaps),
            processes=self._population.describe(self.asked, gaps, clock_seconds),
            process_count=target.processes,
            host_oom_kills_total=paging.oom_kills_total,
            pss_seconds=self._pss_seconds(),
            gaps=tuple(gaps),
        )

    def glance(self, *, time_seconds: float, clock_seconds: float) -> Sample:
        gaps: list[Gap] = []
        budget_bytes = self._choice.budget_bytes
        target = None if budget_bytes is None else self._glance_at_tree(budget_bytes, gaps, clock_seconds)
        return Sample(
            time_seconds=time_seconds,
            clock_seconds=clock_seconds,
            scope=self._choice.scope(self._path.name),
            limits=self._choice.budget(target, gaps) + self._path.glance(gaps),
            target=target,
            gaps=tuple(gaps),
        )

    def close(self) -> None:
        self._path.close()
        self._population.close()

    def _pss_seconds(self) -> float:
        """What the reading of PSS took since this was last asked."""
        before, self._pss_seconds_told = self._pss_seconds_told, self._population.pss_seconds
        return self._pss_seconds_told - before

    def _target(self, gaps: list[Gap], clock_seconds: float, limits: tuple[Memory, ...]) -> Target:
        """A tree uses the sum of its processes; a group or the machine what counts against its own limit."""
        if self._choice.is_tree:
            return self._population.use(gaps, clock_seconds, fresh=self._choice.budget_bytes is not None)
        if self.asked.counted and not self.asked.anyone:
            self._population.follow(gaps)
        count = len(self._population.pids) if self.asked.anyone or self.asked.counted else None
        if count is None:
            gaps.append(Gap("target.processes", "/proc", "processes were not asked for"))
        return Target(used_bytes=limits[0].used_bytes, used_is_rss=False, processes=count)

    def _glance_at_tree(self, budget_bytes: int, gaps: list[Gap], clock_seconds: float) -> Target:
        before = self._population.pids
        self._population.refresh(gaps, clock_seconds)
        # A fork shares its parent's pages: the shares of all must be read anew.
        target = self._population.use(gaps, clock_seconds, fresh=self._population.pids != before)
        if target.used_bytes is not None and target.used_bytes > _BUDGET_CHECK_RATIO * budget_bytes:
            target = self._population.use(gaps, clock_seconds, fresh=True)
        return target
