"""mnemo keeps programs from dying of memory and of resource limits, and says why when one did.

It samples, it judges, it acts, it shows; every file does one of them, and imports go downward only:

    app            the command table, loaded lazily; where errors become exit codes
    library        what a program imports: settings, tracker and watch wired together
    commands       parse → call the rooms → hand the result to one view → exit
    output         the only floor that knows terminals and formats
    settings       one row per setting: default < file < environment < flag, each with its origin
    doctor         checks of every limit, one file each; the gate; plans and repairs
    forensics      why did it die: what exit codes, errnos and levels mean
    degrade        the ladder: notify, evict, throttle, defer, freeze, drain, save; the guard inside a program
    recording      moments to a file: the memory log
    watch          the only sampling loop: a generator of moments (sample + verdict)
    bounded        five things that cannot grow: broadcaster, queue, pool, cache, history
    limits         the limits engine, pure: levels, hysteresis, forecast, component levels
    tracker        the counters a program keeps of itself, readable by other processes
    sampling       ask the machine; no opinions
    redact, model, units, errors    the words everybody shares

A program imports its part from here, and each name is loaded when it is first used:

    from mnemo_cli import global_memory_tracker, guard, register, resources, start_memory_monitoring
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mnemo_cli.library import global_memory_tracker, guard, resources, start_memory_monitoring
    from mnemo_cli.output.prometheus.register import register

__version__ = "0.1.0"
__all__ = ["global_memory_tracker", "guard", "register", "resources", "start_memory_monitoring"]


def __getattr__(name: str) -> object:
    """The library's names, loaded at their first use: a command that needs none of them does not pay for them."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "register":
        from mnemo_cli.output.prometheus.register import register

        return register
    from mnemo_cli import library

    return getattr(library, name)
