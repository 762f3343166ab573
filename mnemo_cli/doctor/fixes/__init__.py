"""Repairs of the configuration: planned as diffs, applied under a journal, undone byte for byte.

wanted      what the configuration must allow: a profile's minimums and the demands of --need
scene       what a world may look at, and what it proposes
worlds      one file for each place that sets limits: PAM, a unit, sysctl.d, docker, …
systemd     settings of units and of the manager, drop-ins in their order
lines       the lines of a file that we add to
tree        the files below a root: read as from inside it, written without following a symbolic link
plan        the proposals of the chosen worlds as one plan
record      one fix as the journal keeps it
journal     every fix with the old and the new content of its files, and the lock
apply       a plan carried out, taken back, or recovered after a crash
activate    the commands after which the new files count
"""
