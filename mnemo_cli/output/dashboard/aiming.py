"""The process that the signal dialog is about, held fast from the moment in which it opens."""

from pathlib import Path

from mnemo_cli.errors import TargetError, UsageError
from mnemo_cli.output.dashboard.choice import Choice, Dialog, ProcessKey
from mnemo_cli.watch.aim import Aim


class Aiming:
    """Follows the dialog: nothing is held while there is none."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._held: tuple[ProcessKey, Aim] | None = None

    def follow(self, choice: Choice) -> Choice:
        """Hold what the dialog is about; one that cannot be held, or is gone, is said in the dialog."""
        dialog = choice.dialog
        if dialog is None or dialog.kind != "signal" or dialog.subject is None:
            self.close()
            return choice
        if choice.complaint is not None:
            return choice
        try:
            self._hold(dialog.subject)
        except (TargetError, UsageError) as err:
            return choice._replace(complaint=str(err))
        if self._held is not None and self._held[1].is_gone:
            return choice._replace(complaint=f"process {_words(dialog)} has ended; nothing was sent")
        return choice

    def send(self, name: str) -> str:
        """What became of it, in a sentence."""
        if self._held is None:
            return "nothing was sent: the process is not held any more"
        try:
            return self._held[1].send(name)
        except (TargetError, UsageError) as err:
            return str(err)

    def close(self) -> None:
        """Let go."""
        if self._held is not None:
            self._held[1].close()
            self._held = None

    def _hold(self, subject: ProcessKey) -> None:
        if self._held is not None and self._held[0] == subject:
            return
        self.close()
        self._held = subject, Aim(*subject, self._root)


def _words(dialog: Dialog) -> str:
    return f"{dialog.subject[0] if dialog.subject is not None else '?'} {dialog.name}".rstrip()
