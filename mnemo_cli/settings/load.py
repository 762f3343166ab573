"""All settings of one run: flag over environment over file over default, each value with its origin."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mnemo_cli.errors import ConfigError
from mnemo_cli.limits.levels import Edges
from mnemo_cli.settings.files import SettingsFile, find
from mnemo_cli.settings.kinds import plain, readable
from mnemo_cli.settings.layers import Chosen, against_advice, default, from_file, from_words
from mnemo_cli.settings.origin import Origin
from mnemo_cli.settings.places import Places, machine_places
from mnemo_cli.settings.row import Value
from mnemo_cli.settings.table import ROWS, ROWS_BY_KEY

if TYPE_CHECKING:
    from mnemo_cli.bounded.resources import Resources
    from mnemo_cli.doctor.profiles import Needs, Profile
    from mnemo_cli.doctor.render import Budget
    from mnemo_cli.doctor.waivers import Waiver
    from mnemo_cli.settings.document import Contents
    from mnemo_cli.settings.waivers import WaiverEntry

_EDGE_KEYS = (
    "resources.memory_moderate_pct",
    "resources.memory_high_pct",
    "resources.memory_critical_pct",
    "resources.memory_release_margin_pct",
)


class Settings(NamedTuple):
    """Every setting has a value here. `file` is the one that was read; `warnings` are for stderr."""

    file: Path | None
    chosen: Mapping[str, Chosen]
    defaults: Mapping[str, Value]
    warnings: tuple[str, ...]
    waiver_entries: "tuple[WaiverEntry, ...]" = ()

    def value(self, key: str) -> Value:
        """In the unit of its row: bytes, seconds, percent."""
        return self.chosen[key][0]

    def origin(self, key: str) -> Origin:
        return self.chosen[key][1]

    def default(self, key: str) -> Value:
        return self.defaults[key]

    def levels(self) -> Edges:
        """The edges of the levels, as shares of the limit."""
        moderate, high, critical, release_margin = (self._number(key) / 100 for key in _EDGE_KEYS)
        return Edges(
            moderate_ratio=moderate,
            high_ratio=high,
            critical_ratio=critical,
            release_margin_ratio=release_margin,
        )

    def bounded(self) -> "Resources":
        """The settings of `[resources]`, from which the bounded components take their sizes."""
        from mnemo_cli.bounded.resources import Resources

        edges = self.levels()
        return Resources(
            memory_moderate_ratio=edges.moderate_ratio,
            memory_high_ratio=edges.high_ratio,
            memory_critical_ratio=edges.critical_ratio,
            memory_release_margin_ratio=edges.release_margin_ratio,
            memory_log_interval_seconds=self.memory_log_interval_seconds(),
            event_capacity=int(self._number("resources.event_capacity")),
            event_ttl_seconds=self._number("resources.event_ttl_secs"),
            work_queue_limit=int(self._number("resources.work_queue_max")),
            db_pool_limit=int(self._number("resources.db_pool_size")),
            embeddings_cache_limit=int(self._number("resources.embeddings_cache_size")),
            history_limit=int(self._number("resources.crdt_history_max_ops")),
            history_compact_seconds=self._number("resources.crdt_compaction_interval_secs"),
            memory_limit_bytes=int(self._number("resources.memory_limit")),
            memory_request_bytes=int(self._number("resources.memory_request")),
            memory_swap_total_bytes=int(self._number("resources.memory_swap_total")),
            cpu_limit_cores=self._number("resources.cpu_limit"),
            cpu_request_cores=self._number("resources.cpu_request"),
            fixed_memory_bytes=int(self._number("resources.fixed_memory")),
        )

    def interval_seconds(self) -> float:
        return self._number("monitor.interval")

    def columns(self) -> tuple[str, ...]:
        """Of the process table; none where the width shall decide."""
        return tuple(word for word in str(self.value("monitor.columns")).split(",") if word)

    def memory_log_file(self) -> Path:
        """Complete: a leading ~ is resolved."""
        return _home(Path(str(self.value("monitor.memory_log_file"))), self.origin("monitor.memory_log_file"))

    def named_file(self, key: str) -> Path | None:
        """One that may be named; complete: a leading ~ is resolved."""
        value = str(self.value(key))
        return _home(Path(value), self.origin(key)) if value else None

    def memory_log_interval_seconds(self) -> float:
        return self._number("resources.memory_log_interval_secs")

    def memory_log_max_bytes(self) -> int:
        return int(self._number("monitor.memory_log_max_bytes"))

    def collect_budget_seconds(self) -> float:
        return self._number("collect.budget_time")

    def collect_budget_bytes(self) -> int:
        return int(self._number("collect.budget_size"))

    def collect_databases(self) -> tuple[Path, ...]:
        """Complete: a leading ~ is resolved."""
        paths = str(self.value("collect.databases"))
        return tuple(_home(Path(path), self.origin("collect.databases")) for path in paths.split(":") if path)

    def sampler(self) -> str:
        """ "auto" or "portable"."""
        return str(self.value("monitor.sampler"))

    def doctor(self) -> "tuple[Profile | None, Needs]":
        """The profile (None: find it out) and the needs."""
        from mnemo_cli.doctor.profiles import parse_needs, profile_named

        return profile_named(str(self.value("doctor.profile"))), parse_needs(str(self.value("doctor.need")))

    def budget(self) -> "Budget":
        """What `limits render` renders; descriptors and tasks are those of doctor.need where it names them."""
        from dataclasses import replace

        from mnemo_cli.doctor.render import Budget

        needs = self.doctor()[1]
        budget = Budget(
            memory_limit_bytes=int(self._number("resources.memory_limit")),
            memory_request_bytes=int(self._number("resources.memory_request")),
            memory_swap_total_bytes=int(self._number("resources.memory_swap_total")),
            cpu_limit=self._number("resources.cpu_limit"),
            cpu_request=self._number("resources.cpu_request"),
        )
        nofile = needs.nofile or budget.nofile_soft
        return replace(
            budget, nofile_soft=nofile, nofile_hard=max(nofile, budget.nofile_hard), nproc=needs.nproc or budget.nproc
        )

    def waivers(self, known: Mapping[str, str]) -> "tuple[Waiver, ...]":
        """Those in force; ConfigError for one whose id is no id or slug of `known` (ids to slugs)."""
        if not self.waiver_entries:
            return ()
        from mnemo_cli.settings.waivers import known_waiver

        return tuple(known_waiver(entry, known) for entry in self.waiver_entries)

    def _number(self, key: str) -> int | float:
        value = self.value(key)
        assert not isinstance(value, str), f"{key} is not a number"
        return value


def load(*, config_file: Path | None = None, flags: Mapping[str, str] = {}, places: Places | None = None) -> Settings:
    """Read the one settings file there is and put the layers together; ConfigError at the first mistake.

    `flags` are the options a person typed, by key, unread. A variable that is set but empty counts as
    not set, as in the XDG rules.
    """
    places = places or machine_places()
    file, warnings = find(config_file, places)
    return compose(file, flags=flags, environment=places.environment, data_folder=places.data_folder, warnings=warnings)


def compose(
    file: SettingsFile | None,
    *,
    flags: Mapping[str, str] = {},
    environment: Mapping[str, str] = {},
    data_folder: Path,
    warnings: tuple[str, ...] = (),
) -> Settings:
    """The settings that these sources give together."""
    contents = _contents(file)
    filed, refused = from_file(file, contents)
    defaults = {row.key: default(row, data_folder) for row in ROWS}
    chosen = {key: (value, Origin(layer="default")) for key, value in defaults.items()}
    chosen |= filed
    chosen |= from_words("environment", {row.key: environment.get(row.environment) or None for row in ROWS})
    chosen |= from_words("flag", flags)
    settings = Settings(
        file=file.path if file else None,
        chosen=chosen,
        defaults=defaults,
        warnings=(*warnings, *refused, *against_advice(chosen)),
        waiver_entries=contents.waivers if contents is not None else (),
    )
    _check_edges(settings)
    return settings


def _home(path: Path, origin: Origin) -> Path:
    """The path with its leading ~ resolved."""
    try:
        return path.expanduser()
    except RuntimeError as err:
        raise ConfigError(f"{origin.place}: {path}: you have no home folder; write a path that begins with /") from err


def _contents(file: SettingsFile | None) -> "Contents | None":
    if file is None:
        return None
    from mnemo_cli.settings.document import contents

    return contents(file)


def _check_edges(settings: Settings) -> None:
    try:
        settings.levels()
    except ValueError as err:
        found = ", ".join(
            f"{key} = {readable(ROWS_BY_KEY[key], plain(settings.value(key)))} ({settings.origin(key)})"
            for key in _EDGE_KEYS
        )
        raise ConfigError(f"{err}; found {found}; change one of them") from err
