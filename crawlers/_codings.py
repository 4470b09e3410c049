"""Undoes content codings a piece at a time, so that a kilobyte that unpacks to a gigabyte never does."""

import zlib
from collections.abc import Callable
from typing import Protocol

import brotli  # type: ignore[import-untyped] # it has no types

try:
    from compression import zstd  # type: ignore[import-not-found, unused-ignore] # Python 3.14
except ImportError:
    from backports import zstd

ACCEPTED = "gzip, deflate, br, zstd"
_PIECE = 65_536
_MOST_CODINGS = 3


class TooLargeError(ValueError):
    """More came out of a compressed answer than is taken. ``taken`` is what came out until then."""

    def __init__(self, taken: bytearray) -> None:
        self.taken = taken
        super().__init__("more came out than is taken")


class _Stream(Protocol):
    """One compressed stream: what it gave last, and whether it is at its end."""

    @property
    def ended(self) -> bool: ...

    def give(self, data: bytes) -> bytes:
        """Take ``data`` and return at most about one piece; more comes with empty ``data``."""
        ...

    def rest(self) -> bytes:
        """Return what follows the end of the stream."""
        ...


class _Zlib:
    """Gzip and deflate."""

    def __init__(self, wbits: int) -> None:
        self._engine = zlib.decompressobj(wbits=wbits)

    @property
    def ended(self) -> bool:
        return self._engine.eof

    def give(self, data: bytes) -> bytes:
        return self._engine.decompress(self._engine.unconsumed_tail + data, _PIECE)

    def rest(self) -> bytes:
        return self._engine.unused_data


class _Brotli:
    """Brotli; nothing follows its end."""

    def __init__(self) -> None:
        self._engine = brotli.Decompressor()

    @property
    def ended(self) -> bool:
        return bool(self._engine.is_finished())

    def give(self, data: bytes) -> bytes:
        return bytes(self._engine.process(data, output_buffer_limit=_PIECE))

    def rest(self) -> bytes:
        return b""


class _Zstd:
    """Zstandard, with a window of at most 8 MB as RFC 9659 says."""

    def __init__(self) -> None:
        self._engine = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: 23})

    @property
    def ended(self) -> bool:
        return bool(self._engine.eof)

    def give(self, data: bytes) -> bytes:
        return bytes(self._engine.decompress(data, _PIECE))

    def rest(self) -> bytes:
        return bytes(self._engine.unused_data)


_STREAMS: dict[str, Callable[[], _Stream]] = {
    "gzip": lambda: _Zlib(31),
    "x-gzip": lambda: _Zlib(31),
    "br": _Brotli,
    "zstd": _Zstd,
}
_DAMAGED = (zlib.error, brotli.error, zstd.ZstdError)


def decoded(body: bytes, coding: str, *, limit: int) -> bytes:
    """Undo gzip, deflate, brotli and zstd. Raises ``TooLargeError`` over ``limit`` bytes, ``ValueError`` for a bad stream."""
    names = [part.strip().lower() for part in coding.split(",") if part.strip()]
    if len(names) > _MOST_CODINGS:
        msg = f"{len(names)} content codings"
        raise ValueError(msg)
    for name in reversed(names):
        if name in _STREAMS:
            body = _unpacked(body, _STREAMS[name], limit=limit)
        elif name == "deflate":
            body = _deflated(body, limit=limit)
        elif name != "identity":
            msg = f"unknown content coding {name[:40]!r}"
            raise ValueError(msg)
    return body


def inflated(body: bytes, *, limit: int) -> bytes:
    """Unpack gzip (all members). Raises ``TooLargeError`` over ``limit`` bytes, ``ValueError`` for a bad stream."""
    return _unpacked(body, _STREAMS["gzip"], limit=limit)


def _unpacked(body: bytes, opened: Callable[[], _Stream], *, limit: int, whole: bool = False) -> bytes:
    """Unpack stream after stream; what follows a good one and is none is thrown away, as browsers do.

    A stream that is cut off gives what it gave until then, unless that is nothing or a ``whole`` one was wanted.
    """
    out = bytearray()
    rest = body
    while rest.strip(b"\x00"):
        stream = opened()
        try:
            _drain(stream, rest, out, limit=limit)
        except _DAMAGED as error:
            if out:
                break
            raise ValueError(str(error)) from error
        if not stream.ended and (whole or not out):
            msg = "the stream is cut off"
            raise ValueError(msg)
        rest = stream.rest() if stream.ended else b""
    return bytes(out)


def _drain(stream: _Stream, data: bytes, out: bytearray, *, limit: int) -> None:
    """Let all of ``data`` through ``stream``, never holding more than ``limit`` and one piece."""
    while True:
        piece = stream.give(data)
        data = b""
        out += piece
        if len(out) > limit:
            del out[limit:]
            raise TooLargeError(out)
        if stream.ended or not piece:
            return


def _deflated(body: bytes, *, limit: int) -> bytes:
    """Unpack deflate, with or without the zlib header (servers do both)."""
    try:
        return _unpacked(body, lambda: _Zlib(15), limit=limit)
    except TooLargeError:
        raise
    except ValueError:
        return _unpacked(body, lambda: _Zlib(-15), limit=limit, whole=True)  # any bytes begin like one
