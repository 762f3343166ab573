"""What a person sees, compared with kept texts that a person has read.

After a wanted change: MNEMO_UPDATE_GOLDEN=1 pytest tests/output/findings/test_golden.py, then read the diff.
"""

import os
from pathlib import Path

import pytest

from mnemo_cli.output.findings import FindingsFormat, render

_FOLDER = Path(__file__).parent / "golden"


@pytest.mark.parametrize("width", [80, 140])
def test_the_table_of_one_service(report, width):
    _compare(render(report(), FindingsFormat.TABLE, width=width), f"table-{width}.txt")


def test_the_table_of_several_targets_with_what_passed(report, two):
    _compare(render(report(two), FindingsFormat.TABLE, width=100, verbose=True), "table-several.txt")


@pytest.mark.parametrize("name", ["plain", "github", "nagios", "junit"])
def test_the_texts_for_logs_and_programs(report, two, name):
    _compare(render(report(two), FindingsFormat(name)), f"{name}.txt")


def _compare(text, name):
    path = _FOLDER / name
    if os.environ.get("MNEMO_UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
