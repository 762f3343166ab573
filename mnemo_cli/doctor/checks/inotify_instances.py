"""A user's inotify instances have nearly reached fs.inotify.max_user_instances: then inotify_init fails with EMFILE.

"Too many open files", although RLIMIT_NOFILE is fine. The default is 128 for all programs of the user
together, which a node with many containers of one uid reaches soon.
"""

from mnemo_cli.doctor.advice import raise_sysctl
from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, Unknown, fullness, share
from mnemo_cli.doctor.evidence import Evidence


def run(evidence: Evidence) -> Outcome:
    limit, count = evidence.sysctl("fs.inotify.max_user_instances"), evidence.inotify("instances")
    if limit is None or count is None:
        return evidence.unknown("fs.inotify.max_user_instances", "status")
    severity = fullness(count.used, limit)
    if severity is not None:
        return Fault(
            severity,
            f"{share(count.used, limit)} inotify instances of user {count.user} exist; beyond it is EMFILE",
            used=count.used, limit=limit, unit="instances", layer="user",
            source="sysctl fs.inotify.max_user_instances",
            fixes=raise_sysctl(evidence, "fs.inotify.max_user_instances", max(1024, limit * 2)),
        )  # fmt: skip
    if count.hidden:
        return Unknown(
            f"at least {count.used:,} of {limit:,} are in use; {count.hidden} processes of the user cannot be "
            "looked into",
            "to run as that user or as root",
        )
    return Pass(used=count.used, limit=limit, unit="instances", layer="user")


CHECK = Check("IN002", "inotify-instances", run, about="user")
