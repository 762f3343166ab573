"""One run, from its first job to its last: where engine, journal and scheduler meet.

run          turns: events in, the journal kept, jobs fed and started
bookkeeping  the journal, also when it can no longer be written
orders       an attempt as its engine is told of it
ends         what is noted of an attempt's end, and the seam for a verdict on why it died
source       where jobs come from, no faster than they are taken
rooms        the limits that jobs must fit into, from a moment of the watch
resuming     a run that was interrupted, taken up again
loop         the same on the real machine: descriptors, moments, signals, the ladder
workload     what the ladder acts upon in a run
looking      how closely a person's budget is looked at
draining     an early end: what is in flight finishes until a deadline
counters     what others see of a run, and what they ask of it
shrinking    the caches of the jobs
tolerant     a source whose first wrong line ends it
picture      how a run stands at one instant, for views
"""
