"""Recordings read back as moments: FILE.mnr, the lines of `mnemo monitor --format ndjson`, and the memory log.

stream    the lines of a file, one after the other: a moment, or why there is none
line      what a line turns out to be, and the object that it holds
packed    the lines that a file of gzip members holds, also a damaged one
parts     the lines of a recording: headers, samples, changes, events
sample    mnemo.sample/1 as a moment
trackers  the counters of programs in it
events    the lines of events
log_line  a line of the memory log as a moment, and the numbers that it tells beside it
members   the members of a JSON object, each of the kind that it must be

What a line does not tell is unknown. Nothing is guessed, and no line is taken for what it is not.
"""
