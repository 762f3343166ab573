"""The alerts that the person has seen: marked until they are over, and news again when they fire again."""

from mnemo_cli.model import Moment


class Acknowledged:
    """Fed with every reported moment, paused or not."""

    def __init__(self) -> None:
        self.names: frozenset[str] = frozenset()

    def note(self, moment: Moment) -> None:
        """Forget what is over."""
        self.names &= _firing(moment)

    def add(self, shown: Moment | None, latest: Moment | None) -> str:
        """What fires and can be seen; the answer is a sentence for the footer."""
        now = _firing(latest)
        seen = now & _firing(shown)
        new = seen - self.names
        self.names |= seen
        if not seen:
            return "no alert of this moment fires now" if now else "no alert fires"
        return f"acknowledged: {', '.join(sorted(new))}" if new else "all that fire are acknowledged already"


def _firing(moment: Moment | None) -> frozenset[str]:
    alerts = () if moment is None else moment.verdict.alerts
    return frozenset(alert.name for alert in alerts if alert.state == "firing")
