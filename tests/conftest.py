"""What every test stands on: the person's own settings, log and terminal width do not reach it."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# Fixtures that tests of several folders ask for.
pytest_plugins = ("tests.live.prometheus_binaries",)

# No test may fail because the machine is busy: neither an example's time nor a strategy's is judged.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


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
