"""Secrets out of text: one rule set for screens, bundles and logs.

    redact(text)           the text with secrets masked, and how often each rule struck
    redact_text(text)      the same without the counts
    continues(line)        whether a secret may run on into the next line, for who cuts a stream
    haystack(text)         a text to find literals in, for who looks for more than secrets
    redact_command(argv)   a command line as one printable line, secrets masked
    printable(text)        no control character, escape code or bidi override reaches a terminal raw
    decoded(raw)           bytes of the system as text that loses nothing
    RULES                  what counts as a secret, and why

Only the secret goes: flags, user names, hosts and numbers stay readable. Aliases for users, hosts and
addresses are not made here but by the bundle, which knows who reads it.
"""

from mnemo_cli.redact.escape import decoded, printable
from mnemo_cli.redact.masking import (
    MASK,
    Haystack,
    Redacted,
    continues,
    haystack,
    redact,
    redact_command,
    redact_text,
)
from mnemo_cli.redact.rules import RULES, Rule

__all__ = [
    "MASK", "RULES", "Haystack", "Redacted", "Rule", "continues", "decoded", "haystack", "printable", "redact",
    "redact_command", "redact_text",
]  # fmt: skip
