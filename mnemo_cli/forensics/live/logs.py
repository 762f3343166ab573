"""Everything that logs say of one death, added up: the kernel's, what other killers wrote into the journal, files."""

from collections.abc import Callable, Iterable
from pathlib import Path

from mnemo_cli.errors import SourceError
from mnemo_cli.forensics.case import Case, Notice, RuntimeMessage
from mnemo_cli.forensics.explanation import Explanation
from mnemo_cli.forensics.killers import WANTED_LITERALS, kills_of, notices_of
from mnemo_cli.forensics.kills import Kill
from mnemo_cli.forensics.live.instant import Instant
from mnemo_cli.forensics.log import LogReader, LogReading
from mnemo_cli.forensics.runtimes import messages_in, messages_of
from mnemo_cli.model import Gap
from mnemo_cli.sampling.files import is_there
from mnemo_cli.sampling.kernel_log import read_kernel_log
from mnemo_cli.sampling.program_output import program_output

_KILLERS = ("earlyoom", "nohang", "systemd-oomd", "systemd", "kubelet", "bustd", "containerd", "dockerd")
_JOURNALS = ("run/log/journal", "var/log/journal")
_MOST_JOURNAL_BYTES = 16 << 20
_TIMEOUT_SECONDS = 3.0
_OF_ONE_REPORT = ("kills.trigger", "kills.scope", "kills.limit_bytes", "kills.limit_cgroup")


class Logs:
    """Takes log after log; one kill that several of them tell of counts once."""

    def __init__(self, root: Path, now: Instant) -> None:
        self._root = root
        self._now = now
        self._kills: dict[tuple[object, ...], Kill] = {}
        self._notices: list[Notice] = []
        self._messages: list[RuntimeMessage] = []
        self._names: list[str] = []
        self._kernel_log_read: bool | None = None
        self._boot_seconds: float | None = None
        self.gaps: list[Gap] = []

    @property
    def kills(self) -> tuple[Kill, ...]:
        return tuple(self._kills.values())

    @property
    def were_read(self) -> bool:
        """Whether there was any log at all."""
        return bool(self._names)

    @property
    def tell_anything(self) -> bool:
        """Whether a kernel wrote one of them, or somebody tells of a kill: else they are no evidence."""
        return bool(self._kernel_log_read or self._kills or self._notices or self._messages)

    def read_kernel(self) -> None:
        """The kernel log of this machine, since boot."""
        log = read_kernel_log(self._root, self.gaps)
        if log is None:
            self.lacks_kernel()
        else:
            self.add(log.source, log.chunks, is_kernel=True)

    def lacks_kernel(self) -> None:
        """There is no kernel log that we may read here."""
        self._kernel_log_read = bool(self._kernel_log_read)

    def read_journal(
        self, *, since_seconds: float | None = None, unit: str | None = None, timeout_seconds: float = _TIMEOUT_SECONDS
    ) -> None:
        """What killers in user space and systemd wrote; with `unit` what it and systemd said of that unit."""
        if self._root != Path("/") or not any(is_there(self._root / folder) for folder in _JOURNALS):
            return
        words = ["journalctl", "-o", "json", "--no-pager", "-q"]
        words += [] if since_seconds is None else [f"--since=@{since_seconds:.0f}"]
        words += [f"--identifier={name}" for name in _KILLERS] if unit is None else [f"--unit={unit}"]
        try:
            self.add("journal", program_output(words, timeout_seconds=timeout_seconds, most_bytes=_MOST_JOURNAL_BYTES))
        except SourceError as err:
            self.gaps.append(Gap("journal", "journalctl", str(err)))

    def add(self, source: str, chunks: Iterable[bytes], *, is_kernel: bool = False) -> None:
        """One log in pieces; what they raise goes to the caller, and what came before it counts.

        `is_kernel` is the log of this machine, since boot. Programs may write into it, too (systemd does where it is
        told to): killers in user space are looked for in it as anywhere.
        """
        if is_kernel:
            self._boot_seconds = self._now.boot_seconds
        reader = LogReader(
            source,
            WANTED_LITERALS,
            now_seconds=self._now.unix_seconds,
            utc_offset_seconds=self._now.utc_offset_seconds,
        )
        try:
            for chunk in chunks:
                reader.feed(chunk)
        finally:
            self._take(reader.close(), source, is_kernel=is_kernel)

    def add_output(self, text: str, source: str) -> None:
        """What the program itself printed."""
        self._messages += messages_in(text, source)

    def keep(self, fits: Callable[[Kill], bool]) -> None:
        """Forget the kills that cannot be meant."""
        self._kills = {key: kill for key, kill in self._kills.items() if fits(kill)}

    def into(self, case: Case) -> Case:
        """The case with all that was read."""
        return case._replace(
            kills=self.kills,
            logs=tuple(dict.fromkeys(self._names)),
            kernel_log_read=self._kernel_log_read,
            notices=tuple(self._notices),
            runtime_messages=tuple(self._messages),
            boot_seconds=self._boot_seconds,
            gaps=(*case.gaps, *self.gaps),
        )

    def _take(self, reading: LogReading, source: str, *, is_kernel: bool) -> None:
        for kill in (*reading.kills, *kills_of(reading.lines, source)):
            self._kills.setdefault(_identity(kill), kill)
        self._notices += notices_of(reading.lines, source)
        self._messages += messages_of(reading.lines, source)
        # A journal that shows us nothing may be one that we may not read.
        if reading.line_count or is_kernel:
            self._names.append(source)
        self._kernel_log_read = bool(self._kernel_log_read or is_kernel or reading.kernel_lines)
        self.gaps.extend(reading.gaps)


def without_gaps_of_others(explanation: Explanation) -> Explanation:
    """A log's reader misses something in each report that is cut: only those of the kills that are told matter."""
    told = {f"{each.source} line {each.line}" for kill in explanation.kills for each in kill.evidence}
    gaps = (gap for gap in explanation.gaps if gap.field not in _OF_ONE_REPORT or gap.source in told)
    return explanation._replace(gaps=tuple(gaps))


def _identity(kill: Kill) -> tuple[object, ...]:
    """The same in the kernel's ring, in syslog and in the journal; times and lines are not."""
    victim = kill.victim
    pid = victim.pid if victim.pid is not None else kill.time_seconds
    return kill.killer, kill.signal, pid, victim.name, victim.anon_rss_bytes, victim.shmem_rss_bytes
