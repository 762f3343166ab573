"""The parent of all jobs: starts them, writes down how each one ended, and outlives the supervisor.

A program of its own, `python -I -S keeper/__main__.py FOLDER SETUP`, that imports little: it is started
for each run and stays for as long as a job does. It decides nothing. It is told what to start, which
limit to hold where the kernel cannot, and whom to end; it tells what came of it.

messages   what supervisor and keeper say to each other, and what the record says to whoever comes later
program    from the command line to the loop: signals, the lock on the folder, the thread that works
loop       waits for the supervisor and for jobs, and looks at running ones when they are due
attempt    one running attempt: how it is looked at, stopped, frozen, ended
order      what is to be started, and why it cannot be
spawning   posix_spawn with everything that an order asks for
streams    files and pipes of an attempt
ending     the figures of an end that only the parent gets
group      a control group for one attempt (v1, v2): limit, peak, OOM kills, freezing
tree       the same from the attempt's processes, where no group can be had
signalling signals that cannot reach a stranger with a reused pid
output     files of output that cannot fill the disk: head and tail are kept
kernel_files   reading and writing files of /proc and of control groups
record     lines that are on file before anybody is told

The supervisor's death: jobs that are frozen go on, running ones run on, and their ends are recorded. The
next supervisor connects to the same socket. (Where the setup says so they end with it instead: on a worker
of a cluster.) The keeper's own death leaves jobs and record; another
keeper adopts those that live, and nobody knows with which status they end.
"""
