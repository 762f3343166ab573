"""Run one command or ten thousand jobs so that memory never kills them.

job         the nouns: Job, Attempt, how an attempt ended
engines     places to run attempts, behind one small protocol
"""
