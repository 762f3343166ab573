"""What each action does: those that an alert rule may name, and those of the ladder."""

import sys
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from mnemo_cli.degrade.steps import Step
from mnemo_cli.forensics.page import Page
from mnemo_cli.forensics.steps import actions_of, responses
from mnemo_cli.limits.rules.rule import ACTIONS, ActionName

ALERT_ACTIONS: Mapping[ActionName, str] = MappingProxyType(
    {
        "log": "Writes a line to stderr, syslog or the journal (alerts.log_to). The memory log of `mnemo monitor` has "
        "every alert anyway.",
        "page_operator": "Pages by PagerDuty where alerts.pagerduty_key_file gives a key, else by the webhook. With "
        "neither it is only logged, and `mnemo limits check` finds that (AL002).",
        "webhook": "Posts the alerts to alerts.webhook_url as Alertmanager posts them (version 4), and tries again "
        "after a failure.",
        "exec": "Runs the program of alerts.exec, without a shell. It reads the alerts as JSON from its standard "
        "input.",
        "throttle_requests": "Asks the programs of the target to slow down while the alert fires. Those with a guard "
        "obey, and runs of `mnemo orchestrate`.",
        "restart_recommended": "Asks the programs of the target to finish, save and leave with exit code 75. Those "
        "with a guard obey, and runs of `mnemo orchestrate`.",
    }
)


def actions_page() -> Page:
    """All of them, those of alerts first."""
    return Page(
        topic="actions",
        title="actions",
        paragraphs=(
            f"An alert rule names what is done when it fires: {', '.join(ACTIONS)}. mnemo-alerts(5) says how.",
            f"The ladder has actions of its own: {', '.join(response.name for response in responses())}. "
            "`mnemo explain steps` says at which step each is taken.",
        ),
        rows=tuple(actions()),
    )


def action_page(word: str) -> Page | None:
    """One action by its name."""
    if word in ACTIONS:
        told = ALERT_ACTIONS[next(name for name in ACTIONS if name == word)]
        return Page(topic=word, title=f"action {word} of an alert rule", paragraphs=(told,))
    steps = [step.word for step in Step if word in actions_of(step)]
    paragraphs = dict(_of_ladder()).get(word)
    if paragraphs is None:
        return None
    return Page(
        topic=word,
        title=f"action {word} of the ladder",
        paragraphs=(*paragraphs, f"Taken at the steps: {', '.join(steps)}. `mnemo explain steps` has them all."),
    )


def actions() -> Iterator[tuple[str, str]]:
    """Each with one line."""
    yield from ALERT_ACTIONS.items()
    for name, paragraphs in _of_ladder():
        yield name, paragraphs[0]


def _of_ladder() -> Iterator[tuple[str, tuple[str, ...]]]:
    """What the modules of the responses say of themselves."""
    for response in responses():
        text = sys.modules[response.act.__module__].__doc__ or response.name
        yield response.name, tuple(" ".join(part.split()) for part in text.split("\n\n"))
