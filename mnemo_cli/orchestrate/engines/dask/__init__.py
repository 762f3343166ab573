"""Work on many machines: the workers of a Dask cluster, one agent of mnemo's on each.

Dask knows who is there, carries words there and back, and sees that its workers are busy. mnemo decides:
its journal is the truth, it places each attempt on one worker by name, and Dask never tries one again.

engine         the engine: orders out, events in; what is lost with a worker or with the scheduler
outbox         orders on their way
roster         who is there of the workers, and what they use
inherited      what a supervisor before ours has left
stops          what was told to end, and by when
misfits        workers on which nothing can be begun, and why
registration   an agent is put on every worker
link           a thread of its own that holds Dask's client, and how the scheduler is found again
news           what the link tells the engine
connection     one connection: agents greeted, orders handed over, what came of them
epoch          by what name and number agents know a run and its supervisors
brought        what attempts wrote on their workers, for our streams and files
options        which scheduler, with which keys; how long it is waited for
local_cluster  a scheduler and workers on this machine, for a try; undisturbed: Ctrl-C is not for them
plugin         what is registered with the scheduler, and put by it on each worker, early or late
agent          on a worker: starts, limits, samples and ends attempts with the engine of that machine
reports        on a worker: when that is told anew, and what cannot be read
standing       on a worker: the limits that hold there, and what is used of them
witness        on a worker: why an attempt died there, by its kernel
home           on a worker: where an attempt works, and what it writes
fencing        an attempt begins once, on the worker it was sent to; what is late counts for nothing
messages       what agent and engine say to each other

Nothing here is imported before --engine dask; `engine` and what it needs are the only ones that import distributed.
"""
