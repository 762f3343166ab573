"""The counters a program keeps of itself, in a small shared file that other processes read.

A program imports this package for `MemoryTracker`: that costs it os, mmap, struct and threading.

What a program loads:

memory       MemoryTracker: what a program records
counters     one gauge, one counter, one component of it; `standard` are the components that each has
span         a with-block that takes and gives back
numbers      which numbers it takes; `thresholds` the level of what is used
storage      where the counters lie: a shared file in the user's `folder`, or private memory with the reason
layout       the bytes of that file, as a table for every language
owner        who writes it; `forking`: a forked child begins anew
requests     what others ask of this program, and its answers

What a reader loads beside it:

reader       the trackers of the processes in scope, again and again
discovery    which files there are, and what may be read of them
reading      the bytes of one file as a Tracker
alive        whether the owner still runs, and under which pid; `lives` holds on to processes
asking       asks the owners to shrink, to throttle or to restart
adding       what dead workers counted, added up; `folding` keeps their folder small
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mnemo_cli.tracker.memory import MemoryTracker

__all__ = ["MemoryTracker"]


def __getattr__(name: str) -> object:
    """MemoryTracker, at its first use: who only reads the files of others does not load it."""
    if name != "MemoryTracker":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from mnemo_cli.tracker.memory import MemoryTracker

    return MemoryTracker
