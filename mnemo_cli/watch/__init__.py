"""The only sampling loop.

loop       the generator of moments
pace       how long to wait for the next sample: slow far from the limit, milliseconds near it
clock      time, waiting, and what may end a wait early
on_demand  the clock of a watch that samples when somebody asks; `thread_clock` of one in a thread of a program
trackers   what the programs in scope count themselves, put into whole samples
child      the program after `--`: started, watched, ended with its own code
largest    the peak of the program's largest process, which the kernel kept
notify_socket  what a service tells the service manager
aim        a signal that reaches the process that a person saw, or nobody
signals    SIGTERM and SIGINT as the end of a watch, and their exit codes
outcome    what a watch came to: its peak, its gate, its bounds
"""
