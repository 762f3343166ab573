"""The places that set limits, in the order in which they are shown."""

from mnemo_cli.doctor.fixes.scene import World
from mnemo_cli.doctor.fixes.worlds.all_services import WORLD as ALL_SERVICES
from mnemo_cli.doctor.fixes.worlds.compose import WORLD as COMPOSE
from mnemo_cli.doctor.fixes.worlds.docker import WORLD as DOCKER
from mnemo_cli.doctor.fixes.worlds.kubernetes import WORLD as KUBERNETES
from mnemo_cli.doctor.fixes.worlds.launchd import WORLD as LAUNCHD
from mnemo_cli.doctor.fixes.worlds.pam import WORLD as PAM
from mnemo_cli.doctor.fixes.worlds.service import WORLD as SERVICE
from mnemo_cli.doctor.fixes.worlds.session import WORLD as SESSION
from mnemo_cli.doctor.fixes.worlds.sysctl import WORLD as SYSCTL

WORLDS: tuple[World, ...] = (SESSION, PAM, SERVICE, ALL_SERVICES, SYSCTL, DOCKER, COMPOSE, KUBERNETES, LAUNCHD)
