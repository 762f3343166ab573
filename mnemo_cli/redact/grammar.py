"""How secrets are introduced: the patterns for options, variables, headers, connection strings and key blocks.

Secrets that show themselves by their own shape are in `tokens`.
"""

# A pattern that begins with a set of characters is searched for by skipping, several times as fast as one
# that begins with a choice or a lookbehind: hence the first letters here, looked back at afterwards.

# Ends of names that hold a secret: DB_PASSWORD, clientSecret, spring.datasource.password, x-api-key.
# "tokens", "password_file" and "public_key" do not end so, and stay.
_SECRET_KEY = r"secret(?:[-_.]?(?:access[-_.]?)?key(?:[-_.]?base)?)?"
KEY_KINDS = (
    "access", "account", "api", "app", "auth", "deploy", "encryption", "license", "master", "private", "service",
    "session", "signing", "storage", "subscription",
)  # fmt: skip
_NAMES = (
    *("password", "passwd", "passphrase", "passcode", _SECRET_KEY, "token", "credentials?"),
    *(rf"{kind}[-_.]?key" for kind in KEY_KINDS),
)
_NAME = f"(?:{'|'.join(_NAMES)})"
_NUMBER = r"\d{0,3}"

# Quotes may be escaped once or more, where JSON sits inside JSON.
_QUOTE = r"\\{0,7}[\"']"
_QUOTED = (
    r"(?:\"((?:[^\"\\\n\0]++|\\[^\n\0])*+)"
    r"|'((?:[^'\\\n\0]++|\\[^\n\0])*+)"
    r"|\\{1,7}[\"']((?:[^\"'\\\n\0]++|\\(?!\\{0,7}[\"']))*+))"
)
# To the next blank. A quote ends the value only where a list, an object or a shell word would end.
_TO_BLANK = r"((?:[^\s\0\"'\\]++|\\(?!\\{0,7}[\"'])|[\"'](?![\s\0,;)\]}\\]|\Z))++)"
# To the next blank or delimiter; a closing bracket belongs to the value only inside it.
_TO_DELIMITER = r"((?:[^\s\0\"'&;,\\)}\]]++|[)}\]]++(?=[^\s\0\"'&;,\\)}\]])|\\(?!\\{0,7}[\"']))++)"
_HARD_VALUE = f"(?:{_QUOTED}|{_TO_BLANK})"
_SOFT_VALUE = f"(?:{_QUOTED}|{_TO_DELIMITER})"

# A word after `--password` that starts like an option is one: `--password --verbose` asks for a prompt.
# So a secret that starts with a dash and a letter is masked only when written as --password=-secret.
_OPTION_LIKE = r"(?:-{1,2}(?:[a-z]|[\s\0]|\Z)|[|&;<>]++(?:[\s\0]|\Z))"
# --no-password takes no value, --pad-token takes a number, and in mysql -psecret "secret" is the secret.
_NEGATED = rf"(?!(?:no|skip|without|ask|prompt|pad|eos|bos|stop)[-_]|p{_NAME})"
_OPTION_NAME = rf"[\w.:-]{{0,80}}?(?:{_NAME}|(?<!by)(?<!com)pass(?:in|out)?|pwd){_NUMBER}"
OPTION = (
    r"(?a)[\0-](?i:"
    rf"(?<=\0)-{{0,2}}{_OPTION_NAME}=([^\0]++)"
    rf"|(?<=\0)-{{1,2}}+{_NEGATED}{_OPTION_NAME}\0(?!{_OPTION_LIKE})([^\0]++)"
    rf"|(?<=-)(?<![\w-]-)-?+{_NEGATED}{_OPTION_NAME}(?:"
    rf"(?:=|[ \t]++(?!{_OPTION_LIKE})|[ \t]*+\r?\n[ \t]*+-[ \t]++(?![\"']?{_OPTION_LIKE})){_HARD_VALUE}"
    # ["--password", "x"], on one line or pretty-printed on two
    rf"|{_QUOTE},?\s*+(?!{_QUOTE}{_OPTION_LIKE})(?=\\*[\"']){_QUOTED}))"
)
# A line that ends so may have its secret on the next one: pretty-printed JSON, YAML lists and environments.
NAME_ENDINGS = ("pass", "word", "wd", "phrase", "code", "secret", "key", "base", "token", "credential", "credentials")
NAMED_VALUE = (
    rf"(?ai)\bname(?:{_QUOTE})?\s*+[:=]\s*+(?:{_QUOTE})?[\w.-]{{0,80}}?(?:{_NAME}|pass|pwd){_NUMBER}"
    rf"(?:{_QUOTE})?,?\s*+(?:{_QUOTE})?value(?:{_QUOTE})?\s*+[:=][ \t]*+{_SOFT_VALUE}"
)
VARIABLE = rf"(?a)(?:{'|'.join(_NAMES).upper()}|PASS(?<![A-Z]PASS)|PWD(?<=_PWD)){_NUMBER}={_HARD_VALUE}"

