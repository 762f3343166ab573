"""Work on this machine.

local      the engine: orders out, events in, and what the crash of a run left
keeper     a program of its own, the parent of all jobs: it outlives the supervisor
orders     an order in the keeper's words
link       the supervisor's end of the line to its keeper, and how a keeper is started
records    what keepers wrote down of each attempt, for whoever comes after a crash
recovery   what became of attempts after a crash
remains    what a dead keeper left: attempts that live, attempts that do not, groups
peaks      how much an attempt really needed, from what several sources say of it
place      where groups for jobs can be made, and what holds a limit where they cannot
program    which file a command means, with the shell's 126 and 127
outputs    output of jobs that goes to our own streams, each job's in one piece
running    an attempt that has not ended yet, and the most that it was seen to use
use        what an attempt uses now, read from its group
"""
