"""Moments to a file and back.

document     a moment and its events as the JSON that programs read (mnemo.sample/1)
memory_log   the log that survives: one line per interval, at each level change, each second while critical
reading      both read back as moments
replay       alert rules against what was read back
diff         what changed between two documents
"""
