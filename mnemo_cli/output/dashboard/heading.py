"""The first lines of every page: where we are, how it stands, when the limit is reached."""

from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import Level, Moment, Unlimited
from mnemo_cli.output.dashboard.look import LEVEL_STYLES, STRONG
from mnemo_cli.output.dashboard.memory import clock_text
from mnemo_cli.output.dashboard.sentences import forecast_parts, kills, limit_name, machine_words, own_size, share
from mnemo_cli.output.dashboard.spans import Line, Span, cut_front, fitted, line, spread, whole, width_of
from mnemo_cli.output.dashboard.view import Recording, View
from mnemo_cli.output.words import size, status
from mnemo_cli.redact import printable
from mnemo_cli.units import format_duration, format_percent, format_size

# Narrower screens have no room for the version and the name of the recording, for what mnemo costs, or for a ratio
# beside the bar.
_LONG_FROM, COST_FROM, NUMBERS_FROM = 140, 80, 60
_NAME_WIDTH = 24


def header(view: View, width: int) -> Line:
    """Where we are, what is recorded or replayed, how often we look, what we cost, what time it is."""
    scope = view.moment.sample.scope
    where = "" if scope.kind == "host" else f"{scope.kind}:{scope.name}"
    version = f" {view.version}" if width >= _LONG_FROM else ""
    left = f" mnemo{version}  {printable(view.host_name)}  {printable(where)}"
    cost = ""
    if view.own_cpu_ratio is not None and width >= COST_FROM:
        cost = f"self {view.own_cpu_ratio * 100:.1f}% {own_size(view.own_rss_bytes)}  "
    states = [(f"{view.look.text(words)}  ", STRONG) for words in _states(view, width)]
    clock = f"{view.interval_seconds:.3g}s  {clock_text(view.moment.sample.time_seconds)} UTC "
    right: list[Span] = [("  ", ""), *states, (cost + clock, "")]
    # What is recorded, paused or replayed is news; what we cost is not.
    if states and width_of(left) + sum(width_of(text) for text, _ in right) > width:
        right[-1] = clock, ""
    return spread([(view.look.text(left), STRONG)], right, width)


def sentence(view: View, width: int) -> Line:
    """The level, of which limit, since when, what comes next, and how many alerts fire."""
    verdict = view.moment.verdict
    binding = verdict.binding
    style = LEVEL_STYLES[verdict.level]
    if binding is None:
        return fitted(line((f" {status(verdict.level, verdict.at_least)} ", style), "  no limit could be read"), width)
    limit = "" if isinstance(binding.limit_bytes, Unlimited) else f" of {size(binding.limit_bytes)}"
    next_words = next_level(view.moment, view.edges) if width >= _LONG_FROM else ""
    parts = (
        f" {share(binding)}",
        f"{limit} {limit_name(binding)}",
        machine_words(view.moment),
        f"   since {format_duration(verdict.since_seconds)}",
        f"   {next_words}" if next_words else "",
        _alert_words(view, width),
        f"   events {len(view.memory.events)}",
    )
    return whole(((f" {status(verdict.level, verdict.at_least)} ", style), *parts), width)


def forecast_line(view: View, width: int) -> Line:
    """Time to the limit with its band, growth, and kills, which are the last to go."""
    parts = forecast_parts(view.moment.verdict.forecast)
    killed = f"   OOM kills: {kills(view.moment)} "
    if width < NUMBERS_FROM:
        return whole(parts, width)
    return (*whole(parts, width - len(killed)), (killed, ""))


def next_level(moment: Moment, edges: Edges) -> str:
    """ "next: CRITICAL at 80% in 2m02s"; nothing where the forecast does not tell it."""
    verdict, forecast = moment.verdict, moment.verdict.forecast
    if forecast is None or verdict.binding is None or verdict.level in (None, Level.CRITICAL):
        return ""
    used_bytes, limit_bytes = verdict.binding.used_bytes, verdict.binding.limit_bytes
    growth = forecast.growth_bytes_per_second
    # A forecast of "never" has a growth, too: one that is not steady.
    if used_bytes is None or not isinstance(limit_bytes, int) or isinstance(forecast.seconds_to_limit, Unlimited):
        return ""
    level = Level(verdict.level + 1)
    left_bytes = edges.edge_of(level) * limit_bytes - used_bytes
    if growth <= 0 or left_bytes <= 0:
        return ""
    edge = format_percent(edges.edge_of(level)).replace(".0%", "%")
    return f"next: {level.name} at {edge} in {format_duration(left_bytes / growth)}"


def _states(view: View, width: int) -> list[str]:
    """A recording, a replay, a pause: each a few words."""
    words = []
    if view.recording is not None:
        words.append(_recording_words(view.recording, view.moment.sample.time_seconds, is_long=width >= _LONG_FROM))
    if view.replayed_ratio is not None:
        words.append(f"REPLAY {view.replayed_ratio * 100:.0f}%")
    if view.choice.paused:
        words.append("PAUSED" if not view.choice.steps_back else f"PAUSED {view.choice.steps_back} back")
    return words


def _recording_words(recording: Recording, now_seconds: float, *, is_long: bool) -> str:
    if recording.failure is not None:
        return f"REC FAILED: {printable(recording.failure)}" if is_long else "REC FAILED"
    minutes, seconds = divmod(max(0, int(now_seconds - recording.began_seconds)), 60)
    words = f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
    if not is_long:
        return f"REC {words}"
    return f"REC {cut_front(printable(recording.name), _NAME_WIDTH)} {words} {format_size(recording.size_bytes)}"


def _alert_words(view: View, width: int) -> str:
    """How many fire; on a wide screen also how many of them a person has seen."""
    firing = [alert.name for alert in view.moment.verdict.alerts if alert.state == "firing"]
    seen = sum(name in view.acknowledged for name in firing)
    if not firing:
        return ""
    if width < _LONG_FROM:
        return f"   alerts {len(firing)}"
    return f"   alerts {len(firing)} firing{f', {seen} acked' if seen else ''}"
