"""Every limit of a target audited: what binds, who set it, what is left of it, and how to mend it.

result         the findings, as every format shows them
check          a check is a card and a function; the four answers it may give
checks         the checks themselves, one file each, in the order of the report
profiles       what is asked of a target: auto, server, database, …, and --need
subjects       which processes are meant (found: whom a pid was seen to be)
choose         Linux's files here, or macOS's tools (macos)
surroundings   what the checks may ask about the machine, read once for all processes
evidence       what they may ask about one process, each file read once (once): use, membership, process_files,
               memory_groups
trail          what a check looked at, for its finding
provenance     who set a limit: a unit, a line of limits.d, a container, the program
advice         the lines that a finding offers to type
audit          runs the checks; unknown is never a pass; `slugs` every name that a finding may have
waivers        findings that somebody answers for, until a date
components, alerts, memory_level   findings of `mnemo limits check` that no check makes
headroom       how many descriptors, threads, bytes, mappings, watches are left, and what binds
inventory      every limit of a target as rows; `budget` what a configuration allows of memory
page           the page of a check for `mnemo explain`
select, baseline, gate   which checks run, which findings are known, which fail; `worst` shows few of many
raising, protect   a live process's limits and OOM standing, and the `privilege` for it
render         the limits in the words of other worlds
fixes          plan, apply and undo repairs of the configuration
"""
