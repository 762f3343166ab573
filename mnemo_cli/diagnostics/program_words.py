"""A command line as the program and, for an interpreter, its script: the only words of it that a bundle tells unasked.

An allow-list: passwords stand in positions, options, titles and `-c` texts of every form, so a word is told
only where it is known to be a program's or a script's name. Paths are cut to their last name.
"""

import re
from collections.abc import Sequence

# Options without a value, after which the script may still come.
_FLAGS = {
    "python": re.compile(r"-[bBdEiIOPqRsSuvx]{1,8}"),
    "sh": re.compile(r"-[abefhilmnpruvxBCEHP]{1,8}|--login|--norc|--noprofile|--posix"),
    "perl": re.compile(r"-[lnpstTuUwWX]{1,8}"),
    "ruby": re.compile(r"-[lnpsSvwW]{1,8}"),
    "node": re.compile(r"--inspect|--expose-gc|--no-warnings|--enable-source-maps"),
    "php": re.compile(r"-[nqf]{1,3}"),
}
_INTERPRETERS = {
    "python": "python", "pypy": "python", "sh": "sh", "bash": "sh", "dash": "sh", "zsh": "sh", "ksh": "sh",
    "perl": "perl",     "ruby": "ruby", "node": "node", "nodejs": "node", "php": "php", "java": "java",
}  # fmt: skip
_PROGRAM = re.compile(r"[\w.+-]{1,64}", re.ASCII)
_SCRIPT = re.compile(r"[\w.+@-]{1,64}", re.ASCII)
_MODULE = re.compile(r"[A-Za-z_]\w{0,40}(?:\.\w{1,40}){0,8}", re.ASCII)
_JAVA_PATHS = ("-cp", "-classpath", "--class-path", "-p", "--module-path")


def program_words(argv: Sequence[str]) -> str:
    """ "python3 main.py" of /usr/bin/python3 -u /srv/main.py --password=x; "" where it is no plain word."""
    # A title that the process gave itself is one word here: "postgres: user database 10.0.0.7 idle".
    program = _last_name(argv[0].split(" ", 1)[0].removesuffix(":").removeprefix("-")) if argv else ""
    if not _PROGRAM.fullmatch(program):
        return ""
    kind = _INTERPRETERS.get(program) or _INTERPRETERS.get(program.rstrip("0123456789.-"))
    script = "" if kind is None else _of_java(argv[1:]) if kind == "java" else _script(argv[1:], kind)
    return f"{program} {script}" if script else program


def _script(words: Sequence[str], kind: str) -> str:
    for place, word in enumerate(words):
        if kind == "python" and word == "-m":
            module = words[place + 1] if len(words) > place + 1 else ""
            return f"-m {module}" if _MODULE.fullmatch(module) else ""
        if word.startswith("-") and _FLAGS[kind].fullmatch(word):
            continue
        return "" if word.startswith("-") else _script_name(word)
    return ""


def _of_java(words: Sequence[str]) -> str:
    """The jar or the main class, after options of which those that take a value are known."""
    waiting = iter(words)
    for word in waiting:
        if word == "-jar":
            name = _script_name(next(waiting, ""))
            return f"-jar {name}" if name else ""
        if word in _JAVA_PATHS:
            next(waiting, None)
        elif not word.startswith(
            ("-X", "-D", "-XX:", "-ea", "-da", "-server", "-verbose", "-javaagent:", "-agentlib:")
        ):
            return word if _MODULE.fullmatch(word) else ""
    return ""


def _script_name(word: str) -> str:
    name = _last_name(word)
    return name if _SCRIPT.fullmatch(name) else ""


def _last_name(word: str) -> str:
    return word.rpartition("/")[2]
