"""What is done about alerts: they are told to people and to programs, and nothing that goes wrong there stops a watch.

notifier      the alerts of each moment in, notices out; never blocks, never raises
destinations  where notices go, as plain values, and which of them a set of rules lacks
lanes         which destinations the actions of a rule lead to
lane          one destination: its thread, its pauses after failures, its counts
grouping      which alerts one destination is to be told of, and when (pure)
notice        the nouns: an episode of an alert, a notice, why one was not sent
log           lines for the log of this program, the memory log, syslog, journald
syslog, journald  their sockets
document      alerts as the JSON that Alertmanager sends to webhooks
webhook       that document to an address of the user's
pagerduty     the same for a pager: one event for each alert
post          one HTTP request that ends in time; `punctual` its socket; answers: what came of it; address: a URL
              without its secrets
exec          that document to a program's standard input
requests      programs of the target, and work of our own, are asked to slow down or to start afresh
"""
