"""systemctl show and the journal's entries about units."""

import json

from mnemo_cli.forensics.case import Case
from mnemo_cli.forensics.records import read_exits, read_unit
from mnemo_cli.forensics.truth import judge
from mnemo_cli.model import UNLIMITED

SHOW = """Type=simple
Restart=no
Result=oom-kill
MainPID=0
ExecMainPID=4666
ExecMainCode=2
ExecMainStatus=9
OOMPolicy=stop
ControlGroup=/system.slice/web.service
MemoryMax=536870912
Id=web.service
ActiveState=failed
"""


def test_the_properties_of_a_unit_are_read():
    unit = read_unit(SHOW, "systemctl show")
    assert (unit.name, unit.result, unit.main_code, unit.main_status, unit.main_pid) == (
        "web.service",
        "oom-kill",
        "killed",
        9,
        4666,
    )
    assert (unit.oom_policy, unit.control_group, unit.limit_bytes, unit.is_active) == (
        "stop",
        "/system.slice/web.service",
        512 << 20,
        False,
    )
    assert unit.evidence[0].text == (
        "web.service: Result=oom-kill, ExecMainCode=2, ExecMainStatus=9, OOMPolicy=stop, ActiveState=failed"
    )
    assert judge(Case(unit=unit)).verdict == "kernel-oom"


def test_a_unit_without_a_limit_is_unlimited_and_a_stranger_none():
    assert read_unit("Id=a.service\nMemoryMax=infinity\n", "x").limit_bytes is UNLIMITED
    assert read_unit("Id=a.service\nMemoryMax=18446744073709551615\n", "x").limit_bytes is None
    assert read_unit("Id=a.service\n", "x").limit_bytes is None
    assert read_unit("", "x") is None and read_unit("Result=oom-kill\n", "x") is None


def test_of_several_units_the_first_is_read():
    assert read_unit("Id=a.service\nResult=success\n\nId=b.service\nResult=oom-kill\n", "x").result == "success"


def test_a_unit_that_runs_has_not_ended():
    unit = read_unit(SHOW.replace("failed", "active").replace("oom-kill", "success"), "x")
    assert judge(Case(unit=unit)).verdict == "unknown"


def test_a_unit_that_ended_by_itself_is_no_kill():
    unit = read_unit(
        SHOW.replace("oom-kill", "exit-code").replace("Code=2", "Code=1").replace("Status=9", "Status=1"), "x"
    )
    explanation = judge(Case(unit=unit))
    assert (explanation.verdict, explanation.confidence) == ("exit", "proven")


def entry(**fields):
    return json.dumps({"_PID": "1", "SYSLOG_IDENTIFIER": "systemd", "UNIT": "web.service", **fields})


def test_the_journal_tells_the_last_end_of_each_unit():
    log = "\n".join(
        [
            entry(
                MESSAGE="Main process exited",
                EXIT_CODE="killed",
                EXIT_STATUS="9",
                __REALTIME_TIMESTAMP="1768212000500000",
            ),
            entry(MESSAGE="Failed with result 'oom-kill'.", UNIT_RESULT="oom-kill"),
            entry(MESSAGE="Started.", UNIT="other.service"),
            json.dumps(
                {"_PID": "99", "SYSLOG_IDENTIFIER": "liar", "UNIT": "forged.service", "UNIT_RESULT": "oom-kill"}
            ),
            "{not json",
            "",
            "[1]",
            "{" * 50_000,
        ]
    )
    (unit,) = read_exits(log, "journal")
    assert (unit.name, unit.result, unit.main_code, unit.main_status) == ("web.service", "oom-kill", "killed", 9)
    assert unit.finished_seconds == 1768212000.5 and [each.line for each in unit.evidence] == [1, 2]
