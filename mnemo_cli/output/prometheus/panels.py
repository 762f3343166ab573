"""What the Grafana dashboard shows: each panel with its questions to Prometheus, in the order of reading.

A question is PromQL over the names of `families`; a test parses each one and looks its names up there. The braces
of a selector get the dashboard's job and instance: `{}`, or `{state="firing",}` before other labels.
"""

from typing import Literal, NamedTuple, TypeAlias

PanelKind: TypeAlias = Literal["stat", "gauge", "timeseries", "state-timeline", "bargauge"]
# How a number is coloured: by the levels of memory, of components, by a word for each number, or not at all.
Scale: TypeAlias = Literal["levels", "components", "level words", "alert words", "any is bad", "none"]

# Longer than anybody plans ahead: what is further away is shown as "never".
NEVER_SECONDS = 365 * 24 * 3600
LEVEL_WORDS = ("normal", "moderate", "high", "critical")
ALERT_WORDS = ("inactive", "pending", "firing", "resolved", "unknown")


class Question(NamedTuple):
    """One expression, and how its series are called."""

    promql: str
    legend: str


class Panel(NamedTuple):
    """One panel, as wide as `width` of Grafana's 24 columns."""

    title: str
    kind: PanelKind
    width: int
    questions: tuple[Question, ...]
    unit: str = "short"
    scale: Scale = "none"
    full: float | None = None
    help: str = ""


class Row(NamedTuple):
    title: str
    height: int
    panels: tuple[Panel, ...]


_ALERT = " + ".join(
    f'{number} * max by (job, instance, name) (mnemo_alert_state{{state="{word}",}})'
    for number, word in enumerate(ALERT_WORDS)
    if number
)

