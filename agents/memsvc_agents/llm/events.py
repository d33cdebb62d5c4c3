"""Server-sent events, as far as model endpoints use them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

__all__ = ["data_of"]

_END = b"[DONE]"


def data_of(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the data of each event, one line each; `[DONE]` ends the stream, other fields are left out."""
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            data = _data(line)
            if data == _END:
                return
            if data:
                yield data
    last = _data(rest)
    if last and last != _END:
        yield last


def _data(line: bytes) -> bytes:
    return line[5:].strip() if line.startswith(b"data:") else b""
