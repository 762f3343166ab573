"""The keys of the dashboard, once: the footer, the help overlay and the man page are made from this table."""

from typing import NamedTuple


class Key(NamedTuple):
    """A key by the name that keyboard.py gives it, what the screen calls it, a word for the footer, a sentence."""

    typed: str
    name: str
    word: str
    help: str


QUIT = Key("q", "q", "quit", "leave; a program started by mnemo is asked to end first")
HELP = Key("?", "?", "help", "show or hide this help")
PAUSE = Key("space", "space", "pause", "freeze the view; sampling, alerts and recording go on")
FILTER = Key("/", "/", "filter", "only some processes: a word, or re: user: cg: pid:")
SORT = Key("s", "s", "sort", "by the next column")
REVERSE = Key("S", "S", "reverse", "the other way round")
TREE = Key("t", "t", "tree", "children below their parents, with sums")
GROUP = Key("g", "g", "group", "processes of one name as one row")
FOCUS = Key("enter", "enter", "focus", "one process alone: limits, descriptors, mappings, growth")
BACK = Key("esc", "esc", "back", "out of a dialog, a focus, a filter")
PSS = Key("p", "p", "PSS", "whose PSS is read: none, those on the screen, all")
ZOOM_IN = Key("[", "[", "zoom", "a shorter history")
ZOOM_OUT = Key("]", "]", "zoom", "a longer history, to 10 minutes")
STEP_BACK = Key("left", "left", "back", "while paused: one sample back")
STEP_ON = Key("right", "right", "on", "while paused: one sample on")
UP = Key("up", "up", "up", "the row above; also k, page up, home")
DOWN = Key("down", "down", "down", "the row below; also j, page down, end")
FASTER = Key("+", "+", "faster", "halve the interval")
SLOWER = Key("-", "-", "slower", "double the interval")
ACKNOWLEDGE = Key("a", "a", "ack", "acknowledge the alerts that fire")
MARK = Key("m", "m", "mark", "put a mark into the log and the recording")
SNAPSHOT = Key("w", "w", "snapshot", "write this sample to a file")
RECORD = Key("R", "R", "record", "begin or end a recording")
SIGNAL = Key("K", "K", "signal", "send a signal to the process (only with --allow-signal)")

KEYS: tuple[Key, ...] = (
    QUIT, HELP, PAUSE, FILTER, SORT, REVERSE, TREE, GROUP, FOCUS, BACK, PSS, ZOOM_IN, ZOOM_OUT, STEP_BACK, STEP_ON,
    UP, DOWN, FASTER, SLOWER, ACKNOWLEDGE, MARK, SNAPSHOT, RECORD, SIGNAL,
)  # fmt: skip