ROWS: tuple[Row, ...] = (
    Row(
        "Now",
        5,
        (
            Panel(
                "Level", "stat", 4, (Question("mnemo_level{}", "{{instance}}"),), scale="level words",
                help="Of the limit that binds: the worst one on the way from the target to the machine.",
            ),
            Panel(
                "Used of the limit that binds", "gauge", 5,
                (Question("mnemo_memory_used_ratio{}", "{{instance}}"),), "percentunit", "levels", 1.0,
            ),
            Panel(
                "Headroom", "stat", 4, (Question("mnemo_memory_headroom_bytes{} < Inf", "{{instance}}"),), "bytes",
            ),
            Panel(
                "Until the limit", "stat", 4,
                (Question(f"clamp_max(mnemo_forecast_seconds_to_limit{{}}, {NEVER_SECONDS})", "{{instance}}"),), "s",
                help="If it goes on growing as it does.",
            ),
            Panel(
                "Alerts firing", "stat", 3,
                (Question('sum by (instance) (mnemo_alert_state{state="firing",})', "{{instance}}"),),
                scale="any is bad",
            ),
            Panel(
                "Killed for want of memory", "stat", 4,
                (Question("increase(mnemo_host_oom_kills_total{}[1d])", "{{instance}}"),), scale="any is bad",
                help="Processes that the kernel killed on the whole machine, in a day.",
            ),
        ),
    ),
    Row(
        "Memory",
        9,
        (
            Panel(
                "Used, with the levels", "timeseries", 12,
                (Question("mnemo_memory_used_ratio{}", "{{instance}}"),), "percentunit", "levels", 1.0,
            ),
            Panel(
                "Used against the limit that binds", "timeseries", 12,
                (
                    Question("mnemo_memory_used_bytes{}", "{{instance}} used"),
                    Question("mnemo_memory_limit_bytes{} < Inf", "{{instance}} limit"),
                    Question("mnemo_memory_peak_bytes{}", "{{instance}} peak"),
                    Question("mnemo_target_used_bytes{}", "{{instance}} the target itself"),
                ),
                "bytes",
            ),
            Panel("Level", "state-timeline", 12, (Question("mnemo_level{}", "{{instance}}"),), scale="level words"),
            Panel(
                "Every limit on the path", "timeseries", 12,
                (Question("mnemo_limit_used_ratio{}", "{{instance}} {{kind}} {{path}}"),),
                "percentunit", "levels", 1.0,
            ),
        ),
    ),
    Row(
        "Forecast and pressure",
        8,
        (
            Panel(
                "Until the limit, with its 90 % band", "timeseries", 8,
                (
                    Question("mnemo_forecast_low_seconds{} < Inf", "{{instance}} early"),
                    Question("mnemo_forecast_seconds_to_limit{} < Inf", "{{instance}}"),
                    Question("mnemo_forecast_high_seconds{} < Inf", "{{instance}} late"),
                ),
                "s",
                help="Nothing is drawn while the limit is never reached.",
            ),
            Panel(
                "Growth", "timeseries", 8,
                (Question("mnemo_forecast_growth_bytes_per_second{}", "{{instance}}"),), "Bps",
            ),
            Panel(
                "Pressure: standing still for want of memory", "timeseries", 8,
                (
                    Question("mnemo_pressure_some_avg10_ratio{}", "{{instance}} some"),
                    Question("mnemo_pressure_full_avg10_ratio{}", "{{instance}} all"),
                ),
                "percentunit", full=1.0,
            ),
        ),
    ),
    Row(
        "Programs that count themselves",
        8,
        (
            Panel(
                "How full their components are", "timeseries", 12,
                (Question("mnemo_component_used_ratio{}", "{{instance}} {{tracker}} {{pid}} {{component}}"),),
                "percentunit", "components", 1.0,
            ),
            Panel(
                "Refused, put out and waited for", "timeseries", 12,
                (
                    Question(
                        "rate(mnemo_component_rejected_total{}[$__rate_interval])",
                        "{{instance}} {{tracker}} {{component}} refused per second",
                    ),
                    Question(
                        "rate(mnemo_component_evicted_total{}[$__rate_interval])",
                        "{{instance}} {{tracker}} {{component}} put out per second",
                    ),
                    Question(
                        "rate(mnemo_component_blocked_seconds_total{}[$__rate_interval])",
                        "{{instance}} {{tracker}} {{component}} callers that wait",
                    ),
                ),
            ),
            Panel(
                "Memory in use, as they count it", "timeseries", 8,
                (Question("mnemo_tracker_used_bytes{}", "{{instance}} {{name}} {{pid}}"),), "bytes",
            ),
            Panel(
                "Memory taken per second", "timeseries", 8,
                (Question("mnemo_tracker_allocation_bytes_per_second{}", "{{instance}} {{name}} {{pid}}"),), "Bps",
            ),
            Panel(
                "Work and connections", "timeseries", 8,
                (
                    Question("mnemo_work_queue_size{}", "{{instance}} work"),
                    Question("mnemo_event_queue_size{}", "{{instance}} events"),
                    Question("mnemo_db_connections{}", "{{instance}} database connections"),
                    Question("mnemo_db_pool_size{} < Inf", "{{instance}} database pool"),
                    Question("mnemo_active_tasks{}", "{{instance}} tasks"),
                ),
            ),
        ),
    ),
    Row(
        "Alerts and processes",
        9,
        (
            Panel("Alerts", "state-timeline", 12, (Question(_ALERT, "{{instance}} {{name}}"),), scale="alert words"),
            Panel(
                "The largest processes", "bargauge", 12,
                (Question("topk(10, mnemo_process_rss_bytes{})", "{{instance}} {{name}} {{pid}}"),), "bytes",
            ),
        ),
    ),
    Row(
        "mnemo itself",
        6,
        (
            Panel(
                "Processor", "timeseries", 8,
                (Question("rate(mnemo_own_cpu_seconds_total{}[$__rate_interval])", "{{instance}}"),), "percentunit",
            ),
            Panel("Memory", "timeseries", 8, (Question("mnemo_own_rss_bytes{}", "{{instance}}"),), "bytes"),
            Panel(
                "What it could not read", "timeseries", 8, (Question("mnemo_gaps{}", "{{instance}}"),),
                help="The reasons are in `mnemo snapshot`.",
            ),
        ),
    ),
)  # fmt: skip
