"""The only sampling loop.

loop     the generator of moments
pace     how long to wait for the next sample: slow far from the limit, milliseconds near it
clock    time, waiting, and what may end a wait early
trackers what the programs in scope count themselves, put into whole samples
child    the program after `--`: started, watched, ended with its own code
"""
