"""The limits engine: what a sample means. Pure: time is an argument, nothing is read, nothing is kept outside.

levels      how full is one limit (thresholds, hysteresis)
binding     which of the limits on the path binds
history     how use went, and the collections that brought it down
forecast    when the limit will be reached
changes     what happened between two samples: level, limit and OOM-kill events
gate        from levels to an exit code
components  how full is a queue, a pool or a cache of a program; which have no limit
programs    the workers of one program added up
engine      one step: a sample and the state before it → a verdict and the state after it
"""
