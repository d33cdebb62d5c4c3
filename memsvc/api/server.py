"""Running the app under uvicorn."""

from __future__ import annotations

import errno
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from memsvc.errors import Conflict, InvalidInput
from memsvc.settings import Settings

__all__ = ["bind", "serve"]

_BACKLOG = 2048


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket; raises Conflict when the port is taken, InvalidInput for a wrong address.

    Connections wait in its backlog from now on, so its address may be told before the server runs.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, protocol)
    except OSError as error:
        raise InvalidInput(f"cannot listen on {host}: {error.strerror}; set MEMSVC_HOST") from None
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(_BACKLOG)
    except OSError as error:
        bound.close()
        if error.errno == errno.EADDRINUSE:
            raise Conflict(
                f"port {port} on {host} is in use; stop the program that holds it or choose another with "
                "--port or MEMSVC_PORT"
            ) from None
        raise InvalidInput(f"cannot listen on {host}:{port}: {error.strerror}") from None
    return bound


def serve(app: FastAPI, settings: Settings, *, listener: socket.socket | None = None) -> None:
    """Serve until SIGTERM or SIGINT, then finish the requests in work within `shutdown_seconds`.

    `listener` is a socket from `bind`, for callers that must know the port before (port 0).
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        http="httptools",
        lifespan="on",
        limit_concurrency=settings.max_connections,
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )
    sock = listener or bind(settings.host, settings.port)
    try:
        with _signals_end_quietly():
            uvicorn.Server(config).run(sockets=[sock])
    finally:
        sock.close()


@contextmanager
def _signals_end_quietly() -> Iterator[None]:
    """Return normally after a signal: uvicorn raises it again when done, which would kill the process.

    The caller could then not close the storage, and a supervisor would see a failure.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
