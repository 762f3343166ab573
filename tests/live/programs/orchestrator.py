"""A run that is killed: jobs that sign a file, and the ends that were acknowledged, in another one."""

import os
import sys
from pathlib import Path

from mnemo_cli.orchestrate.engines.local.local import LocalSettings
from mnemo_cli.orchestrate.job import Job
from tests.orchestrate.engines.driving import run_plan


def main(folder: Path, count: int, seconds: str, groups: bool) -> None:
    begin = f'echo "$MNEMOSYNE_JOB_ID" >>{folder}/began; sleep {seconds}; echo "$MNEMOSYNE_JOB_ID" >>{folder}/done'
    jobs = [Job(id=f"j{at}", name="work", command=("sh", "-c", begin)) for at in range(count)]
    acknowledged = os.open(folder / "acknowledged", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    run_plan(
        folder,
        jobs,
        LocalSettings(folder / "run", slots=4, groups=groups),
        lambda happening: happening.what == "ok" and os.write(acknowledged, f"{happening.job.id}\n".encode()),  # type: ignore[func-returns-value]
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4] == "groups")
