"""Runs for people and for programs: `mnemo orchestrate`.

words      the phrases that every view shares: why a job waits, how an attempt ended, what a dead job needs
verdict    why an attempt died, from what its engine saw
document   json: mnemo.run/1, and the event lines of ndjson
events     what happens, as it happens: lines for people, or ndjson
report     what became of a run: a summary for each name, a verdict for each job that died
plan       a plan before it is run: its layers, its sum, what can never fit
standing   how a run stands, asked from another terminal; what was learned of each name
workers    the workers of a run on many machines, for every view
frame      the live screen for a width and a height, as a pure function
screen     the terminal while a run owns it
"""

from enum import StrEnum


class RunFormat(StrEnum):
    PLAIN = "plain"
    JSON = "json"
    NDJSON = "ndjson"


class ReportFormat(StrEnum):
    TABLE = "table"
    JSON = "json"
