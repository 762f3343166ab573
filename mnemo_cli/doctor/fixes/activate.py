"""The commands after which new files count: those that disturb nobody are run, the others are left to a person."""

import subprocess
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from mnemo_cli.doctor.fixes.scene import Activation
from mnemo_cli.errors import RepairError

# Runs words; None when there is no such program, else its exit code and what it said.
Runner: TypeAlias = Callable[[Sequence[str]], tuple[int, str] | None]
_TIMEOUT_SECONDS = 60


def run_words(words: Sequence[str]) -> tuple[int, str] | None:
    """The Runner of the machine itself."""
    try:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_TIMEOUT_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        return None
    except (OSError, subprocess.TimeoutExpired) as err:
        return 126, str(err)
    return done.returncode, done.stdout.decode("utf-8", "replace").strip()


def activate(steps: Iterable[Activation], run: Runner | None) -> tuple[str, ...]:
    """Run the automatic steps; returns the lines that are left to do. RepairError when a step fails.

    Without a runner (the files of another root) nothing is run.
    """
    left: list[str] = []
    for step in (step for step in steps if step.words):
        done = run(step.words) if run is not None and step.automatic else None
        if done is None:
            left.append(step.line)
        elif done[0]:
            raise RepairError(f"`{step.line}` failed with exit code {done[0]}: {done[1] or 'it said nothing'}")
    return tuple(left)
