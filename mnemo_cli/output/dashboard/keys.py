"""The keys of the dashboard, once: the footer, the help overlay and the man page are made from this table."""

from typing import NamedTuple


class Key(NamedTuple):
    """A key as typed, its name on the screen, a word for the footer, and a sentence for the help."""

    typed: str
    name: str
    word: str
    help: str


QUIT = Key("q", "q", "quit", "leave; a program started by mnemo is asked to end first")
HELP = Key("?", "?", "help", "show or hide this help")
PAUSE = Key(" ", "space", "pause", "freeze the view; sampling, logging and alerts go on")
FASTER = Key("+", "+", "faster", "halve the interval")
SLOWER = Key("-", "-", "slower", "double the interval")

KEYS: tuple[Key, ...] = (QUIT, HELP, PAUSE, FASTER, SLOWER)
