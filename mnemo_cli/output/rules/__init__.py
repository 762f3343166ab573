"""Alert rules for people and for programs: `mnemo limits rules`.

listing    the rules that hold, how each stands now, and the numbers that conditions may use
replayed   what the rules would have told of a recording
phrases    the words that both share
"""

from enum import StrEnum


class RulesFormat(StrEnum):
    TABLE = "table"
    PLAIN = "plain"
    JSON = "json"
    NDJSON = "ndjson"
