"""Which responses belong to which step, in the order in which they are called; facts/orchestrate §5 as data."""

from collections.abc import Mapping
from types import MappingProxyType

from mnemo_cli.degrade.responses.action import Response
from mnemo_cli.degrade.responses.close import CLOSE
from mnemo_cli.degrade.responses.defer import DEFER, TAKE_UP
from mnemo_cli.degrade.responses.drain import ACCEPT, DRAIN, DRAINED, HOLD
from mnemo_cli.degrade.responses.evict import EVICT, EVICT_TO_FLOOR, GROW_AGAIN
from mnemo_cli.degrade.responses.freeze import FREEZE, THAW
from mnemo_cli.degrade.responses.notify import NOTIFY
from mnemo_cli.degrade.responses.save import SAVE
from mnemo_cli.degrade.responses.terminate import KILL, LEAVE
from mnemo_cli.degrade.responses.throttle import THROTTLE, UNTHROTTLE
from mnemo_cli.degrade.steps import OnCritical, Step

_Table = Mapping[Step, tuple[Response, ...]]

_BELOW_CRITICAL = {
    Step.MODERATE: (NOTIFY,),
    Step.HIGH: (NOTIFY, EVICT, THROTTLE, DEFER, FREEZE),
}
ENTERING: Mapping[OnCritical, _Table] = MappingProxyType(
    {
        "drain": {**_BELOW_CRITICAL, Step.CRITICAL: (NOTIFY, DRAIN, EVICT_TO_FLOOR), Step.EMERGENCY: (NOTIFY, KILL)},
        "resume": {**_BELOW_CRITICAL, Step.CRITICAL: (NOTIFY, HOLD, EVICT_TO_FLOOR), Step.EMERGENCY: (NOTIFY, KILL)},
    }
)
# What is taken back; a drain is not.
LEAVING: _Table = MappingProxyType(
    {
        Step.EMERGENCY: (NOTIFY,),
        Step.CRITICAL: (NOTIFY, ACCEPT),
        Step.HIGH: (NOTIFY, THAW, TAKE_UP, UNTHROTTLE, GROW_AGAIN),
        Step.MODERATE: (NOTIFY,),
    }
)
# By request of another program: at any step.
RESTARTING = (NOTIFY, DRAIN, EVICT_TO_FLOOR)
# Once nothing is in flight any more, or the drain time-out ran out.
AFTER_DRAIN = (DRAINED, SAVE, CLOSE, LEAVE)
