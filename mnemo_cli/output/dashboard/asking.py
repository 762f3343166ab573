"""What the sampler is asked for: the processes that the screen shows, and the PSS of no others."""

from mnemo_cli.output.dashboard.choice import Choice, Page
from mnemo_cli.output.dashboard.frame import process_rows
from mnemo_cli.output.dashboard.table.lines import visible
from mnemo_cli.output.dashboard.table.order import table_rows
from mnemo_cli.output.dashboard.view import View
from mnemo_cli.sampling.asked import Asked, PssMode

# On every page: recordings, the history of components and the trends go on.
_LEAST_ROWS = 30
# A row of a name may stand for thousands: of so many PSS is read, and the sum is a lower bound.
_MOST_PIDS = 256
# The columns by which the largest processes come first, as the sampler finds them.
_BY_SIZE = ("PSS", "RSS", "%LIM")


def needed(choice: Choice, width: int, height: int, has_trackers: bool, *, view: View | None = None) -> Asked:
    """What this choice needs; with the `view` that is on the screen, also the processes which that shows."""
    rows = process_rows(width, height, has_trackers=has_trackers, choice=choice)
    pids = {key[0] for key in (choice.focus, choice.selected) if isinstance(key, tuple)}
    if view is not None and rows > 0 and not _is_largest_first(choice):
        pids |= _shown_pids(view, rows)
    return Asked(
        rows=max(rows, _LEAST_ROWS),
        everyone=_list_needs_everyone(choice, width, height, has_trackers),
        pids=frozenset(pids),
        pss=choice.pss,
    )


def needs_a_sample(asked: Asked, before: Asked, view: View, *, is_key: bool) -> bool:
    """Whether more is asked for than `view` has. What rows change places is no reason: only a key is."""
    if asked.everyone > before.everyone or asked.rows > before.rows or asked.pss is not before.pss:
        return True
    new = asked.pids - before.pids
    if not (is_key and new) or asked.pss is PssMode.OFF:
        return False
    return any(one.pid in new and one.pss_bytes is None and one.rss_bytes for one in view.moment.sample.processes)


def _list_needs_everyone(choice: Choice, width: int, height: int, has_trackers: bool) -> bool:
    """A process that is looked at alone hides the list; what was read of everyone must not be forgotten for that."""
    rows = process_rows(width, height, has_trackers=has_trackers, choice=choice._replace(focus=None))
    return rows > 0 and (choice.page is Page.PROCESSES or not _is_largest_first(choice))


def _is_largest_first(choice: Choice) -> bool:
    """Whether the screen shows just those that the sampler chooses: the largest, from the first one on."""
    plain = not (choice.filter.terms or choice.tree or choice.grouped or choice.reverse or choice.first_row)
    return plain and choice.sort in _BY_SIZE


def _shown_pids(view: View, rows: int) -> set[int]:
    found = table_rows(view.moment.sample.processes, view.memory, view.choice)
    pids = [pid for row in visible(found, view.choice.first_row, rows) for pid in row.pids]
    return set(pids[:_MOST_PIDS])
