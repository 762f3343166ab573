"""Alerts in, notices out: over real HTTP, programs and sockets, and nothing there holds up the watch."""

import json
import os
import socket
import statistics
import threading
import time
import tracemalloc

import pytest

from mnemo_cli.degrade.actions.destinations import Destinations
from mnemo_cli.degrade.actions.lane import Timing
from mnemo_cli.degrade.actions.notifier import Notifier
from tests.degrade.actions import receivers
from tests.degrade.actions.receivers import Reply, receiver, rude
from tests.degrade.actions.stage import BEGIN, CALM, DEADLINE_SECONDS, LABELS, SUMMARY, alert, closing, until

# Every destination is told at once, and tried again at once.
QUICK = Destinations(group_wait_seconds=0.0, first_pause_seconds=0.01, most_per_minute=1000)


def notifier(destinations, **rest):
    return closing(Notifier(destinations, labels=LABELS, timing=CALM, **rest))


def status(of, name):
    return next(one for one in of.status if one.action == name)


def test_an_alert_fires_and_is_resolved_at_a_webhook():
    with receiver() as hook, notifier(QUICK._replace(webhook_url=hook.url, webhook_bearer_token="t0ken")) as told:
        told.note(BEGIN, [alert(actions=["webhook"])])
        assert hook.until(1)[0].document["alerts"][0]["labels"] == {
            **LABELS, "alertname": "MemoryCritical", "severity": "error",
        }  # fmt: skip
        assert hook.got[0].headers["Authorization"] == "Bearer t0ken"
        for second in range(1, 5):
            told.note(BEGIN + second, [alert(actions=["webhook"], value=90.0 + second)])
        told.note(BEGIN + 9, [alert(state="resolved", since=BEGIN + 9, actions=["webhook"])])
        ended = hook.until(2)[1].document
        assert (ended["status"], ended["alerts"][0]["endsAt"]) == ("resolved", "2027-01-15T08:00:09.000Z")
        until(lambda: status(told, "webhook").sent_total == 2, "the count")
    assert len(hook.got) == 2


def test_alerts_that_are_not_in_a_moment_and_unknown_ones_stand_as_before():
    with receiver() as hook, notifier(QUICK._replace(webhook_url=hook.url)) as told:
        told.note(BEGIN, [alert(actions=["webhook"])])
        hook.until(1)
        told.note(BEGIN + 1, [])
        told.note(BEGIN + 2, [alert(state="unknown", actions=["webhook"])])
        assert told.close() and len(hook.got) == 1


def test_a_server_that_fails_twice_gets_it_in_the_end():
    replies = (Reply(500), Reply(429, "", {"Retry-After": "0"}), Reply(200))
    with receiver(*replies) as hook, notifier(QUICK._replace(webhook_url=hook.url)) as told:
        told.note(BEGIN, [alert(actions=["webhook"])])
        hook.until(3)
        until(lambda: status(told, "webhook").sent_total == 1, "the success")
        assert status(told, "webhook").failed_total == 2
        assert len({got.body for got in hook.got}) == 1


def test_a_refusal_is_not_repeated():
    with receiver(Reply(404, "no such hook")) as hook, notifier(QUICK._replace(webhook_url=hook.url)) as told:
        told.note(BEGIN, [alert(actions=["webhook"])])
        until(lambda: status(told, "webhook").failed_total, "the refusal")
        told.note(BEGIN + 1, [alert(state="resolved", actions=["webhook"])])
        assert told.close()
    assert len(hook.got) == 1 and status(told, "webhook").last_error == "it answered 404: no such hook"


def test_a_page_goes_to_the_pager_one_event_for_each_alert():
    with receiver(Reply(202)) as pager:
        places = QUICK._replace(pagerduty_key="k3y", pagerduty_url=pager.url, webhook_url="http://127.0.0.1:9/")
        with notifier(places) as told:
            told.note(BEGIN, [alert(name, actions=["page_operator"]) for name in ("A", "B")])
            pager.until(2)
            told.note(BEGIN + 5, [alert("A", "resolved", actions=["page_operator"])])
            events = [got.document for got in pager.until(3)]
    assert [one["event_action"] for one in events] == ["trigger", "trigger", "resolve"]
    assert events[2]["dedup_key"] == events[0]["dedup_key"] != events[1]["dedup_key"]


