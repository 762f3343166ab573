"""Sums over several processes: what is not known of one makes the sum a lower bound, and never counts as 0."""

from operator import add

from mnemo_cli.model import Process
from mnemo_cli.output.dashboard.table.row import used_bytes

# In the order of Sums.totals.
SUMMED = (
    "pss_bytes",
    "uss_bytes",
    "rss_bytes",
    "swap_bytes",
    "threads",
    "fds",
    "used_bytes",
    "growth_bytes_per_minute",
)


class Sums:
    """The totals of the fields of SUMMED, each None while no part of it is known."""

    __slots__ = ("_totals", "_unknown", "count")

    def __init__(self) -> None:
        self.count = 0
        self._totals: list[int | None] = [None] * len(SUMMED)
        self._unknown: set[int] = set()

    def take(self, process: Process, growth_bytes_per_minute: float | None) -> None:
        """Add one process."""
        # Who holds no page shares none: a thread of the kernel has no PSS to read, and it is 0.
        nothing = 0 if process.rss_bytes == 0 else None
        pss_bytes, uss_bytes = process.pss_bytes, process.uss_bytes
        self._add(
            (
                nothing if pss_bytes is None else pss_bytes,
                nothing if uss_bytes is None else uss_bytes,
                process.rss_bytes,
                process.swap_bytes,
                process.threads,
                process.fds,
                used_bytes(process),
                # Whole bytes: the sum must not depend on the order.
                None if growth_bytes_per_minute is None else round(growth_bytes_per_minute),
            )
        )
        self.count += 1

    def take_all(self, other: "Sums") -> None:
        """Add what another one has summed up."""
        self._add(other._totals)
        self._unknown |= other._unknown
        self.count += other.count

    @property
    def partial(self) -> frozenset[str]:
        """The fields of which something is known, and something is not."""
        return frozenset(SUMMED[position] for position in self._unknown if self._totals[position] is not None)

    @property
    def used_bytes(self) -> int | None:
        return self._totals[6]

    @property
    def growth_bytes_per_minute(self) -> int | None:
        return self._totals[7]

    def put_into(self, process: Process) -> Process:
        """The process with the sums in place of its own numbers."""
        pss_bytes, uss_bytes, rss_bytes, swap_bytes, threads, fds, _, _ = self._totals
        return process._replace(
            pss_bytes=pss_bytes,
            uss_bytes=uss_bytes,
            rss_bytes=rss_bytes,
            swap_bytes=swap_bytes,
            threads=threads,
            fds=fds,
        )

    def _add(self, values: "tuple[int | None, ...] | list[int | None]") -> None:
        totals = self._totals
        if None not in values and None not in totals:
            self._totals = list(map(add, totals, values))
            return
        for position, value in enumerate(values):
            if value is None:
                self._unknown.add(position)
            elif (before := totals[position]) is None:
                totals[position] = value
            else:
                totals[position] = before + value
