"""What counts as a secret: the rules, in the order in which they are tried, each with its reason.

Patterns are built to stay linear on hostile text: repeats are possessive or bounded, and a match
starts at most once per word. They are compiled at first use, since most runs need none.
Each pattern's capturing groups are the alternatives for the secret; only that group is masked.
A NUL separates the words of a command line (as in /proc/PID/cmdline); a value after one runs to the next.
"""

from typing import Literal, NamedTuple

from mnemo_cli.redact import grammar
from mnemo_cli.redact.tokens import ISSUED_TOKEN, LONG_WORD


class Rule(NamedTuple):
    """One kind of secret.

    The pattern is tried only where one of the lower-case `literals` occurs; without literals, where
    there is a long word. `random_only` keeps a match whose secret does not look random.
    `extent` says whether the secret may run over many lines.
    """

    name: str
    why: str
    literals: tuple[str, ...]
    pattern: str
    extent: Literal["line", "text"] = "line"
    random_only: bool = False


NAME_LITERALS = ("pass", "secret", "token", "key", "cred", "pwd")

RULES: tuple[Rule, ...] = (
    Rule(
        name="private-key",
        why="a PEM private key is the whole secret, and one cut short is still most of it",
        literals=("private key",),
        pattern=grammar.PRIVATE_KEY,
        extent="text",
    ),
    Rule(
        name="url-credentials",
        why="scheme://user:password@host is how most connection strings carry the password",
        literals=("://",),
        pattern=grammar.URL_CREDENTIALS,
    ),
    Rule(
        name="dsn",
        why="other connection strings: ;Password=a b;, Oracle's thin:user/password@, Go's user:password@tcp(",
        literals=("pass", "pwd", "thin:", "@tcp(", "@unix("),
        pattern=grammar.DSN,
    ),
    Rule(
        name="header",
        why="Authorization and Cookie headers are logged by clients and sit in curl command lines",
        literals=("authorization", "cookie"),
        pattern=grammar.HEADER,
    ),
    Rule(
        name="option",
        why="--password x, --api-key=x: the command line is readable by every user of the machine",
        literals=NAME_LITERALS,
        pattern=grammar.OPTION,
    ),
    Rule(
        name="named-value",
        why="Kubernetes and docker describe an environment as name and value, often on two lines",
        literals=NAME_LITERALS,
        pattern=grammar.NAMED_VALUE,
    ),
    Rule(
        name="variable",
        why="DB_PASSWORD=x; the value runs to the next blank, whatever signs it holds",
        literals=NAME_LITERALS,
        pattern=grammar.VARIABLE,
    ),
    Rule(
        name="program-flag",
        why="mysql -psecret, sshpass -p secret: short flags that mean a password in these programs only",
        literals=grammar.PROGRAM_LITERALS,
        pattern=grammar.PROGRAM_FLAG,
    ),
    Rule(
        name="assignment",
        why="password: x, token=x and their JSON, YAML, query-string and DSN forms in configuration and logs",
        literals=(*NAME_LITERALS, "sig=", "signature=", '"auth', "_auth"),
        pattern=grammar.ASSIGNMENT,
    ),
    Rule(
        name="phrase",
        why="SQL, netrc, redis.conf and XML put the password after a word, without a sign of equality",
        literals=("identified", *NAME_LITERALS),
        pattern=grammar.PHRASE,
    ),
    Rule(
        name="bearer",
        why="a bearer token outside its header still opens the door",
        literals=("bearer",),
        pattern=grammar.BEARER,
    ),
    Rule(
        name="jwt",
        why="a signed token is valid until it expires, wherever it is found",
        literals=("eyj",),
        pattern=grammar.JWT,
    ),
    Rule(
        name="issued-token",
        why="cloud and service keys have prefixes made to be found: AKIA, AIza, ghp_, xoxb-, sk_live_",
        literals=(),
        pattern=ISSUED_TOKEN,
    ),
    Rule(
        name="random-word",
        why="the last net: a long word that mixes cases and digits as no name, path or hexadecimal id does",
        literals=(),
        pattern=LONG_WORD,
        random_only=True,
    ),
)
