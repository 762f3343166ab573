"""`guarded_server.py FOLDER DRAIN_SECONDS`: an HTTP/1.1 server with keep-alive under a guard; its sessions fill memory.

GET /session/N remembers N, GET /slow/N does so after half a second; the answer is a digest of what is
remembered. It tells its port, each thing the ladder did, and at its end what it began, answered and refused.
"""

import asyncio
import hashlib
import json
import sys
import time
from pathlib import Path

from mnemo_cli import guard
from mnemo_cli.bounded import EmbeddingsCache
from mnemo_cli.degrade.guard import NotAccepting

FOLDER, DRAIN_SECONDS = Path(sys.argv[1]), float(sys.argv[2])
RECORD_BYTES, SCRATCH_BYTES = 2048, 64 * 1024
QUICK_SECONDS, SLOW_SECONDS = 0.02, 0.5

state: dict[str, bytes] = {}
scratch: list[bytearray] = []
writers: set[asyncio.StreamWriter] = set()
told = {"begun": 0, "answered": 0, "refused": 0}


def say(**words):
    print(json.dumps(words), flush=True)


def digest() -> str:
    whole = hashlib.sha256()
    for key in sorted(state):
        whole.update(key.encode() + state[key])
    return whole.hexdigest()


def save() -> None:
    """Line by line: at the end of memory there is none left for the whole of it once more."""
    temporary = FOLDER / "state.tmp"
    with temporary.open("w") as file:
        for key, record in state.items():
            file.write(f"{key} {record.hex()}\n")
    temporary.rename(FOLDER / "state.txt")


async def remember(path: str) -> bytes:
    _, kind, number = path.split("/")
    told["begun"] += 1
    record = hashlib.shake_256(number.encode()).digest(RECORD_BYTES)
    scratch.append(bytearray(b"x") * SCRATCH_BYTES)
    cache.put(number, [float(byte) for byte in record[:64]])
    await asyncio.sleep(SLOW_SECONDS if kind == "slow" else QUICK_SECONDS)
    state[number] = record
    return hashlib.sha256(record).hexdigest().encode()


async def answer(writer: asyncio.StreamWriter, status: str, body: bytes = b"") -> None:
    writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
    await writer.drain()


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writers.add(writer)
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            try:
                async with held.work():
                    body = await remember(head.split()[1].decode())
                    await answer(writer, "200 OK", body)
                    told["answered"] += 1
            except NotAccepting:
                told["refused"] += 1
                await answer(writer, "503 Service Unavailable")
    except (asyncio.IncompleteReadError, ConnectionError):
        pass  # the client has closed, or we have
    finally:
        writers.discard(writer)
        writer.close()


async def main() -> None:
    global held
    server = await asyncio.start_server(serve, "127.0.0.1", 0)

    async def close() -> None:
        server.close()
        for writer in tuple(writers):
            writer.close()

    def on_event(event) -> None:
        say(at=time.monotonic(), step=event.step.word, action=event.action, outcome=event.outcome, text=event.text)

    held = guard(components=[cache], save=save, close=close, on_event=on_event, drain_timeout_seconds=DRAIN_SECONDS)
    say(port=server.sockets[0].getsockname()[1])
    try:
        await asyncio.Event().wait()
    finally:
        say(**told, digest=digest(), cached=len(cache))


cache: EmbeddingsCache[str] = EmbeddingsCache(20_000, 64, backing="array")
asyncio.run(main())
