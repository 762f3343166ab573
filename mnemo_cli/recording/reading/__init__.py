"""Recordings read back: the lines of `mnemo monitor --format ndjson` and of the memory log, as moments.

stream    the lines of a file, one after the other: a moment, or why there is none
sample    mnemo.sample/1 as a moment
trackers  the counters of programs in it
log_line  a line of the memory log as a moment, and the numbers that it tells beside it
members   the members of a JSON object, each of the kind that it must be

What a line does not tell is unknown. Nothing is guessed, and no line is taken for what it is not.
"""
