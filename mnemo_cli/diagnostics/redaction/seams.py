"""Places in the kernel's OOM reports where a process's name ends: no secret in a name may reach beyond them.

A process may call itself "TOKEN=": in `task=TOKEN=,pid=4666,uid=0` the value would be the pid. So the
line is opened there before secrets are masked, and closed again afterwards.
"""

# Plain words, since each is searched for in every line of a log.
_SEAMS = (" invoked oom-killer: ", ",pid=", ") total-vm:", ") score ", "), UID ")
_SIGNS = (b"oom-kill", b"killed process", b"kill process")
# A line's end, and a sign that no log contains behind it.
_MARK = "\n\x1f"


def opened(text: str, lines: bytes) -> str:
    """The text with a line's end before each such place; `lines` are those of its haystack."""
    if any(sign in lines for sign in _SIGNS):
        for seam in _SEAMS:
            text = text.replace(seam, _MARK + seam)
    return text


def closed(text: str) -> str:
    """The text as it was before `opened`."""
    if _MARK in text:
        for seam in _SEAMS:
            text = text.replace(_MARK + seam, seam)
    return text
