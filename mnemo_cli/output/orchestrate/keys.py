"""The keys of a run's live view, once: the footer and the help are made from this table."""

from mnemo_cli.output.dashboard.keys import FASTER, HELP, PAUSE, SLOWER, Key

DRAIN = Key("q", "q", "drain", "start no more jobs and let running ones finish; again: leave now")
KEYS: tuple[Key, ...] = (DRAIN, HELP, PAUSE, FASTER, SLOWER)
