"""Every setting, one row each: `config show`, the JSON schema, the manual and all messages are made from this table.

A new setting is one more Row. Numbers are in the unit of the row: bytes, seconds, percent.
"""

from mnemo_cli.settings.row import Kind, Row
from mnemo_cli.units import GIB, KIB, MIB

_DAY_SECONDS = 86_400
_MOST = 1_000_000_000
_MOST_BYTES = MIB * GIB


def _percent(key: str, environment: str, default: int, help: str) -> Row:
    return Row(
        key=key, kind=Kind.PERCENT, default=default, environment=environment, help=help, unit="percent", maximum=100
    )


def _count(
    key: str,
    environment: str,
    default: int,
    unit: str,
    help: str,
    *,
    maximum: int = _MOST,
    advised: tuple[int, int] | None = None,
) -> Row:
    return Row(
        key=key,
        kind=Kind.COUNT,
        default=default,
        environment=environment,
        help=help,
        unit=unit,
        minimum=1,
        maximum=maximum,
        advised=advised,
    )


def _seconds(
    key: str,
    environment: str,
    default: float,
    help: str,
    *,
    minimum: float = 1,
    maximum: float = 30 * _DAY_SECONDS,
    flag: str | None = None,
) -> Row:
    return Row(
        key=key,
        kind=Kind.DURATION,
        default=default,
        environment=environment,
        help=help,
        unit="seconds",
        minimum=minimum,
        maximum=maximum,
        flag=flag,
    )


def _bytes(key: str, environment: str, default: int, help: str, *, minimum: int = 0, flag: str | None = None) -> Row:
    return Row(
        key=key,
        kind=Kind.SIZE,
        default=default,
        environment=environment,
        help=help,
        unit="bytes",
        minimum=minimum,
        maximum=_MOST_BYTES,
        flag=flag,
    )


def _cores(key: str, environment: str, default: float, help: str) -> Row:
    # A thousandth of a core is the least that Kubernetes can express.
    return Row(
        key=key,
        kind=Kind.NUMBER,
        default=default,
        environment=environment,
        help=help,
        unit="cores",
        minimum=0.001,
        maximum=4096,
    )


