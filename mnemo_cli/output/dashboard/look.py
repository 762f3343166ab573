"""What the terminal can show. Colour only adds: every status is also a word, a glyph and a number."""

from collections.abc import Mapping
from typing import NamedTuple

from mnemo_cli.model import Level


class Look(NamedTuple):
    """The signs of one kind of terminal. `ascii_only` for --ascii and for locales that are not UTF-8."""

    ascii_only: bool = False

    @property
    def rule(self) -> str:
        return "-" if self.ascii_only else "─"

    @property
    def box(self) -> tuple[str, str, str, str, str]:
        """Upper left, upper right, lower left, lower right, side."""
        return ("+", "+", "+", "+", "|") if self.ascii_only else ("┌", "┐", "└", "┘", "│")

    @property
    def heights(self) -> str:
        """Signs from the lowest to the highest."""
        return " .:-=+*#%@"[1:] if self.ascii_only else "▁▂▃▄▅▆▇█"

    def text(self, text: str) -> str:
        """Text that this terminal can show; what it cannot becomes "?"."""
        if not self.ascii_only or text.isascii():
            return text
        return text.replace("→", "->").replace("…", ".").encode("ascii", "replace").decode()


def is_utf_8(environment: Mapping[str, str]) -> bool:
    """Whether the locale is UTF-8. The encoding of stdout does not tell: under LC_ALL=C Python writes UTF-8 too.

    Where no locale is named, or C without LC_ALL, Python has set LC_CTYPE to one with UTF-8.
    https://peps.python.org/pep-0538/ and https://peps.python.org/pep-0540/
    """
    name = environment.get("LC_ALL") or environment.get("LC_CTYPE") or environment.get("LANG") or "UTF-8"
    return "utf" in name.lower()


# Blue, yellow, magenta, reverse: no pair that a colour-blind person would confuse.
LEVEL_STYLES = {
    None: "bold",
    Level.NORMAL: "blue",
    Level.MODERATE: "yellow",
    Level.HIGH: "bold magenta",
    Level.CRITICAL: "bold reverse",
}
PLAIN, DIM, STRONG, TITLE = "", "dim", "bold", "bold"
