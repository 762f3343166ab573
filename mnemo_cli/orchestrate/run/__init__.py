"""One run, from its first job to its last: where engine, journal and scheduler meet.

run        turns: events in, the journal kept, jobs fed and started
source     where jobs come from, no faster than they are taken
rooms      the limits that jobs must fit into, from a moment of the watch
resuming   a run that was interrupted, taken up again
"""
