"""Run one command or ten thousand jobs so that memory never kills them.

job         the nouns: Job, Attempt, how an attempt ended
demo        a small service that climbs the whole ladder once
engines     places to run attempts, behind one small protocol
"""
