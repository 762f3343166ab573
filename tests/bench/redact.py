"""How fast secrets leave a log: MiB/s on 20 MiB of kernel and syslog lines, and on hostile text.

python tests/bench/redact.py [MIB]
"""

import random
import sys
import time
from collections.abc import Iterator
from statistics import median

from mnemo_cli.redact import redact

MIB = 2**20
PIECE_CHARACTERS = 256 * 1024
RUNS = 3

CONTAINER = "3f1ad2c9b7e8405f9d6c1b2a3e4f5061728394a5b6c7d8e9f00112233445566f"
STAMP = "Nov 22 14:02:{s:02} node7 "
CLEAN_LINES = (
    "kernel: [{n}.123456] python invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0\n",
    "kernel: [{n}.123460] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),"
    f"oom_memcg=/kubepods/burstable/pod1b2c3d4e-5f60-7182-93a4-b5c6d7e8f901/{CONTAINER},"
    "task=python,pid={n},uid=0\n",
    "kernel: [{n}.123461] [ {n} ]  1000 {n}   15500    12500   143360        0             0 python\n",
    "sshd[{n}]: Accepted publickey for bob from 10.0.0.{s} port {n} ssh2\n",
    "systemd[1]: Started session-{n}.scope - Session {n} of User bob.\n",
    "kubelet[{n}]: I1122 probe ok path=/healthz code=200 duration={n}ms pod=shop-5d4f6b7c9-x2x{s}\n",
    "nginx[{n}]: 10.0.0.{s} - - GET /api/v1/items?page={n}&size=20 HTTP/1.1 200 {n}\n",
    "CRON[{n}]: (root) CMD (test -x /usr/sbin/anacron || run-parts --report /etc/cron.daily)\n",
)
SECRET_LINES = (
    "app[{n}]: starting app --password hunter{n} --port 80\n",
    "app[{n}]: connecting to postgres://bob:hunter{n}@db:5432/shop\n",
    "app[{n}]: DB_PASSWORD=hunter{n} API_TOKEN=abc{n} started\n",
    "app[{n}]: Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.do{n}\n",
    "app[{n}]: cached blob q7Zt2Kx9Lm4Vb8Nc1Wd6Rf3Hg5Jp0Sa{n}\n",
)
HOSTILE = {
    "password= over and over": "password=",
    "password: over and over": "password: ",
    "options without values": "--password ",
    "one word of letters": "a",
    "one word of dashes": "-",
    "quotes and backslashes": 'token=\\"',
    "programs without flags": "curl ",
    "half-open URLs": "://a:",
    "half-open key blocks": "-----BEGIN PRIVATE KEY-----",
    "half tokens": "eyJaaaaa-",
    "closing brackets": "secret=)",
    "blanks after a name": "name:          value",
    "NULs and options": "\0--token\0",
}


def log(size_bytes: int, secret_share: float) -> str:
    chance = random.Random(7)
    lines: list[str] = []
    length = 0
    while length < size_bytes:
        template = STAMP + chance.choice(SECRET_LINES if chance.random() < secret_share else CLEAN_LINES)
        lines.append(template.format(s=chance.randrange(60), n=chance.randrange(1000, 99999)))
        length += len(lines[-1])
    return "".join(lines)


def pieces(text: str) -> Iterator[str]:
    """What a streaming caller gives: whole lines, some hundred KiB at a time."""
    start = 0
    while start < len(text):
        end = text.find("\n", start + PIECE_CHARACTERS) + 1 or len(text)
        yield text[start:end]
        start = end


def speed(text: str, runs: int = RUNS) -> tuple[float, int]:
    """Median MiB of text per second of CPU, and the secrets found."""
    rates, found = [], 0
    for _ in range(runs):
        began = time.process_time()
        found = sum(sum(redact(piece).counts.values()) for piece in pieces(text))
        rates.append(len(text) / MIB / (time.process_time() - began))
    return median(rates), found


def growth(unit: str) -> tuple[float, float]:
    """MiB/s on 256 KiB of one hostile line, and how much longer it takes than a quarter of it."""
    small, _ = speed(unit * (MIB // 16 // len(unit)))
    large, _ = speed(unit * (MIB // 4 // len(unit)))
    return large, 4 * small / large


def main() -> None:
    size_mib = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    print(f"{'text':32} {'MiB/s':>8} {'secrets':>9}")
    for share in (0.0, 0.001, 0.01, 0.1, 1.0):
        rate, found = speed(log(size_mib * MIB, share))
        print(f"{f'log, {share:.1%} of lines secret':32} {rate:8.1f} {found:9}")
    # Linear is about 4, quadratic about 16.
    print(f"\n{'hostile text, one line':32} {'MiB/s':>8} {'growth':>9}")
    for name, unit in HOSTILE.items():
        rate, ratio = growth(unit)
        print(f"{name:32} {rate:8.1f} {ratio:8.1f}x")


if __name__ == "__main__":
    main()
