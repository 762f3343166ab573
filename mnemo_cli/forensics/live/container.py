"""Why a container died: what its runtime wrote down, and the kernel log, joined by the id in the group's path."""

import re
from pathlib import Path

from mnemo_cli.errors import SourceError, UsageError
from mnemo_cli.forensics.case import Case, ContainerRecord, Who
from mnemo_cli.forensics.explanation import Explanation
from mnemo_cli.forensics.live.instant import Instant
from mnemo_cli.forensics.live.logs import Logs, without_gaps_of_others
from mnemo_cli.forensics.live.process import nothing_read
from mnemo_cli.forensics.records import read_records
from mnemo_cli.forensics.truth import judge
from mnemo_cli.model import Gap
from mnemo_cli.redact import decoded, printable
from mnemo_cli.sampling.program_output import program_output

_TIMEOUT_SECONDS = 3.0
_MOST_BYTES = 4 << 20
_RUNTIMES = (("docker", "container", "inspect"), ("podman", "container", "inspect"))
# At least as much of an id as the tools show: less could be anybody's.
_ID = re.compile(r"[0-9a-f]{12,64}")


def explain_container(name: str, root: Path, now: Instant) -> Explanation:
    """`name` is a name or an id. Raises SourceError where neither a runtime nor a log tells of it."""
    logs = Logs(root, now)
    records = _ask_runtimes(name, root, logs.gaps)
    logs.read_kernel()
    logs.read_journal()
    if not records and not _ID.fullmatch(name):
        tried = "; ".join(f"{gap.source}: {gap.reason}" for gap in logs.gaps if gap.field == "container")
        raise SourceError(
            f"no runtime here tells of a container {printable(name)}: {tried}; give its id, as it stands in the "
            "kernel log's task_memcg="
        )
    if not records and not logs.were_read:
        raise nothing_read(f"why container {name} died", logs)
    who = Who(container_id=records[0].container_id if records else name)
    return without_gaps_of_others(judge(logs.into(Case(who=who, records=records))))


def _ask_runtimes(name: str, root: Path, gaps: list[Gap]) -> tuple[ContainerRecord, ...]:
    """The first runtime that knows it."""
    if name.startswith("-"):
        raise UsageError(f"--container {printable(name)} is neither a name nor an id")
    for argv in _RUNTIMES if root == Path("/") else ():
        try:
            chunks = program_output((*argv, name), timeout_seconds=_TIMEOUT_SECONDS, most_bytes=_MOST_BYTES)
            records = read_records(decoded(b"".join(chunks)), f"{argv[0]} inspect")
        except SourceError as err:
            gaps.append(Gap("container", argv[0], str(err)))
            continue
        if records:
            return records
        gaps.append(Gap("container", argv[0], "it shows no container of that name"))
    return ()
