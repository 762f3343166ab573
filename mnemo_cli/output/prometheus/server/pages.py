"""The text of a scrape, made once for all who ask at the same time."""

import threading
from collections.abc import Callable, Iterable, Iterator

from prometheus_client.core import Metric

from mnemo_cli.model import Moment
from mnemo_cli.output.prometheus.families import families
from mnemo_cli.watch.on_demand import OnDemand

Fill = Callable[[Moment], Iterable[Metric]]
Write = Callable[[Iterable[Metric]], bytes]


class Pages:
    """Fresh metrics; `timeout_seconds` is the longest that anybody waits for them. A prometheus_client collector."""

    def __init__(self, asked: OnDemand, fill: Fill, *, timeout_seconds: float) -> None:
        self._asked = asked
        self._fill = fill
        self._timeout_seconds = timeout_seconds
        self._lock = threading.Lock()
        self._moment: Moment | None = None
        self._texts: dict[Write, bytes] = {}

    def text(self, write: Write, timeout_seconds: float) -> bytes:
        """The whole page as `write` puts it. Raises NoMomentError."""
        moment = self._asked.moment(min(timeout_seconds, self._timeout_seconds))
        with self._lock:
            if moment is not self._moment:
                self._moment, self._texts = moment, {}
            if write not in self._texts:
                self._texts[write] = write(self._fill(moment))
            return self._texts[write]

    def collect(self) -> Iterator[Metric]:
        yield from self._fill(self._asked.moment(self._timeout_seconds))

    def describe(self) -> Iterator[Metric]:
        """The declared families: prometheus_client then knows which names are here."""
        return families(None)
