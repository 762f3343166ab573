"""The ladder inside a service: it refuses, slows, shrinks, finishes, saves and leaves, from a thread beside the work.

guard       Guard: what a program holds on to, and the thread that watches
service     the program as the ladder's workload
in_flight   work counted while it runs: with g.work()
hooks       the program's own functions, sync or async, called where they belong
clock       waiting that ends at once when there is something to do
leaving     the end of the program, with exit code 75
"""

from mnemo_cli.degrade.guard.in_flight import NotAccepting

__all__ = ["NotAccepting"]
