"""The pictures of the README are what the program draws of the recording that is kept, and tell of no machine."""

import html
import re

import pytest

from mnemo_cli.output.dashboard.spans import plain
from tests import picture

_TEXT = re.compile(r'<text [^>]*?x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)</text>')


def test_the_picture_of_the_dashboard_shows_what_the_program_draws_now():
    rows: dict[float, str] = {}
    for _, y, text in _TEXT.findall(picture.DASHBOARD.read_text()):
        rows[float(y)] = rows.get(float(y), "") + html.unescape(text)
    kept = ["".join(row.split()) for _, row in sorted(rows.items())]
    drawn = ["".join(plain(line).split()) for line in picture.screen()]
    assert [row for row in kept if row] == [row for row in drawn if row], "run `python tests/picture.py --draw`"


def test_the_run_in_the_picture_is_under_real_load():
    text = "\n".join(map(plain, picture.screen()))
    assert f"{picture.HOST_NAME}  cgroup:{picture.GROUP}" in text
    assert "HIGH" in text and "FIRING" in text and "work_queue" in text and "shop.py server" in text


@pytest.mark.parametrize("path", [picture.DASHBOARD, picture.HISTORY], ids=lambda path: path.name)
def test_a_picture_fetches_nothing_and_names_no_folder_of_a_machine(path):
    text = path.read_text()
    assert text.rstrip().endswith("</svg>")
    assert not re.findall(r"url\([^#)]|@font-face|<script|<image", text)
    assert not re.findall(r">[^<]*/(?:home|root|tmp|usr)/", text)
