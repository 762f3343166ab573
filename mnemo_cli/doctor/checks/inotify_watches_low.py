"""fs.inotify.max_user_watches is as low as old kernels had it: a file tree of some size cannot be watched.

Since Linux 5.11 the default grows with memory (up to 1,048,576); before it was 8,192, too few for
editors, test runners and build tools on a large source tree.
"""

from mnemo_cli.doctor.advice import raise_sysctl
from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass
from mnemo_cli.doctor.evidence import Evidence

_OLD_DEFAULT = 8192


def run(evidence: Evidence) -> Outcome:
    limit = evidence.sysctl("fs.inotify.max_user_watches")
    if limit is None:
        return evidence.unknown("fs.inotify.max_user_watches")
    wanted = evidence.profile.inotify_watches or _OLD_DEFAULT + 1
    if limit >= wanted:
        return Pass(limit=limit, unit="watches", layer="user")
    return Fault(
        "warning" if evidence.profile.is_chosen and evidence.profile.inotify_watches is not None else "note",
        f"a user may watch {limit:,} files; a large source tree takes more",
        limit=limit, unit="watches", layer="user", source="sysctl fs.inotify.max_user_watches",
        fixes=raise_sysctl(evidence, "fs.inotify.max_user_watches", 524288),
    )  # fmt: skip


CHECK = Check("IN003", "inotify-watches-low", run, about="host")
