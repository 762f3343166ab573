"""A recording played: which of its moments, from when on, and how fast.

tracks    what a recording holds: whose samples, from when to when, and what in it is strange
opened    a file read from its beginning as often as it takes
start     --at as a time of the recording
player    the moments at their pace, or faster; a gap is not waited for
harmless  text that a stranger may have written, safe for a terminal
"""
