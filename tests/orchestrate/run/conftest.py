"""A run of jobs on a stage, with its journal closed at the end of the test."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from mnemo_cli.orchestrate.job import Job
from tests.orchestrate.run.stage import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    stages: list[Stage] = []

    def make(jobs: Iterable[Job], **settings: object) -> Stage:
        stages.append(Stage(tmp_path, jobs, **settings))
        return stages[-1]

    yield make
    for one in stages:
        one.journal.close()
