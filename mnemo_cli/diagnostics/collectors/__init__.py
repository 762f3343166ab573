"""Every collector, in the order of the bundle: what explains most deaths comes first.

There may not be room for all of it. One file for each kind of evidence; its docstring is its card.
Collectors do not know each other.
"""

from mnemo_cli.diagnostics.collector import Collector
from mnemo_cli.diagnostics.collectors import (
    containers,
    counters,
    databases,
    findings,
    host_memory,
    host_memory_later,
    kernel_log,
    killers,
    macos_crashes,
    macos_log,
    macos_memory,
    macos_processes,
    memory_log,
    mounts,
    processes,
    recordings,
    rlimits,
    runtime_traces,
    settings,
    sysctls,
    systemd_units,
    target_groups,
    versions,
)

COLLECTORS: tuple[Collector, ...] = (
    kernel_log.COLLECTOR,
    killers.COLLECTOR,
    target_groups.COLLECTOR,
    macos_crashes.COLLECTOR,
    macos_log.COLLECTOR,
    macos_memory.COLLECTOR,
    macos_processes.COLLECTOR,
    host_memory.COLLECTOR,
    versions.COLLECTOR,
    processes.COLLECTOR,
    sysctls.COLLECTOR,
    rlimits.COLLECTOR,
    counters.COLLECTOR,
    memory_log.COLLECTOR,
    settings.COLLECTOR,
    findings.COLLECTOR,
    mounts.COLLECTOR,
    runtime_traces.COLLECTOR,
    systemd_units.COLLECTOR,
    containers.COLLECTOR,
    databases.COLLECTOR,
    recordings.COLLECTOR,
    host_memory_later.COLLECTOR,
)
