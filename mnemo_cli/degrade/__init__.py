"""The ladder: what is done as memory fills, step by step, and taken back as it empties.

reading     what the ladder looks at
edges       where each step begins and ends
steps       the ladder itself: which step a reading leads to (pure)
workload    what a response acts upon: the scheduler of a run, or a program with a guard
responses   notify, evict, throttle, defer, freeze, drain, save, close, terminate: one file each
table       which responses belong to which step, in their order
conductor   readings in, responses out: each once, with one event and one count
obeying     what other programs ask for, done and answered
caches      the components of a program made smaller, and as large as they were again
guard       the ladder inside a service: accepting, counting work in flight, draining, exit 75
actions     what alerts do: log, post, run, ask
foreign     where functions of the program are called
"""
