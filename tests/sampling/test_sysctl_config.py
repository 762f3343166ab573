"""sysctl.d: the last file name wins over all folders, a stronger folder replaces its namesake."""

from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.sampling.sysctl_config import Setting, parse_sysctl, read_sysctl_config


def test_the_last_name_wins_and_etc_replaces_the_vendors(fake_host):
    root = fake_host(
        {
            "usr/lib/sysctl.d/99-late.conf": "vm.swappiness=1\n",
            "etc/sysctl.d/10-early.conf": "vm.swappiness=2\nfs.nr_open = 5\n",
            "usr/lib/sysctl.d/50-a.conf": "fs.file-max=1\n",
            "etc/sysctl.d/50-a.conf": "fs.file-max=2\n",
        }
    )
    gaps = []
    found = read_sysctl_config(root, gaps)
    assert found["vm.swappiness"] == Setting("/usr/lib/sysctl.d/99-late.conf", 1, "1")
    assert found["fs.file-max"].text == "2" and found["fs.nr_open"].line == 2 and not gaps


def test_sysctl_conf_comes_last(fake_host):
    root = fake_host({"etc/sysctl.conf": "vm.a=2\n", "etc/sysctl.d/99-x.conf": "vm.a=1\n"})
    assert read_sysctl_config(root, [])["vm.a"].text == "2"


def test_slashes_dashes_and_comments_are_understood():
    text = "# vm.a=1\n; vm.b=1\n-vm/c = 3 \nnonsense\n"
    assert parse_sysctl(text, "/f") == {"vm.c": Setting("/f", 3, "3")}


def test_an_absent_folder_is_empty_and_an_unreadable_file_is_a_gap(fake_host, tmp_path):
    gaps = []
    assert read_sysctl_config(tmp_path / "nowhere", gaps) == {} and not gaps
    read_sysctl_config(fake_host({"etc/sysctl.d/x.conf": None}), gaps)
    assert [(gap.field, gap.reason) for gap in gaps] == [("sysctl_config", "Is a directory")]


def test_a_folder_that_cannot_be_listed_is_a_gap_and_not_an_empty_one(tmp_path):
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/sysctl.d").symlink_to(tmp_path / "etc/sysctl.d")  # even root cannot follow it
    gaps = []
    read_sysctl_config(tmp_path, gaps)
    assert [(gap.field, gap.source) for gap in gaps] == [("sysctl_config", "/etc/sysctl.d")]


@given(st.text(max_size=200))
def test_any_text_is_answered(text):
    assert len(parse_sysctl(text, "/f")) <= text.count("\n") + 1
