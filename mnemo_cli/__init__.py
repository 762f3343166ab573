"""mnemo keeps programs from dying of memory and of resource limits, and says why when one did.

It samples, it judges, it acts, it shows; every file does one of them, and imports go downward only:

    app            the command table, loaded lazily; where errors become exit codes
    commands       parse → call the rooms → hand the result to one view → exit
    output         the only floor that knows terminals and formats
    settings       one row per setting: default < file < environment < flag, each with its origin
    forensics      why did it die: what exit codes and levels mean
    recording      moments to a file: the memory log
    watch          the only sampling loop: a generator of moments (sample + verdict)
    limits         the limits engine, pure: levels, hysteresis, forecast
    sampling       ask the machine; no opinions
    redact, model, units, errors    the words everybody shares
"""

__version__ = "0.1.0"
