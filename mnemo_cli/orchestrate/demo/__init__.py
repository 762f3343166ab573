"""`mnemo orchestrate demo`: a small service under a generated load, so that every step of the ladder is seen once.

script   how full memory is to be at which moment (pure)
service  the five bounded components, the threads that work on them, and the memory that is held
group    a memory group of our own for as long as the demo runs
"""
