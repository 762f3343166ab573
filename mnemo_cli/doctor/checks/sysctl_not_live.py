"""A file of sysctl.d sets a knob to something else than what the kernel has: it was never activated, or undone.

The files are read at boot; the last file name wins over all folders. `sysctl --system` activates them.
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, Skipped
from mnemo_cli.doctor.evidence import Evidence

# The knobs that decide about limits; others are nobody's business here.
_KNOBS = (
    "fs.nr_open", "fs.file-max", "kernel.threads-max", "kernel.pid_max", "vm.max_map_count", "vm.overcommit_memory",
    "vm.panic_on_oom", "vm.min_free_kbytes", "fs.inotify.max_user_watches", "fs.inotify.max_user_instances",
    "fs.aio-max-nr",
)  # fmt: skip


def run(evidence: Evidence) -> Outcome:
    if not evidence.machine.has_knobs:
        return Skipped("an image has no running kernel")
    if evidence.in_container:
        return Skipped("the knobs are the host's, and so are the files that set them")
    settings, unread = evidence.machine.sysctl_config, list[str]()
    for name in _KNOBS:
        setting = settings.get(name)
        if setting is None or not setting.text.isdigit():
            continue
        live = evidence.sysctl(name)
        if live is None:
            unread.append(name)
        elif live != int(setting.text):
            return Fault(
                "warning",
                f"{setting.path} line {setting.line} sets {name} to {setting.text}, and the kernel has {live:,}",
                limit=live, layer="sysctl", source=f"{setting.path} line {setting.line}", fixes=("sysctl --system",),
            )  # fmt: skip
    if unread:
        return evidence.unknown(*unread)
    return evidence.config_lack("sysctl_config") or Pass("the kernel has what the files say")


CHECK = Check("CF007", "sysctl-not-live", run, about="config")