def test_of_several_pages_only_the_one_that_failed_is_sent_again():
    with (
        receiver(Reply(202), Reply(500), Reply(202)) as pager,
        notifier(QUICK._replace(pagerduty_key="k3y", pagerduty_url=pager.url)) as told,
    ):
        told.note(BEGIN, [alert(name, actions=["page_operator"]) for name in ("A", "B")])
        until(lambda: not status(told, "pagerduty").waiting, "both pages")
    assert [got.document["payload"]["class"] for got in pager.got] == ["A", "B", "B"]


def test_a_page_without_a_pager_goes_to_the_webhook_and_without_that_to_the_log(caplog):
    with receiver() as hook, notifier(QUICK._replace(webhook_url=hook.url)) as told:
        told.note(BEGIN, [alert(actions=["page_operator", "webhook"])])
        hook.until(1)
    assert len(hook.got) == 1 and not caplog.records
    with notifier(QUICK) as told:
        told.note(BEGIN, [alert(actions=["page_operator", "webhook", "exec", "log"])])
    line = f"alert: MemoryCritical is firing: its value is 81.25 ({SUMMARY})"
    assert [one.getMessage() for one in caplog.records] == [line]


def test_a_program_is_run_with_the_document(tmp_path):
    places = QUICK._replace(exec_argv=("/bin/sh", "-c", f"cat > {tmp_path}/part; mv {tmp_path}/part {tmp_path}/got"))
    with notifier(places) as told:
        told.note(BEGIN, [alert(actions=["exec"])])
        until((tmp_path / "got").exists, "the program")
    assert json.loads((tmp_path / "got").read_text())["alerts"][0]["status"] == "firing"


def test_every_log_destination_gets_its_line(tmp_path, caplog):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as daemon:
        daemon.bind(str(tmp_path / "journal"))
        daemon.settimeout(60)
        places = QUICK._replace(
            log_to=("stderr", "syslog", "journald"),
            syslog_path=tmp_path / "none",
            journald_path=tmp_path / "journal",
        )
        with notifier(places) as told:
            told.note(BEGIN, [alert()])
            assert b"MNEMO_ALERT=MemoryCritical\n" in daemon.recv(65536)
            until(lambda: sum(one.sent_total for one in told.status) == 2, "the other line")
            until(lambda: sum(one.failed_total for one in told.status) == 1, "the failure of syslog")
    assert {one.destination for one in told.status if one.action == "log" and one.failed_total} == {
        f"syslog {tmp_path}/none"
    }


def test_one_that_hangs_holds_up_neither_the_watch_nor_the_others(tmp_path, caplog):
    with rude(receivers.hang) as dead, receiver(Reply(202)) as pager:
        places = QUICK._replace(
            webhook_url=dead, pagerduty_key="k", pagerduty_url=pager.url, exec_argv=("/bin/sleep", "600")
        )
        with notifier(places) as told:
            everything = ["webhook", "exec", "page_operator", "log"]
            for number in range(20):
                told.note(BEGIN + number, [alert(f"A{number}", actions=everything)])
            pager.until(20)
            until(lambda: status(told, "log").waiting == 0, "the log")
            assert told.close(0.2) is False


def test_a_thousand_alerts_and_a_dead_webhook_neither_grow_memory_nor_slow_a_note(caplog):
    """A thousand times the same one, and then a thousand different ones; the webhook never answers, and closing
    does not wait for it.
    """
    reached = threading.Event()

    def hang(connected, over):
        reached.set()
        receivers.hang(connected, over)

    with rude(hang) as dead, notifier(QUICK._replace(webhook_url=dead, timeout_seconds=600.0)) as told:
        told.note(BEGIN, [alert("First", actions=["webhook"])])
        assert reached.wait(DEADLINE_SECONDS)
        tracemalloc.start()
        flapping = [took(told, number, "A", state) for number in range(1000) for state in ("firing", "resolved")]
        after_flapping, _ = tracemalloc.get_traced_memory()
        different = [took(told, number, f"A{number}") for number in range(1000)]
        full, _ = tracemalloc.get_traced_memory()
        more = [took(told, number, f"B{number}") for number in range(1000)]
        fuller, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert after_flapping < 100_000
        assert fuller - full < 100_000 < full
        assert status(told, "webhook").waiting == 1000
        assert status(told, "webhook").dropped_total == 1001
        # Within one run: the last are not slower than the first by more than the noise of a busy machine.
        assert statistics.median(more) < 20 * statistics.median(flapping)
        assert statistics.median(different) < 20 * statistics.median(flapping)
        assert told.close(0.1) is False


