"""The peaks that attempts of each name really had: what claims are learned from."""

from collections import deque
from collections.abc import Iterable

from mnemo_cli.orchestrate.claims import REMEMBERED_PEAKS, claim_bytes

# Names are the author's, and a plan of a million lines may give each job its own.
MOST_NAMES = 10_000


class Learned:
    """Bounded twice: so many names (the least recently used one gives way), so many peaks of each."""

    def __init__(self) -> None:
        self._peaks: dict[str, deque[int]] = {}
        # Names that ended well with a peak too small to be told from the keeper's.
        self._ended: dict[str, None] = {}
        # Each name's last answer, with what it was reckoned for: it is asked for more often than peaks come.
        self._claims: dict[str, tuple[int, int, int]] = {}

    def note(self, name: str, peak_bytes: int | None) -> None:
        """One more attempt has ended well; its peak is not always known."""
        if peak_bytes is not None:
            self.add(name, (peak_bytes,))
        elif name not in self._ended:
            if len(self._ended) >= MOST_NAMES:
                del self._ended[next(iter(self._ended))]
            self._ended[name] = None

    def add(self, name: str, peaks_bytes: Iterable[int]) -> None:
        """Remember peaks of successful attempts, the oldest first."""
        peaks = self._peaks.pop(name, None)
        self._claims.pop(name, None)
        if peaks is None:
            peaks = deque(maxlen=REMEMBERED_PEAKS)
            if len(self._peaks) >= MOST_NAMES:
                oldest = next(iter(self._peaks))
                del self._peaks[oldest]
                self._claims.pop(oldest, None)
        peaks.extend(peaks_bytes)
        self._peaks[name] = peaks

    def knows(self, name: str) -> bool:
        return bool(self._peaks.get(name))

    def has_ended(self, name: str) -> bool:
        """Whether one of it has ended well, be its peak known or not."""
        return name in self._ended or self.knows(name)

    def peaks(self, name: str) -> int:
        """How many are known of it."""
        return len(self._peaks.get(name, ()))

    def claim_bytes(self, name: str, *, budget_bytes: int, slots: int) -> int:
        """The claim of a job of this name."""
        known = self._claims.get(name)
        if known is not None and known[:2] == (budget_bytes, slots):
            return known[2]
        claim = claim_bytes(tuple(self._peaks.get(name, ())), budget_bytes=budget_bytes, slots=slots)
        if name in self._peaks:
            self._claims[name] = (budget_bytes, slots, claim)
        return claim
