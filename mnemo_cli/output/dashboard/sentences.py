"""What the panels say in words, without any layout."""

from mnemo_cli.model import Forecast, Memory, Moment, Unlimited
from mnemo_cli.output.words import count, duration, percent, size
from mnemo_cli.units import format_duration, format_size


def forecast_parts(forecast: Forecast | None) -> tuple[str, ...]:
    """ETA, band and growth, each with the blanks before it."""
    if forecast is None:
        return (" ETA to limit  unknown", ": too few readings yet")
    window = format_duration(forecast.window_seconds).removesuffix("00s")
    growth = (
        f"{'+' if forecast.growth_bytes_per_second > 0 else ''}{format_size(round(forecast.growth_bytes_per_second))}/s"
    )
    if isinstance(forecast.seconds_to_limit, Unlimited):
        return (" ETA to limit  none", f": no steady growth over {window}")
    band = f"({duration(forecast.low_seconds)}-{duration(forecast.high_seconds)})"
    return (f" ETA to limit  {duration(forecast.seconds_to_limit)}", f"  {band}", f"   {growth} over {window}")


def kinds(memory: Memory) -> tuple[str, ...]:
    """What the memory is made of; parts that nobody counts are left out."""
    parts = [
        f"  {name} {format_size(value)}"
        for name, value in (
            ("anon", memory.anon_bytes),
            ("shmem", memory.shmem_bytes),
            ("kernel", memory.kernel_bytes),
            ("file", memory.file_bytes),
        )
        if value is not None
    ]
    if memory.reclaimable_bytes is not None:
        parts.append(f" (reclaimable {format_size(memory.reclaimable_bytes)})")
    return tuple(parts)


def pressure_parts(moment: Moment) -> tuple[str, ...]:
    """Percent of the last 10, 60 and 300 s in which some or all tasks stood still."""
    pressure = moment.sample.pressure
    if pressure is None:
        return ("unknown", " (this system does not measure it)")
    some = (pressure.some_avg10_ratio, pressure.some_avg60_ratio, pressure.some_avg300_ratio)
    full = (pressure.full_avg10_ratio, pressure.full_avg60_ratio, pressure.full_avg300_ratio)
    words = [" ".join(f"{ratio * 100:5.2f}" for ratio in ratios) for ratios in (some, full)]
    return (f"some {words[0]}", f"   full {words[1]}", " (10/60/300s)")


def kills(moment: Moment) -> str:
    """OOM kills of the binding group, and of the whole machine."""
    binding = moment.verdict.binding
    host = moment.sample.host_oom_kills_total
    of_host = f"host {count(host)}"
    if binding is None or binding.source.kind != "cgroup":
        return of_host
    return f"cg {count(binding.oom_kills_total)} {of_host}"


def share(memory: Memory) -> str:
    """The share of a limit that is used; of no limit there is none, and 0 % would be a number that nobody read."""
    return "unlimited" if isinstance(memory.limit_bytes, Unlimited) else percent(memory.used_ratio)


def limit_name(memory: Memory) -> str:
    """What kind of limit binds."""
    return {"cgroup": "cgroup limit", "host": "this machine", "budget": "budget"}[memory.source.kind]


def machine_words(moment: Moment) -> str:
    """The machine's memory, where something else binds."""
    host, binding = moment.sample.host, moment.verdict.binding
    # In a pause the moment's host and what binds are two readings of the one machine.
    if host is None or (binding is not None and binding.source.kind == "host"):
        return ""
    return f" (host {size(host.limit_bytes)})"


def swap_of(moment: Moment) -> Memory | None:
    """The innermost limit that really bounds swap; a cgroup without such a limit swaps with the machine."""
    binding, host = moment.verdict.binding, moment.sample.host
    bounded = binding is not None and not isinstance(binding.swap_total_bytes, Unlimited)
    return binding if bounded and binding is not None and binding.source.kind != "budget" else host


def window_words(span_seconds: float) -> str:
    """ "5 min", "90 s"."""
    minutes, seconds = divmod(round(span_seconds), 60)
    return f"{minutes} min" if not seconds else f"{round(span_seconds)} s"


def rate(per_second: float | None) -> str:
    """Per second, or "?" before there are two readings."""
    return "?" if per_second is None else f"{per_second:.0f}/s"


def own_size(size_bytes: int | None) -> str:
    """A size for the header."""
    return "?" if size_bytes is None else format_size(size_bytes)