ROWS: tuple[Row, ...] = (
    _percent("resources.memory_moderate_pct", "MNEMOSYNE_MEMORY_MODERATE_PCT", 40, "Where moderate begins."),
    _percent("resources.memory_high_pct", "MNEMOSYNE_MEMORY_HIGH_PCT", 60, "Above this, memory use is high."),
    _percent("resources.memory_critical_pct", "MNEMOSYNE_MEMORY_CRITICAL_PCT", 80, "Above this, it is critical."),
    _percent(
        "resources.memory_release_margin_pct",
        "MNEMOSYNE_MEMORY_RELEASE_MARGIN_PCT",
        5,
        "How far below its edge a level is left again.",
    ),
    _seconds(
        "resources.memory_log_interval_secs",
        "MNEMOSYNE_MEMORY_LOG_INTERVAL",
        30,
        "Time between two lines of the memory log.",
        maximum=_DAY_SECONDS,
    ),
    _count("resources.event_capacity", "MNEMOSYNE_EVENT_CAPACITY", 1000, "events", "Events that a broadcaster keeps."),
    _seconds("resources.event_ttl_secs", "MNEMOSYNE_EVENT_TTL", 60, "How long it keeps them.", minimum=0.1),
    _count("resources.work_queue_max", "MNEMOSYNE_WORK_QUEUE_MAX", 10_000, "items", "Items that a work queue holds."),
    _count(
        "resources.db_pool_size",
        "MNEMOSYNE_DB_POOL_SIZE",
        20,
        "connections",
        "Connections of a database pool.",
        maximum=100_000,
        advised=(10, 50),
    ),
    _count(
        "resources.embeddings_cache_size",
        "MNEMOSYNE_EMBEDDINGS_CACHE_SIZE",
        10_000,
        "entries",
        "Entries of the embeddings cache.",
    ),
    _count(
        "resources.crdt_history_max_ops",
        "MNEMOSYNE_CRDT_HISTORY_MAX_OPS",
        1000,
        "operations",
        "Operations that a history keeps.",
    ),
    _seconds(
        "resources.crdt_compaction_interval_secs",
        "MNEMOSYNE_CRDT_COMPACTION_INTERVAL",
        600,
        "Time between two compactions of a history.",
    ),
    _bytes("resources.memory_limit", "MNEMOSYNE_MEMORY_LIMIT", 4 * GIB, "Memory limit to render.", minimum=MIB),
    _bytes("resources.memory_request", "MNEMOSYNE_MEMORY_REQUEST", 2 * GIB, "Memory request to render.", minimum=MIB),
    _bytes(
        "resources.memory_swap_total",
        "MNEMOSYNE_MEMORY_SWAP_TOTAL",
        6 * GIB,
        "Memory and swap together, to render.",
    ),
    _cores("resources.cpu_limit", "MNEMOSYNE_CPU_LIMIT", 2, "CPU limit to render."),
    _cores("resources.cpu_request", "MNEMOSYNE_CPU_REQUEST", 1, "CPU request to render."),
    _bytes(
        "resources.fixed_memory",
        "MNEMOSYNE_FIXED_MEMORY",
        0,
        "Memory a program needs before its components take any.",
    ),
    _seconds(
        "monitor.interval",
        "MNEMOSYNE_MONITOR_INTERVAL",
        1,
        "Time between two samples shown.",
        minimum=0.05,
        maximum=3600,
        flag="--interval",
    ),
    Row(
        key="monitor.memory_log_file",
        kind=Kind.PATH,
        default="logs/memory.log",
        environment="MNEMOSYNE_MEMORY_LOG_FILE",
        help="Where the memory log is written.",
        trusted_only=True,
    ),
    _bytes(
        "monitor.memory_log_max_bytes",
        "MNEMOSYNE_MEMORY_LOG_MAX_BYTES",
        10 * MIB,
        "Size at which the memory log starts a new file.",
        minimum=64 * KIB,
    ),
    Row(
        key="monitor.sampler",
        kind=Kind.CHOICE,
        default="auto",
        environment="MNEMOSYNE_SAMPLER",
        help="Which reader samples the machine.",
        choices=("auto", "portable"),
        hidden=True,
    ),
    Row(
        key="doctor.profile",
        kind=Kind.CHOICE,
        default="auto",
        environment="MNEMOSYNE_DOCTOR_PROFILE",
        help="Which limits the doctor recommends.",
        # The names of doctor.profiles, spelled out: importing them costs every command, and a test compares.
        choices=("auto", "default", "server", "database", "ci", "container"),
        flag="--profile",
    ),
    Row(
        key="doctor.need",
        kind=Kind.NEEDS,
        default="",
        environment="MNEMOSYNE_DOCTOR_NEED",
        help="What must be possible; less is an error.",
        flag="--need",
    ),
    _seconds(
        "collect.budget_time",
        "MNEMOSYNE_COLLECT_BUDGET_TIME",
        20,
        "How long the making of a bundle may take.",
        maximum=3600,
        flag="--budget-time",
    ),
    _bytes(
        "collect.budget_size",
        "MNEMOSYNE_COLLECT_BUDGET_SIZE",
        20 * MIB,
        "How large a bundle may become, compressed.",
        minimum=64 * KIB,
        flag="--budget-size",
    ),
    Row(
        key="collect.databases",
        kind=Kind.PATHS,
        default="",
        environment="MNEMOSYNE_COLLECT_DATABASES",
        help="SQLite databases whose sizes and row counts go into a bundle.",
        trusted_only=True,
    ),
    Row(
        key="orchestrate.slots",
        kind=Kind.COUNT,
        default=0,
        environment="MNEMOSYNE_ORCHESTRATE_SLOTS",
        help="Jobs at once; 0 is one per processor.",
        unit="jobs",
        maximum=100_000,
        flag="--slots",
    ),
    _bytes(
        "orchestrate.budget",
        "MNEMOSYNE_ORCHESTRATE_BUDGET",
        0,
        "Memory for all jobs together; 0 is up to the high edge of the limit that binds.",
    )._replace(flag="--budget"),
    _seconds(
        "orchestrate.drain_timeout_secs",
        "MNEMOSYNE_ORCHESTRATE_DRAIN_TIMEOUT",
        30,
        "How long running jobs may finish in a drain.",
        minimum=0,
        maximum=_DAY_SECONDS,
        flag="--drain-timeout",
    ),
    Row(
        key="orchestrate.on_critical",
        kind=Kind.CHOICE,
        default="drain",
        environment="MNEMOSYNE_ORCHESTRATE_ON_CRITICAL",
        help="At critical: drain and exit 75, or wait and resume.",
        # The names of degrade.steps.OnCritical; a test compares.
        choices=("drain", "resume"),
    ),
    Row(
        key="orchestrate.history_file",
        kind=Kind.PATH,
        default="orchestrate-history.db",
        environment="MNEMOSYNE_ORCHESTRATE_HISTORY_FILE",
        help="Where the memory that jobs needed is remembered.",
        trusted_only=True,
    ),
)
ROWS_BY_KEY = {row.key: row for row in ROWS}
TABLES = tuple(dict.fromkeys(row.table for row in ROWS))
