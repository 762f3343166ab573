"""daemon.json is merged by key; what cannot be written back whole is left untouched."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.doctor.fixes.worlds.docker import PATH, parsed
from mnemo_cli.errors import RepairError

NOFILE = {"Name": "nofile", "Soft": 65536, "Hard": 524288}


def merged_text(propose, root, text):
    drafts = propose("docker", root({PATH: text})).drafts
    return json.loads(drafts[0].content) if drafts else None


@pytest.mark.parametrize("text", ["", " \n", "{}"])
def test_an_empty_file_is_an_empty_object(propose, root, text):
    assert merged_text(propose, root, text) == {"default-ulimits": {"nofile": NOFILE}}


def test_without_a_file_one_is_made(propose, root):
    assert json.loads(propose("docker", root({})).drafts[0].content) == {"default-ulimits": {"nofile": NOFILE}}


def test_other_keys_stay_in_their_order(propose, root):
    text = '{"z": [1, {"é": 1.5}], "default-ulimits": {"core": {"Name": "core", "Hard": 0}}, "a": null}'
    merged = merged_text(propose, root, text)
    assert list(merged) == ["z", "default-ulimits", "a"] and merged["z"] == [1, {"é": 1.5}]
    assert merged["default-ulimits"] == {"core": {"Name": "core", "Hard": 0}, "nofile": NOFILE}


def test_a_key_in_another_case_is_the_same_key_to_docker(propose, root):
    text = '{"default-ulimits": {"nofile": {"name": "nofile", "soft": 10, "hard": 900000}}}'
    assert merged_text(propose, root, text)["default-ulimits"]["nofile"] == {
        "name": "nofile",
        "soft": 65536,
        "hard": 900000,
    }


@pytest.mark.parametrize(("soft", "hard"), [(65536, 524288), (-1, -1), (100000, 100000)])
def test_what_suffices_is_left_alone(propose, root, soft, hard):
    assert merged_text(propose, root, json.dumps({"default-ulimits": {"nofile": {"Soft": soft, "Hard": hard}}})) is None


def test_an_unlimited_hard_limit_becomes_nr_open(propose, root):
    text = '{"default-ulimits": {"nofile": {"Soft": 10, "Hard": -1}}}'
    assert merged_text(propose, root, text)["default-ulimits"]["nofile"]["Hard"] == 1048576


@pytest.mark.parametrize(
    ("unit", "written"), [("infinity", None), ("1024:900000", 900000), ("1024:4096", 524288), ("", 524288)]
)
def test_without_default_ulimits_containers_have_those_of_containerd(propose, root, unit, written):
    where = root({"usr/lib/systemd/system/containerd.service": f"[Service]\nLimitNOFILE={unit}\n"})
    drafts = propose("docker", where).drafts
    assert (json.loads(drafts[0].content)["default-ulimits"]["nofile"]["Hard"] if drafts else None) == written


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "3",
        "{'a': 1}",
        '{"a": 1, "a": 2}',
        '{"a": NaN}',
        '{"default-ulimits": []}',
        '{"default-ulimits": {"nofile": 5}}',
        '{"default-ulimits": {"nofile": {"Soft": "5"}}}',
        '{"default-ulimits": {"nofile": {"Soft": true}}}',
        "// note\n{}",
        "\ufeff{}",
        b"\xff\xfe{\x00}\x00",
        b'{"a": "\xff"}',
        "[" * 100_000,
    ],
    ids=range(15),
)
def test_what_cannot_be_merged_is_untouched_and_exits_4(propose, root, text):
    where = root({PATH: text})
    before = (where / PATH).read_bytes()
    with pytest.raises(RepairError, match="left as it is") as caught:
        propose("docker", where)
    assert (
        caught.value.exit_code == 4 and (where / PATH).read_bytes() == before and str(where / PATH) in str(caught.value)
    )


@pytest.mark.parametrize(
    "files",
    [
        {"usr/lib/systemd/system/docker.service": "[Service]\nExecStart=dockerd --default-ulimit nofile=5\n"},
        {"etc/default/docker": 'DOCKER_OPTS="--default-ulimit nofile=5"\n'},
    ],
)
def test_a_flag_that_says_the_same_would_keep_dockerd_from_starting(propose, root, files):
    assert "refuses to start" in propose("docker", root(files)).unmet[0]


keys = st.text(min_size=1, max_size=5).filter(lambda key: key != "default-ulimits")
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(keys, values, max_size=4))
def test_whatever_json_there_is_comes_back_whole(document):
    assert parsed(json.dumps(document).encode(), "f") == document


@pytest.mark.parametrize("text", ["\ud800\u00e9", "\x9b31m", "\u202e"], ids=["half", "control", "bidi"])
def test_text_that_is_no_text_is_written_as_an_escape(propose, root, text):
    content = propose("docker", root({PATH: json.dumps({"a": text})})).drafts[0].content
    assert json.loads(content)["a"] == text and content.isascii()
