"""A server on loopback that answers each host name in its own bad way, byte by byte as told: no library stands between."""

import asyncio
import threading
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

Answering = Callable[[str, str], AsyncIterator[bytes]]
_OFFERED = 1_000_000_000


class HostileServer:
    """Serves ``answers[host](host, path)`` on 127.0.0.1: what it yields is sent as it is, and then the connection is closed."""

    def __init__(self, answers: dict[str, Answering]) -> None:
        self.answers = answers
        self.offered: dict[str, int] = {}
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            while head := (await reader.readuntil(b"\r\n\r\n")).decode("latin-1"):
                path = head.split(" ")[1]
                host = head.lower().partition("\r\nhost: ")[2].partition("\r\n")[0].partition(":")[0].removesuffix(".localhost")
                if path in {"/robots.txt", "/.well-known/tdmrep.json"} and not host.startswith("robots"):
                    writer.write(b"HTTP/1.1 404 None\r\nContent-Length: 0\r\n\r\n")
                    continue
                async for piece in self.answers[host](host, path):
                    self.offered[host] = self.offered.get(host, 0) + len(piece)
                    writer.write(piece)
                    await writer.drain()
                break
        writer.close()


def once(head: str, body: bytes = b"", *, length: bool = True) -> Answering:
    """Send a status line, headers (``;`` between them) and a body."""

    async def send(host: str, path: str) -> AsyncIterator[bytes]:
        del host, path
        lines = [*(line.strip() for line in head.split(";")), *([f"Content-Length: {len(body)}"] if length else [])]
        yield "\r\n".join(["HTTP/1.1 " + lines[0], *lines[1:], "", ""]).encode("latin-1") + body

    return send


def flood(head: bytes, piece: bytes, *, chunked: bool = False, pause_s: float = 0.0) -> Answering:
    """Send ``head`` and then ``piece`` until a gigabyte was offered or nobody listens."""

    async def send(host: str, path: str) -> AsyncIterator[bytes]:
        del host, path
        yield head
        framed = b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece
        for _ in range(_OFFERED // len(piece)):
            yield framed
            if pause_s:
                await asyncio.sleep(pause_s)

    return send


def gigabyte_of_gzip(*, wrapped: int = 1) -> bytes:
    """A gigabyte of zeros in gzip members, the whole packed ``wrapped`` times."""
    packer = zlib.compressobj(9, wbits=31)
    member = packer.compress(bytes(10_000_000)) + packer.flush()
    body = member * 100
    for _ in range(wrapped - 1):
        packer = zlib.compressobj(9, wbits=31)
        body = packer.compress(body) + packer.flush()
    return body


__all__ = ["Answering", "HostileServer", "flood", "gigabyte_of_gzip", "once"]
