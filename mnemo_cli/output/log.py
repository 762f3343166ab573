"""Messages for people on stderr: "mnemo: warning: …". Results never come this way."""

import contextlib
import logging
import sys
from collections import deque
from collections.abc import Iterator, Mapping

from mnemo_cli.errors import ConfigError
from mnemo_cli.model import Event, Level

_WORDS = ("debug", "info", "warning", "error")
_MOST_KEPT_LINES = 100
_SEVERITIES = {
    None: logging.WARNING,
    Level.NORMAL: logging.INFO,
    Level.MODERATE: logging.WARNING,
    Level.HIGH: logging.WARNING,
    Level.CRITICAL: logging.ERROR,
}


def start_log(environment: Mapping[str, str], *, verbose: bool, quiet: bool) -> logging.Logger:
    """The logger of this run. --quiet and -v win over MNEMOSYNE_LOG; ConfigError for an unknown word there."""
    word = environment.get("MNEMOSYNE_LOG", "") or "warning"
    if word.lower() not in _WORDS:
        raise ConfigError(f"environment MNEMOSYNE_LOG: {word!r} is not one of {', '.join(_WORDS)}")
    logger = logging.getLogger("mnemo")
    logger.setLevel("ERROR" if quiet else "INFO" if verbose else word.upper())
    logger.propagate = False
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Words())
    logger.handlers[:] = [handler]
    return logger


def tell(message: str) -> None:
    """Say one thing to the person, whatever is logged; a stderr that nobody reads changes no exit code."""
    # stderr is None where its descriptor was closed.
    if sys.stderr is not None:
        with contextlib.suppress(OSError):
            sys.stderr.write(f"mnemo: {message}\n")


def log_event(logger: logging.Logger, event: Event) -> None:
    """Moderate and high are warnings, critical is an error, a return to normal is information.

    An alert is not told here: its actions say where.
    """
    if event.event == "alert":
        return
    logger.log(_SEVERITIES[event.level], "%s: %s", event.event, event.text)


@contextlib.contextmanager
def held_back(logger: logging.Logger) -> Iterator[None]:
    """While a screen is shown: lines would be drawn into it, and are written when it has gone, the last hundred."""
    before = logger.handlers[:]
    kept = _Kept()
    logger.handlers[:] = [kept]
    try:
        yield
    finally:
        logger.handlers[:] = before
        for record in kept.records:
            logger.handle(record)


class _Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.records: deque[logging.LogRecord] = deque(maxlen=_MOST_KEPT_LINES)

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


class _Words(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return f"mnemo: {record.levelname.lower()}: {record.getMessage()}"
