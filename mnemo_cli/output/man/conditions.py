"""CONDITIONS and NAMES of mnemo-alerts(5): what a condition may say, and every number that it may name."""

from collections.abc import Iterator

from mnemo_cli.limits.rules.condition import DEEPEST
from mnemo_cli.limits.rules.tokens import LONGEST_TEXT, MOST_TOKENS
from mnemo_cli.limits.rules.variables import VARIABLES, Origin, Variable
from mnemo_cli.output.man.nouns import Entry
from mnemo_cli.output.man.roff import entries, example, paragraphs, table

# The grammar of limits.rules.condition, by what binds least; a test reads a condition of every kind.
_SIGNS = (
    Entry("or, and, not", "Between comparisons."),
    Entry("<, <=, >, >=, ==, !=", "Between two amounts; they do not chain."),
    Entry("+, -, *, /", "Between numbers and names."),
    Entry("( )", "Around any of them."),
)
CONDITIONS = (
    "memory_usage_pct > 60",
    "db_connections > db_pool_size * 2",
    "forecast_seconds_to_limit < 300 and memory_used_ratio >= 0.5",
    "memory_headroom_bytes < 512Mi or not host_swap_used_bytes == 0",
)
_NUMBERS = (
    "Numbers are written 60, 0.5 or 1e9, sizes as 512Mi or 4GiB, spans of time in seconds. There is no text, no "
    f"function and no power. A condition has at most {LONGEST_TEXT:,} characters, {MOST_TOKENS} words and signs, and "
    f"{DEEPEST} parentheses in each other.",
    "A number that cannot be read is unknown. What hangs on it is unknown, too, and neither fires nor resolves; `and` "
    "and `or` go on with what is known. Where there is no limit, it is infinite; so is any other "
    "number divided by 0; 0 divided by 0 compares with nothing, and is unequal to all.",
)
HEADINGS: dict[Origin, tuple[str, str]] = {
    "sample": ("Of what is watched", "The numbers of mnemo.sample/1; of memory, those of the limit that binds."),
    "trackers": (
        "Of programs that keep counters",
        "Sums over the programs in scope. Where nobody counts they are unknown.",
    ),
    "settings": (
        "Settings",
        "As they are now, in the unit of the key; mnemo.toml(5) says what each is for. In Prometheus "
        'mnemo_setting{name="memory_high_pct"}, but for mnemo_db_pool_size.',
    ),
}


def conditions() -> Iterator[str]:
    yield from paragraphs("A condition compares numbers. What binds least stands first:")
    yield from entries(_SIGNS)
    yield ".PP"
    yield from paragraphs(*_NUMBERS)
    yield from example("\n".join(CONDITIONS))


def names() -> Iterator[str]:
    """Every name, in the order of the table, by where its value comes from."""
    yield from paragraphs(
        "`mnemo limits rules --all` shows each with its value and its unit now. In Prometheus it is mnemo_ and the "
        "name, where nothing else is said."
    )
    for origin, (heading, told) in HEADINGS.items():
        yield f".SS {heading}"
        yield from paragraphs(told)
        found = [variable for variable in VARIABLES if variable.origin == origin]
        if origin == "settings":
            yield ".PP"
            yield from paragraphs(", ".join(variable.name for variable in found) + ".")
        else:
            yield from table([Entry(variable.name, _told(variable)) for variable in found])


def _told(variable: Variable) -> str:
    metric = "" if variable.promql == f"mnemo_{variable.name}" else f" In Prometheus {variable.promql}."
    return f"{variable.help}{metric}"
