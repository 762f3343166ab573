"""The kernel's log in the bundle."""

from mnemo_cli.diagnostics.collectors.kernel_log import COLLECTOR
from tests.diagnostics.collectors.scenes import MACHINE, scene_of, taken, write


def test_the_log_is_told_as_dmesg_r_tells_it(tmp_path):
    found = taken(COLLECTOR, scene_of(write(tmp_path, {"dev/kmsg": MACHINE["dev/kmsg"]})))
    assert found.texts["kernel-log/kernel.log"] == (
        b"<6>[    1.000000] Linux version 6.8\n<3>[    2.500000] Out of memory: Killed process 4121 (worker)\n"
    )
    assert found.members["kernel-log/kernel.log"].content == "log" and not found.missing


def test_no_log_at_all_says_which_way_failed(tmp_path):
    found = taken(COLLECTOR, scene_of(tmp_path))
    assert not found.members and [lack.source for lack in found.missing] == ["/dev/kmsg"]
    assert found.states == {"skipped"}


def test_an_empty_log_is_said_to_be_empty(tmp_path):
    found = taken(COLLECTOR, scene_of(write(tmp_path, {"dev/kmsg": ""})))
    assert not found.members and "empty" in found.missing[0].reason


def test_a_log_that_is_a_folder_is_an_error(tmp_path):
    assert taken(COLLECTOR, scene_of(write(tmp_path, {"dev/kmsg": None}))).missing


def test_ten_thousand_lines_come_in_few_chunks(tmp_path):
    text = "".join(f"6,{number},{number}000000,-;line {number}\n" for number in range(10_000))
    scene = scene_of(write(tmp_path, {"dev/kmsg": text}))
    (member,) = COLLECTOR.collect(scene)
    chunks = list(member.chunks)
    assert len(chunks) < 10 and b"".join(chunks).count(b"\n") == 10_000
