"""Everything that is needed to explain a death, in one tarball that is safe to hand to a stranger.

collector    what a collector is: a card, and a generator of the members it puts into the bundle
"""
