"""Killers that are programs: how to spare a process, or to move the threshold, in each one's own settings."""

import re
import shlex
from collections.abc import Iterator

from mnemo_cli.forensics.explanation import Step
from mnemo_cli.forensics.kills import Kill


def userspace_steps(kill: Kill) -> Iterator[Step]:
    """Exact where the killer has a command for it, else the file and the key."""
    name = kill.victim.name or "NAME"
    pattern = shlex.quote(f"^({re.escape(name)})$")
    if kill.killer == "earlyoom":
        yield Step(
            "Spare it: add to EARLYOOM_ARGS in /etc/default/earlyoom, then restart earlyoom.", f"--avoid {pattern}"
        )
        yield Step("Activate that.", "systemctl restart earlyoom")
    elif kill.killer == "nohang":
        yield Step(f"Spare it: `@BADNESS_ADJ_RE_NAME -500 /// {pattern}` in /etc/nohang/nohang.conf.",
                   "systemctl restart nohang")  # fmt: skip
    elif kill.killer == "systemd-oomd":
        unit = shlex.quote((kill.victim_cgroup or name).rpartition("/")[2])
        yield Step(
            "Spare the unit where others can be taken.", f"systemctl set-property {unit} ManagedOOMPreference=avoid"
        )
        yield Step("See whom it watches, and at which pressure it kills.", "oomctl")
    elif kill.killer == "bustd":
        yield Step("Spare it: bustd takes names that it may not kill.", "bustd --help")
    elif kill.killer == "kubelet":
        yield Step("Request as much memory as the pod uses: those above their request are evicted first.")
        yield Step("See what the nodes have left.", "kubectl describe node | grep -A8 'Allocated resources'")
    elif kill.killer == "dask":
        yield Step(
            "Give the workers more, or fewer threads each.", "dask worker ADDRESS --memory-limit SIZE --nthreads 1"
        )
    elif kill.killer == "parallel":
        yield Step("Start fewer jobs at once, or reserve what one needs.", "parallel --memfree SIZE --jobs 2 …")
    if kill.killer in ("earlyoom", "nohang", "bustd"):
        yield Step("The machine was short of memory, whoever was taken: see who uses it.", "mnemo snapshot --host")
