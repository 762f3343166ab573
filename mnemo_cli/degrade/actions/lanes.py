"""Which destinations each action of a rule leads to. Where one has none of its own, alerts are logged instead."""

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from mnemo_cli.degrade.actions.destinations import Destinations, check_times
from mnemo_cli.degrade.actions.document import Source
from mnemo_cli.degrade.actions.grouping import Pace
from mnemo_cli.degrade.actions.lane import Lane, Timing
from mnemo_cli.degrade.actions.log import Log, Outlet, ProgramLog
from mnemo_cli.degrade.actions.requests import THROTTLE_AGAIN_SECONDS, Restart, Throttle

_LOG_LINES_PER_MINUTE = 120
_PAGES_PER_MINUTE = 60


class Surroundings(NamedTuple):
    """What the actions of a process stand on besides their destinations. `pids` are those that may be asked."""

    source: Source
    pids: Callable[[], Collection[int]]
    environment: Mapping[str, str]
    timing: Timing = Timing()


def lanes_of(destinations: Destinations, around: Surroundings) -> dict[str, tuple[Lane, ...]]:
    """By the name of the action; nothing is started yet. ConfigError for an address or a program that cannot be."""
    check_times(destinations)
    log = _log_lanes(destinations, around)
    webhook, program = _webhook_lanes(destinations, around), _exec_lanes(destinations, around)
    asks = Pace(repeat_seconds=THROTTLE_AGAIN_SECONDS)
    once = Pace(repeat_seconds=float("inf"), tells_end=False)
    return {
        "log": log,
        "page_operator": _pager_lanes(destinations, around) or webhook or log,
        "webhook": webhook or log,
        "exec": program or log,
        "throttle_requests": (Lane(Throttle(around.pids), asks, around.timing),),
        "restart_recommended": (Lane(Restart(around.pids), once, around.timing),),
    }


def _pace(destinations: Destinations) -> Pace:
    return Pace(
        group_wait_seconds=destinations.group_wait_seconds,
        repeat_seconds=destinations.repeat_seconds,
        most_per_minute=destinations.most_per_minute,
        first_pause_seconds=destinations.first_pause_seconds,
    )


def _log_lanes(destinations: Destinations, around: Surroundings) -> tuple[Lane, ...]:
    """A line costs nothing, and waits for no other. Never none at all: an alert has to show somewhere."""
    outlets: list[Outlet] = []
    if "syslog" in destinations.log_to:
        from mnemo_cli.degrade.actions.syslog import Syslog

        outlets.append(Syslog(destinations.syslog_path))
    if "journald" in destinations.log_to:
        from mnemo_cli.degrade.actions.journald import Journald

        outlets.append(Journald(destinations.journald_path))
    if "stderr" in destinations.log_to or not outlets:
        outlets.insert(0, ProgramLog())
    pace = _pace(destinations)._replace(group_wait_seconds=0.0, most_per_minute=_LOG_LINES_PER_MINUTE)
    return tuple(Lane(Log(outlet, around.timing.unix_clock), pace, around.timing) for outlet in outlets)


def _webhook_lanes(destinations: Destinations, around: Surroundings) -> tuple[Lane, ...]:
    if destinations.webhook_url is None:
        return ()
    from mnemo_cli.degrade.actions.post import Credentials, Patience, Post
    from mnemo_cli.degrade.actions.webhook import Webhook

    post = Post(
        destinations.webhook_url,
        "the webhook of [alerts]",
        credentials=Credentials(
            destinations.webhook_bearer_token, destinations.webhook_user, destinations.webhook_password
        ),
        patience=Patience(destinations.connect_timeout_seconds, destinations.timeout_seconds),
        ca_file=destinations.webhook_ca_file,
    )
    action = Webhook(post, around.source, unix_clock=around.timing.unix_clock)
    return (Lane(action, _pace(destinations), around.timing),)


def _pager_lanes(destinations: Destinations, around: Surroundings) -> tuple[Lane, ...]:
    """One event for each alert, which the service puts together itself."""
    if destinations.pagerduty_key is None:
        return ()
    from mnemo_cli.degrade.actions.pagerduty import PagerDuty
    from mnemo_cli.degrade.actions.post import Patience, Post

    post = Post(
        destinations.pagerduty_url,
        "PagerDuty's address in [alerts]",
        patience=Patience(destinations.connect_timeout_seconds, destinations.timeout_seconds),
    )
    action = PagerDuty(post, destinations.pagerduty_key, around.source, unix_clock=around.timing.unix_clock)
    pace = _pace(destinations)._replace(group_wait_seconds=0.0, most_per_minute=_PAGES_PER_MINUTE, one_by_one=True)
    return (Lane(action, pace, around.timing),)


def _exec_lanes(destinations: Destinations, around: Surroundings) -> tuple[Lane, ...]:
    if not destinations.exec_argv:
        return ()
    from mnemo_cli.degrade.actions.exec import Exec

    action = Exec(
        destinations.exec_argv, around.source, around.environment, timeout_seconds=destinations.exec_timeout_seconds
    )
    return (Lane(action, _pace(destinations), around.timing),)
