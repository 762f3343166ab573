"""Moments to a file and back.

document     a moment and its events as the JSON that programs read (mnemo.sample/1)
memory_log   the log that survives: one line per interval, at each level change, each second while critical
mnr          recordings: every sample in a few hundred bytes, readable after any end
reading      all three read back as moments
playing      a recording played: which moments, from when on, how fast
replay       alert rules against what was read back
diff         what changed between two documents
"""
