"""Loaded first by the workers of a local cluster: a Ctrl-C is for the run, which lets their jobs finish."""

import signal


def dask_setup(worker: object) -> None:
    """Called by Dask in the first thread of the worker's process, once it is there."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
