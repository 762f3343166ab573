"""Fifty secrets, each in a form in which secrets are found in the world, and the search for them in a bundle."""

import base64
import io
import tarfile
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, quote_plus

# What every planted secret that has no shape of its own looks like; the number keeps them apart.
_PLAIN = "Zx{number:02}-canary/Kq+{number:02}"
_PEM = "-----BEGIN RSA PRIVATE KEY-----\n{secret}\n-----END RSA PRIVATE KEY-----"


class Canary(NamedTuple):
    """One secret where it is planted. `words` are a command line's (`{0}` is the secret), `text` a line's or file's.

    `recognisable` says whether the form shows that it is a secret: with --cmdline the others cannot be known.
    """

    name: str
    secret: str
    words: tuple[str, ...] = ()
    text: str = ""
    recognisable: bool = True

    @property
    def argv(self) -> tuple[str, ...]:
        return tuple(self._filled(word) for word in self.words)

    @property
    def planted(self) -> str:
        return self._filled(self.text)

    def _filled(self, form: str) -> str:
        basic = base64.b64encode(f"quillon:{self.secret}".encode()).decode()
        pem = _PEM.format(secret=self.secret)
        return form.replace("{0}", self.secret).replace("{basic}", basic).replace("{pem}", pem)


def _plain(number: int) -> str:
    return _PLAIN.format(number=number)


_COMMANDS: tuple[tuple[str, tuple[str, ...], bool], ...] = (
    ("option and word", ("app", "--password", "{0}"), True),
    ("option and sign", ("app", "--password=quo {0}"), True),
    ("short option of mysql", ("mysql", "-uroot", "-p{0}", "shop"), True),
    ("short option of sshpass", ("sshpass", "-p", "{0}", "ssh", "build"), True),
    ("short option of redis", ("redis-cli", "-a", "{0}", "ping"), True),
    ("curl's user", ("curl", "-u", "quillon:{0}", "https://build.example/"), True),
    ("smbclient's user", ("smbclient", "//nas/share", "-U", "quillon%{0}"), True),
    ("token", ("app", "--token", "{0}", "--verbose"), True),
    ("API key", ("app", "--api-key={0}"), True),
    ("client secret", ("app", "--oauth2-client-secret", "{0}"), True),
    ("Java property", ("java", "-Dspring.datasource.password={0}", "-jar", "app.jar"), True),
    ("URL", ("git", "clone", "https://quillon:{0}@build.example/x.git"), True),
    ("connection URL", ("app", "--database", "postgresql://quillon:{0}@db:5432/shop"), True),
    ("connection string", ("app", "Server=db;User Id=sa;Password={0};Timeout=3"), True),
    ("Go's connection string", ("app", "quillon:{0}@tcp(db:3306)/shop"), True),
    ("environment in argv", ("env", "DB_PASSWORD={0}", "app"), True),
    ("environment of docker", ("docker", "run", "-e", "MYSQL_ROOT_PASSWORD={0}", "mysql"), True),
    ("literal of kubectl", ("kubectl", "create", "secret", "--from-literal=password={0}"), True),
    ("bearer header", ("curl", "-H", "Authorization: Bearer {0}"), True),
    ("basic header", ("curl", "-H", "Authorization: Basic {basic}"), True),
    ("key header", ("curl", "-H", "X-Api-Key: {0}"), True),
    ("cookie", ("curl", "-H", "Cookie: session={0}"), True),
    ("query", ("curl", "https://build.example/?access_token={0}&page=2"), True),
    ("JSON", ("app", '{"user": "quillon", "password": "{0}"}'), True),
    ("shell text", ("sh", "-c", "APP_TOKEN={0} app --port 80"), True),
    ("after the double dash", ("app", "--", "{0}"), False),
    ("bare word", ("app", "login", "{0}"), False),
    ("short option of a stranger", ("app", "-p{0}"), False),
    ("program text", ("python3", "-c", "login('{0}')"), False),
)
# Secrets with a shape of their own.
_SHAPED: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("AWS key", ("app", "{0}"), "AKIAZX31CANARYKQ3105"),
    ("GitHub token", ("app", "{0}"), "ghp_Zx32canaryKq32Zx32canaryKq32Zx32can"),
    ("Slack token", ("app", "{0}"), "xoxb-332211009988-332211009988-Zx33canaryKq33"),
    ("Stripe key", ("app", "{0}"), "sk_live_Zx34canaryKq34Zx34can"),
    ("JWT", ("app", "{0}"), "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJaeDM1Y2FuYXJ5In0.Kq35canaryZx35canaryKq35"),
    ("PEM block", ("app", "--cert", "{pem}"), "MIIEowIBAAKCAQEAZx37canaryKq37+37canary/Zx37canaryKq37Zx37canary"),
    ("random word", ("app", "{0}"), "q7Zt2Kx9Lm4Vb8Nc1Wd6Rf3Hg5Jp0Sa36"),
)  # fmt: skip
_ENVIRONMENT = ("DB_PASSWORD", "API_TOKEN", "DATABASE_URL", "GREETING")
_JOURNAL = (
    ("journal option", 'kubelet[7]: starting "--password={0}"'),
    ("journal URL", "kubelet[7]: pull from https://quillon:{0}@registry.example/v2 failed"),
    ("journal header", "dockerd[8]: Authorization: Bearer {0}"),
    ("journal environment", "containerd[9]: env DB_PASSWORD={0} set"),
    ("journal JSON", 'dockerd[8]: {"auths": {"r": {"password": "{0}"}}}'),
    ("kernel log", "app: token={0} was refused"),
)
_FILES = (
    ("settings file", "# db_password = {0}\n[resources]\nwork_queue_max = 500\n"),
    ("Node report, environment", "{0}"),
    ("Node report, command line", "{0}"),
    ("JVM error log", "Command Line: -Dpassword={0} com.example.Main\nEnvironment Variables:\nTOKEN={0}\n"),
    ("docker, environment", "DB_PASSWORD={0}"),
    ("docker, argument", "--password={0}"),
    ("docker, label", "{0}"),
)

