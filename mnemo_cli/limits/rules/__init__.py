"""Alert rules: conditions over the numbers of a moment, read, evaluated and followed through their states. Pure.

condition   a condition: parse, holds, value
  tokens    its text cut into words and signs
  tree      what they form
  meaning   what that says, in three values
names       what the numbers that a condition may use are at a moment
  variables the names themselves, each with its metric
rule        the nouns: Rule, Rules; the four that are built in
document    a rules file, each mistake with its line
  items     YAML whose every item knows its line
state       one alert: inactive → pending → firing → resolved, and unknown
alerting    all rules against each moment: alerts and their events
present     one rule at one moment, without its waits
promql      a condition for Prometheus, with the same meaning
"""
