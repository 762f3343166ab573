"""Every check by its id: those of an audit, and what only `mnemo limits check` finds (memory, components, alerts)."""

from collections.abc import Mapping

from mnemo_cli.doctor import alerts, components, memory_level
from mnemo_cli.doctor.checks import CHECKS

OF_THE_GATE: Mapping[str, str] = {memory_level.ID: memory_level.SLUG, **components.SLUGS, **alerts.SLUGS}
OF_AN_AUDIT: Mapping[str, str] = {check.id: check.slug for check in CHECKS}
ALL_SLUGS: Mapping[str, str] = {**OF_THE_GATE, **OF_AN_AUDIT}
