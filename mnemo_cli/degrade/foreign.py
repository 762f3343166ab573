"""Where functions of the program are called: what they raise is logged, told as a failure, and stops nothing."""

import logging
from collections.abc import Callable
from typing import Final, TypeVar

_LOGGER = logging.getLogger("mnemo")
T = TypeVar("T")


class Failed:
    """It raised; the log has the traceback."""


FAILED: Final = Failed()


def attempt(what: str, call: Callable[[], T]) -> T | Failed:
    """What `call` returns. `what` names it in the log when it raises."""
    try:
        return call()
    except Exception:
        _LOGGER.exception("%s failed; the next one runs all the same", what)
        return FAILED
