"""A user's inotify watches have nearly reached fs.inotify.max_user_watches: then watching a file fails with ENOSPC.

"No space left on device" with the disk half empty. All programs of the user count together: editors,
build tools, file synchronisers, container runtimes.
"""

from mnemo_cli.doctor.advice import raise_sysctl
from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, Unknown, fullness, share
from mnemo_cli.doctor.evidence import Evidence


def run(evidence: Evidence) -> Outcome:
    limit, count = evidence.sysctl("fs.inotify.max_user_watches"), evidence.inotify("watches")
    if limit is None or count is None:
        return evidence.unknown("fs.inotify.max_user_watches", "status")
    severity = fullness(count.used, limit)
    if severity is not None:
        return Fault(
            severity,
            f"{share(count.used, limit)} inotify watches of user {count.user} exist; beyond it is ENOSPC",
            used=count.used, limit=limit, unit="watches", layer="user", source="sysctl fs.inotify.max_user_watches",
            fixes=raise_sysctl(evidence, "fs.inotify.max_user_watches", max(524288, limit * 2)),
        )  # fmt: skip
    if count.hidden:
        return Unknown(
            f"at least {count.used:,} of {limit:,} are in use; {count.hidden} processes of the user cannot be "
            "looked into",
            "to run as that user or as root",
        )
    return Pass(used=count.used, limit=limit, unit="watches", layer="user")


CHECK = Check("IN001", "inotify-watches", run, about="user")
