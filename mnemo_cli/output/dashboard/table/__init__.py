"""The process table: which processes, in which order, with which columns, as lines of the screen.

filter   which processes: a substring, or re:, user:, cg:, pid:
users    the names of users
row      one row: a process, its subtree, or all processes of one name
sums     sums over several processes, with what is not known of them
tree     children below their parents
order    the rows in the order that the person chose
columns  the columns, and in which order they give way
cells    what the cells say
lines    the table as lines
"""
