"""Workers on which nothing can be begun, and why: each is told of once, for as long as it is there."""

from collections.abc import Callable, Collection, Set

from mnemo_cli.orchestrate.engines.dask.messages import VERSION, Greeting
from mnemo_cli.orchestrate.engines.dask.options import INSTALL
from mnemo_cli.redact import printable

# A worker is known to the scheduler before its agent has been set up.
_SETUP_SECONDS = 10.0


class Misfits:
    """By their answers to our greetings. `tell` gets an address, and why nothing is begun there."""

    def __init__(self, tell: Callable[[str, str], None]) -> None:
        self._tell = tell
        self._why: dict[str, str] = {}
        self._nobody_since: dict[str, float] = {}

    @property
    def addresses(self) -> Set[str]:
        return self._why.keys()

    @property
    def reasons(self) -> str:
        return "; ".join(f"{printable(address)}: {why}" for address, why in sorted(self._why.items())[:3])

    def note(self, address: str, answer: object, now_seconds: float) -> None:
        """Whatever came back; of one that did not answer nothing new is known."""
        if isinstance(answer, OSError):  # TimeoutError is one
            return
        if answer is None:
            since_seconds = self._nobody_since.setdefault(address, now_seconds)
            if now_seconds - since_seconds < _SETUP_SECONDS:
                return
        else:
            self._nobody_since.pop(address, None)
        why = why_unfit(answer)
        if why is None:
            self._why.pop(address, None)
        elif address not in self._why:
            self._why[address] = why
            self._tell(address, why)

    def keep(self, there: Collection[str]) -> None:
        """Others have gone."""
        self._why = {address: why for address, why in self._why.items() if address in there}
        self._nobody_since = {address: since for address, since in self._nobody_since.items() if address in there}


def why_unfit(answer: object) -> str | None:
    """None where it may be worked with."""
    match answer:
        case Exception():
            what = printable(str(answer).partition("\n")[0] or type(answer).__name__)
            return f"mnemo there cannot be talked to ({what}): install the version of here, {INSTALL}"
        case Greeting(version=version) if version != VERSION:
            return f"mnemo there is another version than here: install that, {INSTALL}"
        case Greeting():
            return None
    return "no agent of this run answers there: it was not set up, has ended, or obeys another supervisor"
