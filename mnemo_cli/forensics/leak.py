"""The topic `leak`: memory that grows without end, how to see it, and what to do about it."""

from mnemo_cli.forensics.page import Page


def leak_page() -> Page:
    """What growth is and is not; the page says how it is measured."""
    return Page(
        topic="leak",
        title="memory that grows without end",
        paragraphs=(
            "`mnemo explain --pid N --growth 60s` watches a process and names what grows in it: its heap, files that "
            "it maps, threads, descriptors, or a component that it counts itself. `mnemo monitor --pid N` draws it, "
            "and says how long until the limit is reached.",
            "Growth alone is no leak: a program warms up, a cache fills. A leak goes on at the same rate under the "
            "same work, and no step back follows. Watch it for longer than its slowest cycle.",
            "Most often a container in the program has no bound: a queue whose reader is slower than its writer, a "
            "cache without an eviction, a list of listeners. `mnemo limits check` finds components that tell a size "
            "and no limit (CO002); mnemo_cli.resources makes ones that have a limit.",
            "A heap that grows while the program's own counts do not is fragmented, or leaks below the language: a "
            "profiler of allocations shows where (memray, heaptrack, async-profiler -e alloc).",
        ),
    )
