"""The limits engine: what a sample means. Pure: time is an argument, nothing is read, nothing is kept outside.

levels      how full is one limit (thresholds, hysteresis)
binding     which of the limits on the path binds
forecast    when it will be reached
engine      one step: a sample and the state before it → a verdict and the state after it
"""
