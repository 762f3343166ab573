"""Members of the bundle made safe for strangers: secrets masked, names and addresses replaced by aliases.

    Redactor(key, known)     .member(member) → pieces; .counts; .scan(text)
    Known, known_names       what this machine is and who uses it, read when asked

pieces      chunks of any size to whole lines, in pieces of bounded size
known       this machine's users, hosts, homes and addresses
aliases     stable names by HMAC, one table for the whole bundle
names       known names, wherever they stand
contexts    users, hosts and mail addresses that only their surroundings show
addresses   IPv4, IPv6 and MAC addresses, told from versions, times and hexadecimal numbers
rebuild     a text with some of its places replaced
seams       where a process's name ends in the kernel's reports
words       words that are nobody's name
redactor    the order of all this, and the scan of what came out

Environment variables and command lines never get here by default: what is not collected need not be found.
"""

from mnemo_cli.diagnostics.redaction.known import Known, known_names
from mnemo_cli.diagnostics.redaction.redactor import Redactor

__all__ = ["Known", "Redactor", "known_names"]