def took(told, number, name, state="firing"):
    began = time.perf_counter()
    told.note(BEGIN + number, [alert(name, state, since=BEGIN + number, actions=["webhook"])])
    return time.perf_counter() - began


def test_a_note_never_raises_whatever_it_is_given(caplog):
    with notifier(QUICK) as told:
        told.note(BEGIN, [None])  # type: ignore[list-item]
        told.note(float("nan"), [alert("A", since=float("nan"), actions=["strange", "log"])])
        until(lambda: "A is firing" in caplog.text, "the alert after it")
    assert "telling of alerts failed" in caplog.text


def test_closing_sends_what_waits_for_its_group_and_then_nothing_is_taken(caplog):
    with receiver() as hook:
        with notifier(Destinations(group_wait_seconds=1e6, webhook_url=hook.url)) as told:
            told.note(BEGIN, [alert("A", actions=["webhook"]), alert("B", actions=["webhook"])])
            assert not hook.got
            assert told.close() is True
            told.note(BEGIN + 1, [alert("C", actions=["webhook"])])
            assert told.close() is True
        assert len(hook.got) == 1 and len(hook.got[0].document["alerts"]) == 2


def test_closing_ends_a_program_that_still_runs(tmp_path):
    places = QUICK._replace(exec_argv=("/bin/sh", "-c", f"echo $$ > {tmp_path}/pid; exec sleep 600"))
    with notifier(places) as told:
        told.note(BEGIN, [alert(actions=["exec"])])
        until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text(), "the program")
        assert told.close(0.1) is False
        pid = int((tmp_path / "pid").read_text())
        until(lambda: not _runs(pid), "its end")


def _runs(pid):
    try:
        with open(f"/proc/{pid}/cmdline") as words:
            return "sleep" in words.read()
    except OSError:
        return False


def test_what_still_fires_is_told_again_after_the_interval():
    class Clock:
        seconds = 1000.0

    clock = Clock()
    with receiver() as hook:
        timing = Timing(clock=lambda: clock.seconds, jitter=lambda: 1.0)
        places = QUICK._replace(webhook_url=hook.url, repeat_seconds=3600.0)
        with closing(Notifier(places, labels=LABELS, timing=timing)) as told:
            told.note(BEGIN, [alert(actions=["webhook"])])
            hook.until(1)
            until(lambda: status(told, "webhook").sent_total == 1, "the count")
            clock.seconds += 3600.0
            told.note(BEGIN + 3600, [alert("B", actions=["webhook"])])
            again = hook.until(2)[1].document
    assert [one["labels"]["alertname"] for one in again["alerts"]] == ["B", "MemoryCritical"]


def test_without_labels_a_notice_names_this_machine():
    with receiver() as hook, closing(Notifier(QUICK._replace(webhook_url=hook.url), external_url="http://x")) as told:
        told.note(BEGIN, [alert(actions=["webhook"])])
        document = hook.until(1)[0].document
    assert document["groupLabels"] == {"instance": os.uname().nodename, "job": "mnemo"}
    assert document["externalURL"] == "http://x"


@pytest.mark.parametrize("name", ["webhook", "pagerduty", "exec"])
def test_a_status_shows_no_secret(name):
    places = QUICK._replace(
        webhook_url="https://u:Zq8canary@host/x?Zq8canary",
        pagerduty_key="Zq8canary",
        exec_argv=("/x", "--token=Zq8canary"),
    )
    with notifier(places) as told:
        assert "canary" not in repr(told.status) and status(told, name).destination
