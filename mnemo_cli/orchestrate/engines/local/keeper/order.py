"""What the supervisor wants started, and why it cannot be."""

# What a shell answers for a command that is there and cannot be run, and for one that is not there.
NOT_EXECUTABLE, NOT_FOUND = 126, 127


class Order:
    """What the supervisor wants started, in the order of the message."""

    def __init__(
        self,
        job: str,
        number: int,
        program: str,
        argv: list[str],
        env: dict[str, str],
        cwd: str | None,
        stdin: str | None,
        stdout: str | None,
        stderr: str | None,
        limit_bytes: int | None,
        oom_score_adj: int,
    ) -> None:
        self.key = (job, number)
        self.program = program
        self.argv = argv
        self.env = env
        self.cwd = cwd
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr
        self.limit_bytes = limit_bytes
        self.oom_score_adj = oom_score_adj


class Refused(Exception):
    """The attempt did not begin; `code` is the shell's, None where it is not the command's fault."""

    def __init__(self, code: int | None, reason: str) -> None:
        super().__init__(reason)
        self.code = code
