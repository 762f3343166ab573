"""The ladder: what is done as memory fills, step by step, and taken back as it empties.

reading     what the ladder looks at
steps       its rungs, and when each is entered and left (pure)
"""
