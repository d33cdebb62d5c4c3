"""Reading request bodies within bounds."""

from __future__ import annotations

from contextlib import suppress

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from memsvc.errors import InvalidInput, PayloadTooLarge

__all__ = ["JSON", "NDJSON", "check_media_type", "is_small", "read_body", "skip_body"]

JSON = ("application/json",)
NDJSON = ("application/x-ndjson", "application/ndjson", "application/jsonl")
_DRAINED = 4
_SMALL = 64 * 1024


def check_media_type(request: Request, accepted: tuple[str, ...]) -> None:
    """Raise 415 for another content type, or for a compressed body."""
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sent not in accepted:
        raise HTTPException(415, f"the Content-Type must be {accepted[0]}")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise HTTPException(415, "compressed bodies are not taken; send it without Content-Encoding")


def is_small(request: Request) -> bool:
    """Return whether the body is declared to be so small that it may be read before its sender is known."""
    declared = request.headers.get("content-length", "" if "transfer-encoding" in request.headers else "0")
    return declared.isdecimal() and int(declared) <= _SMALL


async def skip_body(request: Request, limit: int) -> None:
    """Read a body without keeping it, so that a client that is still sending gets to see the answer."""
    seen = 0
    with suppress(ClientDisconnect):
        async for chunk in request.stream():
            seen += len(chunk)
            if seen > limit:
                break


async def read_body(request: Request, limit: int) -> bytes:
    """Return the body; raises PayloadTooLarge past `limit` bytes, whatever Content-Length says.

    A body that is too large is read on to some extent and dropped: a client that is still sending would
    otherwise see a broken connection in place of the answer.
    """
    declared = request.headers.get("content-length", "")
    size = int(declared) if declared.isdecimal() else 0
    parts: list[bytes] = []
    seen = 0
    try:
        if size <= limit * _DRAINED:
            async for chunk in request.stream():
                seen += len(chunk)
                if seen > limit * _DRAINED:
                    break
                if seen <= limit:
                    parts.append(chunk)
    except ClientDisconnect:
        raise InvalidInput("the connection closed before the whole body came") from None
    if max(seen, size) > limit:
        raise PayloadTooLarge(
            f"the body is over {limit} bytes; send fewer items at once, stream to /ingest, "
            "or raise MEMSVC_MAX_BODY_BYTES"
        )
    return b"".join(parts)
