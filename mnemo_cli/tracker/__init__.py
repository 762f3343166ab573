"""The counters a program keeps of itself, in a small shared file that other processes read.

A program imports this package for `MemoryTracker`: that costs it os, mmap, struct and threading.

memory       MemoryTracker: what a program records
counters     one gauge, one counter, one component of a tracker
storage      where the counters lie: a shared file, or private memory with the reason
layout       the bytes of that file, as a table for every language
reading      the bytes of one file as a Tracker
discovery    which files there are, whose they are, and whether the owner is alive
folding      what dead workers counted, added up; and cleaning up after them
"""

from mnemo_cli.tracker.memory import MemoryTracker

__all__ = ["MemoryTracker"]
