"""Secrets that show themselves by their own shape: keys with a known prefix, and long random words."""

import re
from collections import Counter
from math import log2

# Every issued token holds a run of at least this many word characters; so does every random word.
LONG_WORD_MINIMUM = 20
LONG_WORD_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/_-"

ISSUED_TOKEN = (
    # the look ahead leaves out short words, which most are
    r"(?a)(?<![A-Za-z0-9])(?=[\w.:/-]{20})(?:("
    r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])"
    r"|AIza[\w-]{35}|ya29\.[\w-]{20,}+|GOCSPX-[\w-]{20,}+"
    r"|gh[pousr]_\w{20,}+|github_pat_\w{20,}+|glpat-[\w-]{20,}+"
    r"|xox[abeoprs]-[\w-]{15,}+|xapp-[\w-]{15,}+"
    r"|[rsp]k_(?:live|test)_\w{12,}+|whsec_\w{20,}+"
    r"|sk-(?=[\w-]{0,64}?\d)[\w-]{20,}+|hf_\w{30,}+|npm_\w{30,}+|pypi-[\w-]{30,}+"
    r"|SG\.[\w-]{16,}+\.[\w-]{16,}+|hv[sbr]\.[\w-]{20,}+|do[opr]_v1_\w{40,}+|dckr_pat_[\w-]{20,}+"
    r"|shp(?:at|ss|ca|pa)_\w{32,}+|AGE-SECRET-KEY-1\w{50,}+|\d{8,10}:AA[\w-]{33}"
    r")|hooks\.slack\.com/services/([\w/]{20,}+))"
)
LONG_WORD = r"(?a)(?<![\w+/-])([\w+/-]{32,}+={0,2})"

# Issued tokens that may hold no capital letter.
_SMALL_TOKEN = re.compile(
    r"xox|xapp-|sk[-_]|rk_|pk_|whsec_|gh[pousr]_|github_pat_|glpat-|npm_|hf_|pypi-|_v1_|_pat_|shp"
)
_CLASS_CHANGE = re.compile(r"[a-z](?=[A-Z0-9])|[A-Z](?=[a-z0-9])|[0-9](?=[A-Za-z])")
_CLASS_CHANGE_RATIO_MINIMUM = 0.25
_LOWER_RUN = re.compile(r"[a-z]{4,}")
_LOWER_RUN_RATIO_MAXIMUM = 0.4
_ENTROPY_RATIO_MINIMUM = 0.8


def may_be_token(word: str) -> bool:
    """A quick look at a long word: most are ids and paths without a capital, which no rule strikes."""
    return word != word.lower() or _SMALL_TOKEN.search(word) is not None


def looks_random(word: str) -> bool:
    """Whether a long word mixes cases and digits, changes class often, and is neither words nor repetition.

    Ids that diagnosis needs are of one case (hexadecimal, UUIDs, pod and unit names) and stay.
    In random base64 64 % of the places change the class and 8 % of the characters lie in lower-case
    runs of four or more; in CamelCase names and paths that is 10 to 35 % and above 50 %. The Shannon
    entropy is compared with what a word of this length could reach.
    """
    if word.islower() or word.isupper() or word.startswith("_Z"):  # _Z: mangled C++ and Rust names
        return False
    word = word.rstrip("=")
    total = len(word)
    if not any(digit in word for digit in "0123456789"):
        return False
    if len(_CLASS_CHANGE.findall(word)) < _CLASS_CHANGE_RATIO_MINIMUM * total:
        return False
    if sum(map(len, _LOWER_RUN.findall(word))) > _LOWER_RUN_RATIO_MAXIMUM * total:
        return False
    entropy_bits = -sum(count / total * log2(count / total) for count in Counter(word).values())
    return entropy_bits >= _ENTROPY_RATIO_MINIMUM * log2(min(total, 64))
