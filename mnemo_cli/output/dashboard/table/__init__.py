"""The process table.

filter   which processes: a substring, or re:, user:, cg:, pid:
"""
