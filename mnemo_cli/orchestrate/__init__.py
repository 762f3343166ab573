"""Run one command or ten thousand jobs so that memory never kills them.

plan        what is to be run, from a file, lines or a command line
job         the nouns: Job, Attempt, how an attempt ended
run         one run from its first job to its last: engine, journal and scheduler meet there
scheduler   who starts next, and what becomes of whom: the pure middle
placing     the same over many workers; fleet: where an attempt may start; worker, roll: what is known of each
waiting     jobs before their turn; flight: an attempt between its start and its end
admission   whether one more job may start now; claims, learned: what a job needs; ramp: how many at once
growth      how fast an attempt grows; balance: who is frozen in time, so that the first can finish
outcome     what the end of an attempt means, and whether it is tried again
inquest     why an attempt died, by the evidence of the kernel
journal     what has happened, on disk before it happens
history     the memory that jobs needed, remembered from run to run
report      what a run came to
naming      names of files that are made of ids
engines     places to run attempts, behind one small protocol
demo        a small service that climbs the whole ladder once
"""
