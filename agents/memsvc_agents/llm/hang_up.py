"""A request is broken off when its time is up, also while an endpoint trickles the head of its answer."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Timer
from typing import Any

__all__ = ["HangUp", "hang_up_after"]

_CONNECTED = frozenset({"connection.connect_tcp.complete", "connection.start_tls.complete"})


class HangUp:
    """Follows one request as httpx's `trace` extension; the client's own time-outs start anew with each byte."""

    def __init__(self) -> None:
        self.late = False
        self._stream: Any = None

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """Note the connection; one that comes too late is cut at once."""
        if event in _CONNECTED:
            self._stream = info["return_value"]
            if self.late:
                self.cut()

    def cut(self) -> None:
        """Shut the connection down, so that whoever reads from it sees its end."""
        self.late = True
        if self._stream is not None:
            with suppress(OSError):
                # Not SSLSocket's own, which drops what the reading thread is in the middle of.
                socket.socket.shutdown(self._stream.get_extra_info("socket"), socket.SHUT_RDWR)


@contextmanager
def hang_up_after(seconds: float) -> Iterator[HangUp]:
    """Cut the request that is made in the block with this `trace` after so many seconds."""
    request = HangUp()
    timer = Timer(seconds, request.cut)
    timer.daemon = True
    timer.start()
    try:
        yield request
    finally:
        timer.cancel()
