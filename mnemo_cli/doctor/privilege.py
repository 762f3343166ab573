"""Whether this process may go beyond hard limits and floors: CAP_SYS_RESOURCE, which uid 0 alone does not mean."""

from pathlib import Path

from mnemo_cli.sampling.files import read_text
from mnemo_cli.sampling.status import CAP_SYS_RESOURCE, parse_status

# The inode that the kernel gives the first user namespace (include/linux/proc_ns.h, PROC_USER_INIT_INO).
_FIRST_NAMESPACE = "user:[4026531837]"


def lacks_sys_resource(root: Path) -> str | None:
    """Why this process has no CAP_SYS_RESOURCE that counts; None when it has. Raises SourceError."""
    held = parse_status(read_text(root / "proc/self/status").encode()).has_capability(CAP_SYS_RESOURCE)
    if held is None:
        return "its capabilities cannot be read in /proc/self/status"
    return _outside_first_namespace(root) if held else "this process lacks CAP_SYS_RESOURCE (uid 0 is not enough)"


def _outside_first_namespace(root: Path) -> str | None:
    try:
        namespace = (root / "proc/self/ns/user").readlink().name
    except OSError:
        return None  # a kernel without user namespaces
    if namespace == _FIRST_NAMESPACE:
        return None
    return "its CAP_SYS_RESOURCE is that of a user namespace, and only that of the first one counts"
