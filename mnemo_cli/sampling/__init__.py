"""Ask the machine; no opinions. Each file is named after what it asks.

files       a file of /proc or /sys kept open, and what a failed read leaves behind
host        the machine's memory: /proc/meminfo, /proc/vmstat
cgroup      which control groups a process is in (v1, v2, hybrid, namespaces)
group       one control group's memory files
pressure    PSI
index       which processes exist, who is whose child
resident    their memory: an adaptive sweep over kept descriptors
details     what one process shows of itself: PSS, swap, descriptors, limits, command line
rlimits     /proc/PID/limits
target      what to look at: this scope, the machine, a process tree, a name, a group
members     which processes that means now
path        every limit on the target's path
population  its processes: what they use together, and the largest of them
own         what mnemo itself costs
machine     all of the above as one Sample (Linux)
portable    the same through psutil (macOS and others), with census, portable_host and macos
choose      which of the two looks at this machine
"""
