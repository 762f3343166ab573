"""The keys of the dashboard, once: the footer, the help overlay and the man page are made from this table."""

from typing import NamedTuple


class Key(NamedTuple):
    """A key by the name that keyboard.py gives it, what the screen calls it, a word for the footer, and what it does.

    `help` has at most 32 signs: the overlay has two columns on a screen of 80.
    """

    typed: str
    name: str
    word: str
    help: str


QUIT = Key("q", "q", "quit", "leave; our program ends too")
HELP = Key("?", "?", "help", "show or hide this help")
PAUSE = Key("space", "space", "pause", "freeze the view, not the watch")
FILTER = Key("/", "/", "filter", "a word, re: user: cg: pid:")
SORT = Key("s", "s", "sort", "sort by the next column")
REVERSE = Key("S", "S", "reverse", "sort the other way round")
TREE = Key("t", "t", "tree", "children below parents, and sums")
GROUP = Key("g", "g", "group", "processes of one name in one row")
FOCUS = Key("enter", "enter", "focus", "look at one process alone")
BACK = Key("esc", "esc", "back", "out of a dialog, focus or filter")
PSS = Key("p", "p", "PSS mode", "PSS of none, of these, of all")
ZOOM_IN = Key("[", "[", "zoom", "a shorter history")
ZOOM_OUT = Key("]", "]", "zoom", "a longer history, to 10 minutes")
STEP_BACK = Key("left", "left", "back", "while paused: one sample back")
STEP_ON = Key("right", "right", "on", "while paused: one sample on")
UP = Key("up", "up", "up", "row above; k, page up, home")
DOWN = Key("down", "down", "down", "row below; j, page down, end")
FASTER = Key("+", "+", "faster", "halve the interval")
SLOWER = Key("-", "-", "slower", "double the interval")
ACKNOWLEDGE = Key("a", "a", "ack", "acknowledge the alerts that fire")
MARK = Key("m", "m", "mark", "a mark in the log and recording")
SNAPSHOT = Key("w", "w", "snapshot", "put the newest sample in a file")
RECORD = Key("R", "R", "record", "begin or end a recording")
SIGNAL = Key("K", "K", "signal", "signal it, with --allow-signal")
VIEWS = Key("1", "1-6", "views", "overview processes cgroups components alerts history")

KEYS: tuple[Key, ...] = (
    QUIT, HELP, PAUSE, FILTER, SORT, REVERSE, TREE, GROUP, FOCUS, BACK, PSS, ZOOM_IN, ZOOM_OUT, STEP_BACK, STEP_ON,
    UP, DOWN, FASTER, SLOWER, ACKNOWLEDGE, MARK, SNAPSHOT, RECORD, SIGNAL,
)  # fmt: skip
