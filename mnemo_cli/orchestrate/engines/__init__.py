"""Places to run attempts, behind one small protocol.

engine      the protocol: capacity, start, events, pause and resume, stop, recover
"""
