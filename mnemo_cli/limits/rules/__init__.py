"""Alert rules: conditions over the numbers of a moment, read, evaluated and followed through their states. Pure.

condition   a condition as a tree and as a function: parse, holds, value
names       the numbers that a condition may use, and what they are now
rule        the nouns: Rule, Rules; the four that are built in
document    a rules file, each mistake with its line
state       inactive → pending → firing → resolved, and unknown
alerting    all rules against each moment: alerts and their events
"""
