"""What the person chose: everything that a key can change, and nothing that is read from the system."""

from enum import Enum
from typing import Literal, NamedTuple, TypeAlias

from mnemo_cli.output.dashboard.table.filter import EVERYTHING, Filter
from mnemo_cli.output.dashboard.table.row import RowKey as RowKey
from mnemo_cli.sampling.asked import PssMode

# (pid, start in clock ticks since boot): a pid alone may name another process tomorrow.
ProcessKey: TypeAlias = tuple[int, int]

# What the keys [ and ] choose from.
WINDOWS_SECONDS = (60.0, 120.0, 300.0, 600.0)


class Page(Enum):
    """One of the six views; its value is the key that opens it."""

    OVERVIEW = "1"
    PROCESSES = "2"
    GROUPS = "3"
    COMPONENTS = "4"
    ALERTS = "5"
    HISTORY = "6"


class Dialog(NamedTuple):
    """A question that takes the keys until it is answered.

    A "filter" has what was typed so far as its `text`, and the filter of `before`, which Esc brings back. A "signal"
    has the name of the signal as its `text`, and is about one process; its `name` is kept because the process may
    leave the list meanwhile.
    """

    kind: Literal["filter", "signal"]
    text: str = ""
    subject: ProcessKey | None = None
    name: str = ""
    before: Filter = EVERYTHING


class Choice(NamedTuple):
    """One state of the interaction.

    `filter` narrows the process list; `dialog` with kind "filter" is the line in which a new one is typed, and
    `complaint` says what is wrong with it. `sort` is the title of a column, "PSS" at first. `selected` is the row
    under the cursor. `unfolded` shows every control group on their page, whatever the room. `focus` is the process
    that is looked at alone. `steps_back` counts kept moments from the newest, while paused.
    """

    page: Page = Page.OVERVIEW
    filter: Filter = EVERYTHING
    sort: str = "PSS"
    reverse: bool = False
    tree: bool = False
    grouped: bool = False
    selected: RowKey | None = None
    first_row: int = 0
    unfolded: bool = False
    focus: ProcessKey | None = None
    pss: PssMode = PssMode.VISIBLE
    window_seconds: float = 300.0
    paused: bool = False
    steps_back: int = 0
    helping: bool = False
    dialog: Dialog | None = None
    complaint: str | None = None
    notice: str | None = None
