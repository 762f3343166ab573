"""A recording in moments: a group whose limit is lowered, with its processes and some events."""

from mnemo_cli.limits.engine import State, step
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import LimitSource, Memory, Moment, Process, Sample, Scope
from mnemo_cli.output.plot.gathered import Gathering

APP = Scope(kind="cgroup", name="/app")
START_SECONDS = 1_700_000_000.0


def process(pid, used_bytes, *, name="python", pss=True):
    return Process(
        pid=pid, ppid=1, started=pid, name=name, uid=0, rss_bytes=used_bytes, pss_bytes=used_bytes if pss else None
    )


def moments(*used, limit_bytes=1000, spacing_seconds=1.0, processes=lambda position: (), start_seconds=START_SECONDS):
    """Judged, one per use; `limit_bytes` may be a function of the position."""
    state = State()
    for position, used_bytes in enumerate(used):
        limit = limit_bytes(position) if callable(limit_bytes) else limit_bytes
        rows = tuple(processes(position))
        sample = Sample(
            time_seconds=start_seconds + position * spacing_seconds,
            clock_seconds=position * spacing_seconds,
            scope=APP,
            limits=(Memory(LimitSource("cgroup", "/app", "memory.max"), used_bytes, limit),),
            processes=rows,
            process_count=len(rows),
        )
        state, verdict = step(state, sample, Edges())
        yield Moment(sample, verdict)


def gathered(several):
    gathering = Gathering()
    for moment in several:
        gathering.note(moment)
    return gathering.gathered()


def with_events(moment, *events):
    return moment._replace(verdict=moment.verdict._replace(events=events))


def many(*used, limit_bytes=1000):
    """The same, and not judged: for thousands."""
    (first,) = moments(0)
    for position, used_bytes in enumerate(used):
        limit = limit_bytes(position) if callable(limit_bytes) else limit_bytes
        at_seconds = START_SECONDS + position
        binding = first.sample.limits[0]._replace(used_bytes=used_bytes, limit_bytes=limit)
        yield first._replace(
            sample=first.sample._replace(time_seconds=at_seconds, limits=(binding,)),
            verdict=first.verdict._replace(binding=binding, events=()),
        )
