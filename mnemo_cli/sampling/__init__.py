"""Ask the machine; no opinions. Each file is named after what it asks.

files       a file of /proc or /sys kept open, and what a failed read leaves behind
host        the machine's memory: /proc/meminfo, /proc/vmstat
mounts      where control groups are mounted, for any controller
cgroup      which control groups a process is in (v1, v2, hybrid, namespaces)
group       one control group's memory files; `subtree` the kills in it and all below
group_tree  every group that can be seen, slice by slice; `group_sweep` is one walk over them
pressure    PSI
index       which processes exist, who is whose child
resident    their memory: an adaptive sweep over kept descriptors
details     what one process shows of itself: PSS, swap, descriptors, limits, command line
one_process one process looked at closely: limits with their use, memory and descriptors by kind
rlimits     /proc/PID/limits
asked       what of the processes a whole sample shall describe
target      what to look at: this scope, the machine, a process tree, a name, a group
members     which processes that means now
path        every limit on the target's path
population  its processes: what they use together; `describing` what is told of each
own         what mnemo itself costs
machine     all of the above as one Sample (Linux)
portable    the same through psutil (macOS and others), with census, portable_host and macos
choose      which of the two looks at this machine

For audits of limits:

proc_folder     one process's folder in /proc, held open; `status` and `runtime` are what it says of itself
tasks           how many tasks each user has; `inotify` how many watches
pids, cpu       those controllers of a group; `hierarchy` the groups of any controller
sysctl          the kernel's knobs; `commitment` what the machine has promised
place           where a process lives: host, container, unit, session
limits_config   limits.d and PAM; `systemd_units`, `sysctl_config` and `docker_config` the other files that set limits
config_files    how such files are found in several folders
macos_limits    what macOS tells of limits

For deaths and leaks:

kernel_log      the kernel's log, from wherever it can be had; `program_output` what a program of the system prints,
                and `program_group` its processes
program         what a program runs on and allocates with
mappings        what its memory is made of; `descriptors` what its descriptors lead to; `connections` its TCP states
strain          what memory costs in time, level by level
"""