# PWD=/some/folder is the shell's own variable; /etc/passwd:/etc/passwd:ro is a mount; "pass": 41 counts tests.
_KEY_OF_A_KIND = "|".join(f"(?<={kind}key)|(?<={kind}[-_.]key)" for kind in KEY_KINDS)
ASSIGNMENT = (
    r"(?a)[AaCcKkPpSsTt](?i:"
    rf"(?<=p)(?:ass(?:word|wd(?!:/)|phrase|code|(?<![a-z]pass)(?={_QUOTE}(?!: \d{{1,3}}[,\s}}])|[ \t]?=))"
    r"|wd(?:(?!=/)|(?<=_pwd)|(?-i:(?<!PWD))))"
    rf"|(?<=s)(?:{_SECRET_KEY[1:]}|ig(?<=[?&;]sig)|ignature(?==))"
    r"|(?<=t)oken|(?<=c)redentials?|(?<=a)uth(?<=[\"_]auth)(?=[\"=])"
    rf"|(?<=k)ey(?:{_KEY_OF_A_KIND})"
    rf"){_NUMBER}(?<!\w/passwd)"
    rf"(?:\\{{0,7}}[\"'\]]){{0,2}}[ \t]{{0,8}}(?:=>|:=|={{1,3}}|:(?!:|//))[ \t]{{0,8}}{_SOFT_VALUE}"
)
PHRASE = (
    r"(?ai)\b(?:identified[ ](?:with[ ]\S{1,64}[ ])?by(?:[ ]password)?|password)[ \t]++'([^'\n\0]++)"
    r"|\blogin[ \t]++\S{1,128}[ \t]++password[ \t]++([^\s\0]++)"
    r"|\brequirepass[ \t]++([^\s\0]++)"
    rf"|<[\w.:-]{{0,80}}?{_NAME}>([^<\n\0]++)"
)

URL_CREDENTIALS = (
    r"(?ai)://[^\s/:@?#\"'\[\0]{0,256}+:(?!\d{1,5}(?:[/?#;,\s]|\Z))"
    r"(?:([^\s/?#\"'\0]{1,1024})@(?!sha\d)"
    # a password with a raw slash, against the standard but seen
    r"|([^\s\"'@\0]{1,256})@(?=[\w\[])(?!sha\d))"
    r"|\bhttps?://([^\s/:@?#\"'\0]{16,256})@"
)
DSN = (
    r"(?ai);[ \t]*+(?:password|pwd)[ \t]*+=[ \t]*+"
    r"(?:(\{[^}\n\0]++\})|\"([^\"\n\0]++)|'([^'\n\0]++)|([^;\"'\r\n\0]++)(?=;))"
    r"|\bthin:[^\s/:@\"'\0]{1,64}+/([^\s@\"'\0]{1,128}+)@"
    r"|(?<![\w.%+-])[\w.%+-]{1,64}+:([^\s\"'\0]{1,128}?)@(?:tcp|unix)\("
)
HEADER = (
    rf"(?ai)authorization(?:{_QUOTE})?[ \t]{{0,8}}[:=][ \t]{{0,8}}(?:{_QUOTE})?(?:"
    r"(?:bearer|basic|token|apikey|negotiate)[ \t]++([^\s\0\"',\\]++)"
    r"|digest[ \t]++([^\r\n\0]++)|([^\r\n\0\"'\\]++))"
    rf"|cookie(?:{_QUOTE})?[ \t]{{0,8}}:[ \t]{{0,8}}(?:{_QUOTE})?([^\r\n\0\"'\\]++)"
)
BEARER = r"(?ai)\bbearer[ \t]++(?=[^\s\0]{0,64}?\d)([\w.~+/=-]{8,}+)"
JWT = r"(?a)(?<![\w-])(eyJ[\w-]{5,}+\.[\w-]++(?:\.[\w-]*+)*+)"

