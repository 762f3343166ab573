"""Further reports: what cannot be written is refused at once, and no file is ever half a report."""

import json
import os
import stat
import threading
from pathlib import Path

import pytest

from mnemo_cli.errors import OutputError, UsageError
from mnemo_cli.output.findings import FindingsFormat, render
from mnemo_cli.output.findings.report import ReportFile, parse_reports, write_reports, write_whole


def test_each_report_is_a_format_and_a_file(tmp_path):
    first, second = tmp_path / "a.sarif", tmp_path / "b=c.xml"
    assert parse_reports([f"sarif={first}", f"junit={second}"]) == (
        ReportFile(FindingsFormat.SARIF, first),
        ReportFile(FindingsFormat.JUNIT, second),
    )
    assert parse_reports([]) == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sarif", "--report 'sarif' names no file; write FORMAT=FILE, such as sarif=mnemo.sarif"),
        ("sarif=", "--report 'sarif=' names no file; write FORMAT=FILE, such as sarif=mnemo.sarif"),
        ("", "--report '' names no file; write FORMAT=FILE, such as sarif=mnemo.sarif"),
        ("sraif=x", "--report: there is no format 'sraif'; did you mean sarif?"),
        ("SARIF=x", "--report: there is no format 'SARIF'; did you mean sarif?"),
        (
            "zip=x",
            "--report: there is no format 'zip'; the formats are table plain json ndjson sarif junit github nagios",
        ),
        ("json=/", "--report: / is a folder; write FORMAT=FILE, such as sarif=mnemo.sarif"),
        ("json=no-such-folder/x", "--report: there is no folder no-such-folder; make it first"),
        ("json=a\x1b\n/x", "--report: there is no folder a\\x1b\\x0a; make it first"),
    ],
)
def test_a_wrong_report_is_refused_before_anything_is_done(text, message):
    with pytest.raises(UsageError) as raised:
        parse_reports([text])
    assert str(raised.value) == message


def test_two_reports_do_not_share_a_file(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "x")
    with pytest.raises(UsageError, match="named twice"):
        parse_reports([f"json={tmp_path}/x", f"sarif={tmp_path}/link"])
    assert len(parse_reports(["json=/dev/null", "sarif=/dev/null"])) == 2


def test_the_commands_own_output_is_no_file_for_a_report(tmp_path):
    """`--report json=/dev/stdout > file`: the report would take the file's place, and the result be lost."""
    path = tmp_path / "out"
    with path.open("w") as stream:
        kept = os.dup(1)
        os.dup2(stream.fileno(), 1)
        try:
            with pytest.raises(UsageError, match="choose its format by --format"):
                parse_reports([f"json={path}"])
        finally:
            os.dup2(kept, 1)
            os.close(kept)


def test_every_report_is_written_in_its_format(report, tmp_path):
    files = parse_reports([f"{name.value}={tmp_path}/{name.value}" for name in FindingsFormat])
    write_reports(report(), files)
    for name in FindingsFormat:
        assert (tmp_path / name.value).read_text(encoding="utf-8") == render(report(), name)
    assert json.loads((tmp_path / "json").read_text())["schema"] == "mnemo.findings/1"
    assert len(list(tmp_path.iterdir())) == len(FindingsFormat)


def test_a_new_file_may_be_read_by_whoever_may_read_others(tmp_path):
    write_whole(tmp_path / "usual", "x")
    (tmp_path / "other").touch()
    assert mode_of(tmp_path / "usual") == mode_of(tmp_path / "other")


def test_a_file_keeps_its_mode_and_a_link_stays_one(tmp_path):
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    write_whole(link, "new")
    assert link.is_symlink() and real.read_text() == "new" and mode_of(real) == 0o640


def test_who_reads_the_old_file_reads_it_to_its_end(tmp_path):
    path = tmp_path / "report"
    path.write_text("old")
    with path.open() as stream:
        write_whole(path, "new")
        assert stream.read() == "old"
    assert path.read_text() == "new"


def test_a_pipe_is_written_to_and_not_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    write_whole(pipe, "hello")
    reader.join(timeout=30)
    assert read == ["hello"] and stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_folder_that_is_gone_meanwhile_is_told(report, tmp_path):
    folder = tmp_path / "gone"
    folder.mkdir()
    files = parse_reports([f"json={folder}/x"])
    folder.rmdir()
    with pytest.raises(OutputError, match=r"cannot write .*/gone/x: No such file or directory; name another file"):
        write_reports(report(), files)


def test_a_full_disk_leaves_the_old_file_whole(tmp_path):
    """The limit on file sizes stands for the disk; it is a child's, since a process cannot take it back."""
    path = tmp_path / "report"
    path.write_text("old")
    child = os.fork()
    if child == 0:
        os._exit(write_beyond_the_limit(path))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert path.read_text() == "old" and [entry.name for entry in tmp_path.iterdir()] == ["report"]


def write_beyond_the_limit(path):
    import resource
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    try:
        write_whole(path, "x" * 1_000_000)
    except OutputError:
        return 7
    return 0


def test_bytes_are_written_as_they_are(tmp_path):
    write_whole(tmp_path / "x", b"\x89PNG\xff")
    assert (tmp_path / "x").read_bytes() == b"\x89PNG\xff"


def test_text_that_is_no_unicode_is_written_all_the_same(tmp_path):
    write_whole(tmp_path / "x", "a\udcff")
    assert (tmp_path / "x").read_bytes() == b"a\\udcff"


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
