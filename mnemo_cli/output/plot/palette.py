"""Colours of the picture: no pair that a colour-blind person would confuse, and words beside each of them."""

from mnemo_cli.model import EventName, Level

INK, PALE_INK, PAPER = "#1b1f24", "#5b6470", "#ffffff"
USED, LIMIT = "#0b3c6f", "#1b1f24"
# Light, so that lines and words on them stay readable; the higher the level, the darker the band.
BANDS = {
    Level.NORMAL: "#f1f5fa",
    Level.MODERATE: "#fdf2c8",
    Level.HIGH: "#f6d3e6",
    Level.CRITICAL: "#d9a6c9",
}
# https://jfly.uni-koeln.de/color/ (Okabe and Ito), without its black.
PROCESSES = ("#0072b2", "#e69f00", "#56b4e9", "#d55e00", "#009e73", "#cc79a7", "#f0e442", "#7f7fbf")
OTHERS = "#c8cdd3"
MARKS: dict[EventName, str] = {
    "oom_kill": "#a4003b",
    "exit": "#a4003b",
    "alert": "#b25a00",
    "limit_change": "#1b1f24",
    "level": "#5b6470",
    "mark": "#00684a",
}