_KEY_HEADER = r"-----BEGIN[ ][A-Z0-9 ]{0,40}PRIVATE[ ]KEY(?:[ ]BLOCK)?-----"
_LINE_END = r"(?:\r?\n|(?:\\+r)?\\+n|\#012)"
# A message that only mentions the header must not cost the rest of the log: key material has to follow.
_KEY_MATERIAL = (
    rf"(?=(?:{_LINE_END}){{1,3}}(?:[A-Za-z0-9+/=]{{1,76}}\s*(?:{_LINE_END}|-----END|\Z)"
    r"|(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset):)"
    r"|[^-]{0,100}?[A-Za-z0-9+]{16})"
)
PRIVATE_KEY = (
    rf"(?a){_KEY_HEADER}{_KEY_MATERIAL}((?:[^-]++|-(?!----END[ ][A-Z0-9 ]{{0,40}}PRIVATE))*+)"
    # a text that starts in the middle of a key
    r"|\A((?:[A-Za-z0-9+/=]{1,76}+\r?\n)++)(?=-----END[ ][A-Z0-9 ]{0,40}PRIVATE)"
)


def _program_flag(programs: str, flag: str, *, before: str = "", attached_only: bool = False) -> str:
    """One alternative of PROGRAM_FLAG: `before` is the part of the value that is no secret."""
    nul, blank = (r"(?!\0)", r"(?![ \t])") if attached_only else (r"[\0=]?", r"(?:[ \t]++|=)?")
    return (
        rf"(?:{programs})(?=[ \t\0])[^|;&\n]{{0,250}}?"
        rf"(?:\0(?:{flag}){nul}{before}([^\0]++)|[ \t](?:{flag}){blank}{before}{_HARD_VALUE})"
    )


# mysql -p secret asks for the password and opens the database "secret": only the attached form hides one.
PROGRAM_LITERALS = (
    "mysql", "mariadb", "sshpass", "mongo", "login", "redis-cli", "ldap", "sqlcmd", "ipmitool", "curl", "smbclient",
)  # fmt: skip
PROGRAM_FLAG = (
    r"(?a)(?<![\w.-])(?:"
    + _program_flag(r"mysql\w{0,12}|mariadb(?:-\w{1,12})?", "-p", attached_only=True)
    + "|"
    + _program_flag(
        r"sshpass|mongo[a-z]{0,8}|(?:docker|podman|nerdctl|buildah|skopeo|helm|az)[ \t\0](?:registry[ \t\0])?login",
        "-p",
    )
    + "|"
    + _program_flag("redis-cli", "-a")
    + "|"
    + _program_flag("ldap[a-z]{2,8}", "-w")
    + "|"
    + _program_flag("sqlcmd|ipmitool", "-P")
    + "|"
    + _program_flag("curl", r"-[A-Za-z#]{0,6}[uU]|--(?:proxy-)?user", before=r"[\"']?[^\s:\0\"'-][^\s:\0\"']{0,100}+:")
    + "|"
    + _program_flag("smbclient", "-U", before=r"[\"']?[^\s%\0\"']{1,100}+%")
    + ")"
)
