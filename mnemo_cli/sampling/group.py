"""One control group's memory: its use, its limit, its record of hits, on either version.

Used is the working set: usage − inactive file cache, at least 0, as kubelet and cAdvisor count it.
"""

from pathlib import Path
from typing import ClassVar

from mnemo_cli.model import UNLIMITED, Gap, Limit, LimitSource, Memory, difference_of
from mnemo_cli.redact import printable
from mnemo_cli.sampling.files import KeptFile, Table, gap, parse_number

# v1 says "no limit" with the largest multiple of the page size below 2^63; every value this large means it.
_NO_LIMIT = 1 << 62
# A peak that is this part below its limit has reached it.
_NEARLY = 64
# How many of a Memory's fields a glance and a whole reading of a group fill in.
_FIELDS_GLANCED = Memory._fields.index("limit_bytes") + 1
_FIELDS_READ = Memory._fields.index("limit_hits_total") + 1


class Group:
    """A control group with a memory limit file; `path` is its name inside the hierarchy, as shown to people."""

    LIMIT_FILE: ClassVar[str]
    USAGE_FILE: ClassVar[str]
    INACTIVE: ClassVar[Table]

    def __init__(self, directory: Path, *, path: str) -> None:
        self.directory = directory
        self.path = printable(path)
        self.source = LimitSource(kind="cgroup", path=self.path, file=self.LIMIT_FILE)
        self._files: dict[str, KeptFile] = {}
        self._limit = self._file(self.LIMIT_FILE)
        self._usage = self._file(self.USAGE_FILE)
        self._stat = self._file("memory.stat")

    def read(self, gaps: list[Gap]) -> Memory:
        """The group now, all of it. Whatever cannot be read is None and leaves a gap."""
        raise NotImplementedError

    def glance(self, gaps: list[Gap]) -> Memory:
        """Only what judging needs, use and limit: for the fast samples near a limit."""
        usage = self._number(self._usage, "used_bytes", gaps)
        (inactive,) = self._table(self._stat, self.INACTIVE, "used_bytes", gaps)
        limit = self._limit_in(self._limit, "limit_bytes", gaps)
        memory = Memory(source=self.source, used_bytes=working_set(usage, inactive), limit_bytes=limit)
        return self._explained(memory, gaps, fields=_FIELDS_GLANCED)

    def hidden_limit_bytes(self) -> int | None:
        """The tightest limit of the path where it is tighter than any group we can see; None where nobody tells."""
        return None

    def close(self) -> None:
        for file in self._files.values():
            file.close()

    def _file(self, name: str) -> KeptFile:
        file = self._files.get(name)
        if file is None:
            file = self._files[name] = KeptFile(self.directory / name)
        return file

    def _limit_in(self, file: KeptFile, field: str, gaps: list[Gap]) -> Limit | None:
        try:
            text = file.read()
            number = _NO_LIMIT if text == b"max\n" else parse_number(text)
        except (OSError, ValueError) as err:
            gaps.append(gap(self._field(field), self._shown(file), err))
            return None
        return UNLIMITED if number >= _NO_LIMIT else number

    def _number(self, file: KeptFile, field: str, gaps: list[Gap]) -> int | None:
        try:
            return file.number()
        except (OSError, ValueError) as err:
            gaps.append(gap(self._field(field), self._shown(file), err))
            return None

    def _table(self, file: KeptFile, table: Table, field: str, gaps: list[Gap]) -> list[int | None]:
        try:
            return table.values(file.read())
        except OSError as err:
            gaps.append(gap(self._field(field), self._shown(file), err))
            return [None] * len(table.keys)

    def _explained(self, memory: Memory, gaps: list[Gap], *, fields: int) -> Memory:
        """The reading, with a gap for each None among the first `fields` that has none yet."""
        if None in memory[:fields]:
            told = {known.field for known in gaps}
            gaps.extend(
                Gap(self._field(name), self._shown(self._stat), "the kernel does not report it here")
                for name, value in zip(Memory._fields[:fields], memory, strict=False)
                if value is None and self._field(name) not in told
            )
        return memory

    def _field(self, name: str) -> str:
        return f"limits.{self.path}.{name}"

    def _shown(self, file: KeptFile) -> str:
        return f"{self.path.rstrip('/')}/{file.path.rpartition('/')[2]}"


