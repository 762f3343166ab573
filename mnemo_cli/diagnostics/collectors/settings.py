"""The settings in force with their origins, as `mnemo config show` tells them: they explain what mnemo did."""

from collections.abc import Iterator

from mnemo_cli.diagnostics.collector import Collector, Member, Missing, Scene
from mnemo_cli.diagnostics.members import text_member


def collect(scene: Scene) -> Iterator[Member | Missing]:
    if scene.settings_document:
        yield text_member("settings/settings.json", scene.settings_document, "settings", "document")
    else:
        yield Missing("settings", "skipped", "no settings were handed on")


COLLECTOR = Collector("settings", "mnemo's settings and where each comes from", collect, platforms=("linux", "darwin"))
