"""The names of users, each looked up once: a directory of users may be far away."""

import pwd
from functools import lru_cache


@lru_cache(maxsize=256)
def user_name(uid: int | None) -> str:
    """The name of a user, the number where it has none, "?" where it is unknown."""
    if uid is None:
        return "?"
    try:
        return pwd.getpwuid(uid).pw_name
    except (KeyError, OverflowError):
        return str(uid)
