"""What every test stands on: the person's own settings, log and terminal width do not reach it."""

import gc
import logging
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.alone import MEMORY_GROUPS, alone_with

# Fixtures that tests of several folders ask for.
pytest_plugins = ("tests.live.prometheus_binaries",)

# No test may fail because the machine is busy: neither an example's time nor a strategy's is judged.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
LIVE = "tests/live/"
WATCHES_THE_MACHINE = "nobody_is_killed_meanwhile"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each worker begins with a part of the list: that of the first one has all tests with real kills, then those that
    wait for them because they watch the machine. Meanwhile the others have tests that wait for nobody.
    """
    items.sort(key=lambda item: (not item.nodeid.startswith(LIVE), WATCHES_THE_MACHINE not in item.fixturenames))


def pytest_collection_finish() -> None:
    """A full garbage collection need not walk through fourteen thousand tests: it comes sooner and takes less."""
    gc.collect()
    gc.freeze()


def pytest_runtest_teardown() -> None:
    """mnemo's log as a program finds it: a command that a test runs in this process makes it its own."""
    logger = logging.getLogger("mnemo")
    logger.handlers.clear()
    logger.propagate = True
    logger.setLevel(logging.NOTSET)


@pytest.fixture(scope="session", autouse=True)
def a_home_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Session-wide, since programs that tests start inherit it, and hypothesis refuses a fixture per test."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as environment:
        for name in list(os.environ):
            if name.startswith("MNEMOSYNE_") or name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES"):
                environment.delenv(name)
        environment.setenv("HOME", str(home))
        for name, folder in {"XDG_CONFIG_HOME": ".config", "XDG_DATA_HOME": ".local/share"}.items():
            environment.setenv(name, str(home / folder))
        yield


@pytest.fixture
def nobody_is_killed_meanwhile() -> Iterator[None]:
    """For those who watch the real machine: a kill by another worker's test would be an event of theirs."""
    with alone_with(MEMORY_GROUPS, shared=True):
        yield
