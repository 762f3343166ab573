"""Reading stays inside the root, whatever its links say; writing follows no link, and replaces in one step."""

import os
import stat
from pathlib import Path

import pytest

from mnemo_cli.doctor.fixes.tree import (
    Tree,
    content_of,
    make_folder,
    missing_folders,
    remove_folder,
    remove_leftover,
    replace,
)
from mnemo_cli.errors import RepairError


def test_an_absolute_link_is_one_from_the_root(root, tmp_path):
    outside = tmp_path / "lib/secret"
    outside.parent.mkdir()
    outside.write_text("outside")
    where = root({"lib/real": "inside"})
    (where / "etc").mkdir()
    (where / "etc/a").symlink_to("/lib/real")
    (where / "etc/b").symlink_to(outside)
    (where / "etc/c").symlink_to("../../lib/secret")
    tree = Tree(where)
    assert tree.text("etc/a") == "inside"
    assert tree.text("etc/b") is None
    assert tree.text("etc/c") is None


def test_links_that_go_round_lead_nowhere(root):
    where = root({})
    (where / "a").symlink_to("b")
    (where / "b").symlink_to("a")
    assert Tree(where).text("a") is None and not Tree(where).exists("a")


def test_a_masked_unit_and_a_folder_are_empty_files(root):
    where = root({"etc/x/y": ""})
    (where / "dev").mkdir()
    (where / "dev/null").touch()
    (where / "etc/masked").symlink_to("/dev/null")
    assert Tree(where).text("etc/masked") == "" and Tree(where).text("etc/x") == ""


def test_names_come_in_the_order_of_bytes_and_of_a_missing_folder_none(root):
    where = root({"d/b.conf": "", "d/B.conf": "", "d/10.conf": "", "d/é.conf": "", "d/x.txt": ""})
    assert Tree(where).names("d") == ("10.conf", "B.conf", "b.conf", "é.conf")
    assert Tree(where).names("e") == () == Tree(where).names("d/b.conf")


@pytest.mark.parametrize(("text", "number"), [("12\n", 12), ("", None), ("x", None), ("-1", None), ("1" * 30, None)])
def test_a_number_is_one_or_unknown(root, text, number):
    assert Tree(root({"n": text})).number("n") == number


def test_a_file_that_may_be_replaced_is_read(root):
    where = root({"etc/a": b"\xff\n"})
    assert content_of(where, "etc/a") == b"\xff\n"
    assert content_of(where, "etc/none") is None and content_of(where, "no/such") is None


@pytest.mark.parametrize("kind", ["link", "folder", "fifo", "link on the way", "file on the way"])
def test_what_is_no_plain_file_is_refused(root, kind):
    where = root({"real/a": "x", "etc/b": ""})
    path = {"link on the way": "way/a", "file on the way": "etc/b/a"}.get(kind, "etc/a")
    if kind == "link":
        (where / "etc/a").symlink_to("../real/a")
    elif kind == "folder":
        (where / "etc/a").mkdir()
    elif kind == "fifo":
        os.mkfifo(where / "etc/a")
    elif kind == "link on the way":
        (where / "way").symlink_to("real")
    with pytest.raises(RepairError):
        content_of(where, path)


def test_replacing_follows_no_link_on_the_way(root, tmp_path):
    where = root({})
    (tmp_path / "outside").mkdir()
    (where / "etc").symlink_to(tmp_path / "outside")
    with pytest.raises(OSError):
        replace(where, "etc/a", b"x", "t")
    assert os.listdir(tmp_path / "outside") == []


def test_a_link_in_the_place_of_the_file_is_not_followed(root):
    where = root({"etc/real": "old"})
    (where / "etc/a").symlink_to("real")
    with pytest.raises(OSError):
        replace(where, "etc/a", b"new", "t")
    assert (where / "etc/real").read_text() == "old" and sorted(os.listdir(where / "etc")) == ["a", "real"]


def test_a_replaced_file_keeps_its_mode_owner_and_attributes(root):
    where = root({"etc/a": "old"})
    (where / "etc/a").chmod(0o640)
    if os.geteuid() == 0:
        os.chown(where / "etc/a", 1, 2)
    marked = True
    try:
        os.setxattr(where / "etc/a", "user.note", b"kept")
    except OSError:
        marked = False
    before = (where / "etc/a").stat()
    replace(where, "etc/a", b"new", "t")
    after = (where / "etc/a").stat()
    assert (where / "etc/a").read_bytes() == b"new" and os.listdir(where / "etc") == ["a"]
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert not marked or os.getxattr(where / "etc/a", "user.note") == b"kept"


def test_a_new_file_has_its_mode_whatever_the_umask(root):
    where = root({})
    old = os.umask(0o077)
    try:
        for folder in missing_folders(where, "a/b/c"):
            make_folder(where, folder)
        replace(where, "a/b/c", b"x", "t")
    finally:
        os.umask(old)
    assert stat.S_IMODE((where / "a/b/c").stat().st_mode) == 0o644
    assert stat.S_IMODE((where / "a/b").stat().st_mode) == 0o755


def test_missing_folders_are_named_from_the_outside(root):
    where = root({"a/x": ""})
    assert missing_folders(where, "a/b/c/file") == ("a/b", "a/b/c")
    assert missing_folders(where, "a/file") == ()


def test_a_folder_is_removed_only_when_it_is_empty(root):
    where = root({"a/x": "", "b/y": ""})
    (where / "b/y").unlink()
    for path in ("a", "b", "none", "none/none"):
        remove_folder(where, path)
    assert os.listdir(where) == ["a"]


def test_the_leftover_of_a_killed_program_is_removed(root):
    where = root({"etc/.a.t.new": "half", "etc/a": "old"})
    remove_leftover(where, "etc/a", "t")
    remove_leftover(where, "etc/a", "t")
    assert os.listdir(where / "etc") == ["a"]
    replace(where, "etc/a", b"new", "t")
    assert Path(where / "etc/a").read_bytes() == b"new"