class GroupV2(Group):
    """https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files"""

    LIMIT_FILE = "memory.max"
    USAGE_FILE = "memory.current"
    INACTIVE = Table("inactive_file")
    # `kernel` is there from Linux 5.18 on, memory.peak from 5.19 on.
    STAT = Table("anon", "file", "kernel", "shmem", "inactive_file", "workingset_refault_file", "pgmajfault")
    EVENTS = Table("max", "oom_kill")

    def read(self, gaps: list[Gap]) -> Memory:
        usage = self._number(self._usage, "used_bytes", gaps)
        anon, file, kernel, shmem, inactive, refaults, major_faults = self._table(
            self._stat, self.STAT, "used_bytes", gaps
        )
        hits, kills = self._table(self._file("memory.events"), self.EVENTS, "oom_kills_total", gaps)
        memory = Memory(
            source=self.source,
            used_bytes=working_set(usage, inactive),
            limit_bytes=self._limit_in(self._limit, "limit_bytes", gaps),
            reclaimable_bytes=inactive,
            usage_peak_bytes=self._number(self._file("memory.peak"), "usage_peak_bytes", gaps),
            anon_bytes=anon,
            file_bytes=file,
            shmem_bytes=shmem,
            kernel_bytes=kernel,
            high_bytes=self._limit_in(self._file("memory.high"), "high_bytes", gaps),
            swap_used_bytes=self._number(self._file("memory.swap.current"), "swap_used_bytes", gaps),
            swap_total_bytes=self._limit_in(self._file("memory.swap.max"), "swap_total_bytes", gaps),
            major_faults_total=major_faults,
            refaults_total=refaults,
            oom_kills_total=kills,
            limit_hits_total=hits,
        )
        return self._explained(memory, gaps, fields=_FIELDS_READ)


class GroupV1(Group):
    """https://docs.kernel.org/admin-guide/cgroup-v1/memory.html

    oom_kill counts only the victims of this very group, the files of failcnt only hits of this group's own limits.
    """

    LIMIT_FILE = "memory.limit_in_bytes"
    USAGE_FILE = "memory.usage_in_bytes"
    INACTIVE = Table("total_inactive_file")
    STAT = Table(
        "hierarchical_memory_limit", "hierarchical_memsw_limit", "total_cache", "total_rss", "total_shmem",
        "total_workingset_refault_file", "total_swap", "total_pgmajfault", "total_inactive_file",
    )  # fmt: skip
    HIERARCHICAL_LIMIT = Table("hierarchical_memory_limit")
    EVENTS = Table("oom_kill")

    def read(self, gaps: list[Gap]) -> Memory:
        usage = self._number(self._usage, "used_bytes", gaps)
        memory_limit, both_limit, cache, rss, shmem, refaults, swap, major_faults, inactive = self._table(
            self._stat, self.STAT, "used_bytes", gaps
        )
        (kills,) = self._table(self._file("memory.oom_control"), self.EVENTS, "oom_kills_total", gaps)
        memory = Memory(
            source=self.source,
            used_bytes=working_set(usage, inactive),
            limit_bytes=self._limit_in(self._limit, "limit_bytes", gaps),
            reclaimable_bytes=inactive,
            usage_peak_bytes=self._number(self._file("memory.max_usage_in_bytes"), "usage_peak_bytes", gaps),
            anon_bytes=rss,
            file_bytes=cache,
            shmem_bytes=shmem,
            kernel_bytes=self._number(self._file("memory.kmem.usage_in_bytes"), "kernel_bytes", gaps),
            high_bytes=UNLIMITED,
            swap_used_bytes=swap,
            swap_total_bytes=_swap_limit(memory_limit, both_limit),
            major_faults_total=major_faults,
            refaults_total=refaults,
            oom_kills_total=kills,
            limit_hits_total=self.limit_hits_total(gaps),
        )
        return self._explained(memory, gaps, fields=_FIELDS_READ)

    def limit_hits_total(self, gaps: list[Gap]) -> int | None:
        """Hits of both limits: that of memory and swap together is charged first, and a hit of it is none of the other.

        Where the two are the same, as for a container without swap, memory.failcnt stays at 0. `try_charge` in
        mm/memcontrol.c. Unknown where the other one was reached and this kernel does not count that.
        """
        hits = self._number(self._file("memory.failcnt"), "limit_hits_total", gaps)
        file = self._file("memory.memsw.failcnt")
        try:
            hits_with_swap = file.number()
            if not hits_with_swap and self._was_full_with_swap():
                raise ValueError("this kernel does not count how often memory and swap together reached their limit")
        except FileNotFoundError:  # without swap accounting there is no such limit
            return hits
        except (OSError, ValueError) as err:
            gaps.append(gap(self._field("limit_hits_total"), self._shown(file), err))
            return None
        return None if hits is None else hits + hits_with_swap

    def _was_full_with_swap(self) -> bool:
        """Linux 6.15 and later count the hits of memory's limit alone: the peak tells what the 0 does not.

        Charges come in batches, so that it may end a little below.
        """
        limit = self._file("memory.memsw.limit_in_bytes").number()
        if limit >= _NO_LIMIT:
            return False
        return self._file("memory.memsw.max_usage_in_bytes").number() >= limit - limit // _NEARLY

    def hidden_limit_bytes(self) -> int | None:
        memory_limit = self._table(self._stat, self.HIERARCHICAL_LIMIT, "limit_bytes", [])[0]
        return memory_limit if memory_limit is not None and memory_limit < _NO_LIMIT else None


def working_set(usage_bytes: int | None, inactive_file_bytes: int | None) -> int | None:
    """What of the usage cannot be had back without killing or swapping."""
    return difference_of(usage_bytes, inactive_file_bytes)


def _swap_limit(memory_limit: int | None, both_limit: int | None) -> Limit | None:
    """memsw limits memory and swap together: what it allows beyond the memory limit is the swap."""
    if memory_limit is None or both_limit is None:
        return None
    return UNLIMITED if both_limit >= _NO_LIMIT else max(0, both_limit - memory_limit)
