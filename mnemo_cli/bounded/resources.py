"""The settings of `[resources]` as numbers that a program uses; the five components take their sizes from here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """One field per setting of `[resources]`, in the same order; the defaults are the specification's."""

    memory_moderate_ratio: float = 0.40
    memory_high_ratio: float = 0.60
    memory_critical_ratio: float = 0.80
    memory_release_margin_ratio: float = 0.05
    memory_log_interval_seconds: float = 30.0
    event_capacity: int = 1000
    event_ttl_seconds: float = 60.0
    work_queue_limit: int = 10_000
    db_pool_limit: int = 20
    embeddings_cache_limit: int = 10_000
    history_limit: int = 1000
    history_compact_seconds: float = 600.0
    memory_limit_bytes: int = 4 << 30
    memory_request_bytes: int = 2 << 30
    memory_swap_total_bytes: int = 6 << 30
    cpu_limit_cores: float = 2.0
    cpu_request_cores: float = 1.0
    fixed_memory_bytes: int = 0
