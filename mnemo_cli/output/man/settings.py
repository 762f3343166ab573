"""mnemo.toml(5): every setting, where files are looked for and in which order, and what is taken from whose file."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from mnemo_cli.output.man.around import SECRETS, SETTINGS_FILES
from mnemo_cli.output.man.nouns import Edition, Entry, Setting
from mnemo_cli.output.man.roff import entries, example, head, lines, paragraphs, references, section, text

# A test reads it through the real reader, from a file that is trusted.
EXAMPLE = """\
[resources]
memory_high_pct = 70            # throttle and shrink from here on
memory_critical_pct = 85
memory_log_interval_secs = "1m"
memory_limit = "8Gi"            # for `mnemo limits render`

[monitor]
interval = "500ms"
columns = ["pid", "pss", "swap", "+/min", "command"]

[doctor]
profile = "server"
need = "nofile=65536,mem=2Gi"

[[doctor.waivers]]
id = "fd-soft-low"
target = "nginx"
reason = "replaced in May, ticket 4711"
expires = 2027-05-31

[alerts]
rules = "/etc/mnemosyne/alerts.yaml"
webhook_url = "https://alerts.example.org/hook"
log_to = ["stderr", "journald"]

[orchestrate]
budget = "12Gi"
on_critical = "resume"
"""
# Who reads a setting; the longest beginning of its key counts. A test names every setting.
READERS: Mapping[str, str] = MappingProxyType(
    {
        "resources.memory_": "every command that judges memory, and programs that use mnemo_cli",
        "resources.memory_log_interval_secs": "monitor, and programs that use mnemo_cli",
        "resources.event_": "programs with mnemo_cli.resources; limits show --budget",
        "resources.work_queue_max": "programs with mnemo_cli.resources; orchestrate; limits show --budget",
        "resources.db_pool_size": "programs with mnemo_cli.resources; limits show --budget; alert rules",
        "resources.embeddings_cache_size": "programs with mnemo_cli.resources; limits show --budget",
        "resources.crdt_": "programs with mnemo_cli.resources; limits show --budget",
        "resources.memory_limit": "limits render, limits show --budget",
        "resources.memory_request": "limits render",
        "resources.memory_swap_total": "limits render",
        "resources.cpu_": "limits render",
        "resources.fixed_memory": "limits show --budget",
        "monitor.interval": "monitor, orchestrate",
        "monitor.columns": "monitor",
        "monitor.memory_log_file": "monitor, explain --last, collect, and programs that use mnemo_cli",
        "monitor.memory_log_max_bytes": "monitor, and programs that use mnemo_cli",
        "doctor.profile": "doctor, limits check, ulimit fix",
        "doctor.need": "doctor, limits check, limits render, ulimit fix",
        "collect.": "collect",
        "alerts.": "monitor, orchestrate, export serve, limits check",
        "alerts.rules": "monitor, orchestrate, export, limits check, limits rules",
        "orchestrate.": "orchestrate",
    }
)
_PURPOSES = {
    "resources": "Where levels begin, how large components may become, and the limits that are rendered for others.",
    "monitor": "The dashboard, and the memory log.",
    "doctor": "What is recommended, and what must be possible.",
    "collect": "What a bundle may cost.",
    "alerts": "Which rules hold, and where alerts are told: see mnemo-alerts(5).",
    "orchestrate": "How jobs are run.",
}
_ORDER = (
    "A value comes from an option, else from its environment variable, else from the settings file, else it is the "
    "default. `mnemo config show --origin` shows every value with its origin, `mnemo config path` the files.",
    "One file is read: the one of --config, or else the first that exists of those under FILES. Settings of several "
    "files are not merged. A variable that is set but empty counts as not set.",
    "A wrong key or value names the file, the line, the key, what was found and what is allowed, and the nearest right "
    "key; the exit code is 2, and nothing is done.",
)
_TRUST = (
    "./mnemo.toml may be part of a stranger's checkout. From it only thresholds, component limits and waivers are "
    "taken: a setting that names something to read, write or run is left out with a warning. Such a setting is marked "
    "below as only from a trusted file.",
    "A trusted file is the one of --config, the user's or the machine's, if it belongs to root or to the user and "
    "nobody else may write it.",
)
_VALUES = (
    Entry("percentage", '70, or "70%" in quotes.'),
    Entry("size", 'A number of bytes, or a text: "512Mi", "2GiB", "1.5g" (1024-based), "500MB" (1000-based).'),
    Entry("duration", 'A number of seconds, or a text: "500ms", "30s", "5m", "2h".'),
    Entry("list", 'A TOML list, or one text; "" or "none" is the empty one.'),
    Entry("path", "Complete, or it begins with ~/."),
)
_WAIVERS = (
    "A waiver takes a finding of `mnemo doctor` and `mnemo limits check` out of the gate until a day. It stays visible "
    "and is counted; when its last day has passed the finding comes back. Each is a table [[doctor.waivers]] with all "
    "of these keys:"
)
WAIVER_KEYS = (
    Entry("id", 'The check, by id or slug: "FD001" or "fd-soft-low".'),
    Entry("target", 'Whom: a name, a unit, a user, "pid 812", or a pattern such as "*".'),
    Entry("reason", "Why it may stay."),
    Entry("expires", "The last day, a date without quotes: 2027-05-31."),
)
SEE_ALSO = ("mnemo(1)", "mnemo-config(1)", "mnemo-alerts(5)")


def settings_page(settings: Sequence[Setting], edition: Edition) -> str:
    """The page; `settings` are those that people may set, in the order of the table."""
    body = [
        *head("mnemo.toml", 5, edition, "settings of mnemo"),
        *section("DESCRIPTION", paragraphs("A settings file of mnemo is TOML: keys in tables.", *_ORDER)),
        *section("TRUST", paragraphs(*_TRUST)),
        *section("VALUES", entries(_VALUES)),
        *section("SETTINGS", _tables(settings)),
        *section("WAIVERS", [*paragraphs(_WAIVERS), *entries(WAIVER_KEYS)]),
        *section("ENVIRONMENT", _environment()),
        *section("FILES", entries(SETTINGS_FILES)),
        *section("EXAMPLES", _example()),
        *section("SEE ALSO", references(SEE_ALSO)),
    ]
    return "\n".join(body) + "\n"


def reader_of(key: str) -> str:
    """Who reads the setting."""
    return READERS[max((begin for begin in READERS if key.startswith(begin)), key=len)]


def _tables(settings: Sequence[Setting]) -> Iterator[str]:
    for table in dict.fromkeys(setting.table for setting in settings):
        yield f".SS {text(f'[{table}]')}"
        yield from paragraphs(_PURPOSES[table])
        for setting in settings:
            if setting.table == table:
                yield from (".TP", f".B {text(setting.name)}", *_about(setting))


def _about(setting: Setting) -> Iterator[str]:
    """What it is for; then what may stand there, and where else it may be given."""
    yield from (*lines(setting.help), ".br")
    advised = f" Outside {setting.advised} there is a warning." if setting.advised else ""
    trusted = " Only from a trusted file." if setting.trusted_only else ""
    yield from lines(f"Allowed is {setting.allowed}; the default is {setting.default}.{advised}{trusted}")
    yield ".br"
    flag = f", or {setting.flag}" if setting.flag else ""
    yield from lines(f"Variable {setting.environment}{flag}. Read by {reader_of(setting.key)}.")


def _environment() -> Iterator[str]:
    yield from paragraphs("Each setting has the variable that stands with it. Two secrets have a variable and no key:")
    yield from entries(SECRETS)


def _example() -> Iterator[str]:
    yield from paragraphs("A file of a user, with something of every kind:")
    yield from example(EXAMPLE)