COMMANDS = (
    *(Canary(name, _plain(at), words, recognisable=shows) for at, (name, words, shows) in enumerate(_COMMANDS, 1)),
    *(Canary(name, secret, words) for name, words, secret in _SHAPED),
)
ENVIRONMENT = tuple(Canary(name, _plain(at), text="{0}") for at, name in enumerate(_ENVIRONMENT, 40))
JOURNAL = tuple(Canary(name, _plain(at), text=text) for at, (name, text) in enumerate(_JOURNAL, 50))
FILES = {name: Canary(name, _plain(at), text=text) for at, (name, text) in enumerate(_FILES, 60)}
ALL = (*COMMANDS, *ENVIRONMENT, *JOURNAL, *FILES.values())


def unpacked(bundle: bytes) -> dict[str, bytes]:
    """The files of a bundle by their path below its folder, and the archive's own bytes, which name them."""
    with tarfile.open(fileobj=io.BytesIO(bundle), mode="r:gz") as archive:
        files = {}
        for entry in archive:
            content = archive.extractfile(entry)
            assert content is not None, f"{entry.name} is no file"
            files[entry.name.partition("/")[2]] = content.read() + entry.name.encode()
    return files


def spellings(secret: str) -> tuple[bytes, ...]:
    """Plain, percent-encoded, JSON-escaped, and in base64 at each of its three alignments."""
    raw = secret.encode()
    # The first and last characters of base64 also depend on the neighbours.
    shifted = [base64.b64encode(b"\0" * shift + raw)[4 if shift else 0 : -4] for shift in range(3)]
    plain = (secret, quote(secret, safe=""), quote(secret), quote_plus(secret), secret.replace("/", "\\/"))
    return tuple(dict.fromkeys((*(word.encode() for word in plain), *shifted)))


def found(files: dict[str, bytes], secrets: dict[str, str]) -> dict[str, list[str]]:
    """In which files each of the named secrets is, in whatever spelling; {} when in none."""
    hits = {
        name: [path for path, text in files.items() if any(spelling in text for spelling in spellings(secret))]
        for name, secret in secrets.items()
    }
    return {name: paths for name, paths in hits.items() if paths}


def read(bundle: Path) -> dict[str, bytes]:
    return unpacked(bundle.read_bytes())
