"""Why attempts die: one watch over the kernel's log for all of a run, and a verdict for each death, in bounded time.

inquest     the case of one death, from what its engine saw and what the log tells, and the verdict on it
kernel      the kernel's log from the run's first moment on, read only where somebody died
patience    how much of a run's time may be spent on its dead
"""
