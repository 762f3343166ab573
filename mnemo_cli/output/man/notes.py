"""What DESCRIPTION says beyond the help of a command, which must be short: one or two paragraphs each."""

from collections.abc import Mapping
from types import MappingProxyType

_BUNDLE = (
    "Before anything is written, passwords, tokens and keys are masked, and names of users and hosts and addresses "
    "become aliases. The manifest says how much was taken out of which file, what is missing, and why.",
    "It needs little memory: it writes as it reads, and keeps to a time and a size "
    "(collect.budget_time, collect.budget_size).",
)
_DOCTOR = (
    "Each finding says which limit it is, what it allows and what is used, which layer set it (a shell, limits.d, a "
    "unit, a container's runtime, a control group), and how to mend it. A check that could not read what it needs is "
    "unknown, and never passes.",
    "A finding that somebody answers for is waived in a settings file, until a day: see mnemo.toml(5). "
    "--baseline fails only on findings that are new.",
)
NOTES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "mnemo": (
            "mnemo shows how close a program, a control group or the machine is to the memory limit that binds it, "
            "acts before the kernel does, and says afterwards what was killed, by whom, and against whose limit. "
            "It finds the other limits, too, that stop programs: open files, tasks, mappings and their like.",
        ),
        "monitor": (
            "On a terminal it is a dashboard: `?` shows its keys. Elsewhere it prints a line for each sample, as "
            "--format says. With -- CMD on a terminal the output of the program goes to a file that is kept; its path "
            "and last lines are shown at the end. Elsewhere the program keeps its streams, and mnemo writes one line "
            "of summary to standard error.",
            "Without a target it watches the control group that it runs in, and all that is around it: mnemo(1) has "
            "the targets, the levels, and what the binding limit is.",
        ),
        "snapshot": (
            "Without a target it reads the control group that it runs in, and all that is around it: mnemo(1) has "
            "the targets, the levels, and what the binding limit is.",
        ),
        "limits": (
            "`check` is for pipelines: it exits with 1 when something is wrong enough. `show` has every limit of a "
            "target with the layer that sets it. `rules` shows the alert rules and tries them on recordings. `render` "
            "writes the configured limits for other programs.",
        ),
        "ulimit": (
            "`fix` only plans unless it is told to --apply; it keeps what it needs to --undo. `raise` and `protect` "
            "change a process that runs, and nothing that outlives it.",
        ),
        "doctor": _DOCTOR,
        "collect": _BUNDLE,
        "collect-diagnostics": (*_BUNDLE, "The short name of this command is mnemo-collect(1)."),
        "explain": (
            "WHAT is, in this order: - or a file that exists; a number, which is an exit code; a signal; an errno; a "
            "level; a topic such as slow; a setting; a check by id or slug; a step or an action; a message that a "
            "program printed, in quotes.",
            "A verdict is ranked by what proves it: proven, likely, possible or excluded, with the lines and counters "
            "that say so. An exit code of 137 alone proves nothing.",
        ),
        "orchestrate": (
            "What a job needs is learned from earlier runs of its name. A job that the OOM killer ended is tried "
            "again with more memory; others only with retries. Interrupting drains, too; a second time does not wait. "
            "With --journal a run survives everything: after a crash --resume takes up the jobs that still run, and "
            "runs none twice.",
        ),
        "export": (
            "A metric is a number of `mnemo snapshot --format json` with mnemo_ before its name. What is unknown has "
            "no sample, and no limit is +Inf. `serve` listens to this machine alone unless it is told otherwise.",
        ),
        "config": (
            "A key is written with its table, resources.memory_high_pct, or without where only one table has it. "
            "mnemo.toml(5) has every setting.",
        ),
    }
)
