"""The HTTP transport against a server on a real socket."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from memsvc.client import AsyncClient, Client
from memsvc.errors import NoAnswer, NotFound


class Handler(BaseHTTPRequestHandler):
    """Answers by the last word of the path; remembers the client's ports."""

    protocol_version = "HTTP/1.1"
    ports: set[int]

    def do_POST(self) -> None:
        self.ports.add(self.client_address[1])
        self.rfile.read(int(self.headers["content-length"]))
        if "/slow/" in self.path:
            self.server.released.wait(10)  # type: ignore[attr-defined]
        if "/broken/" in self.path:
            self.close_connection = True
            return
        self._answer(200, b'{"hits": []}')

    def do_GET(self) -> None:
        if "/cut/" in self.path:
            self.send_response(200)
            self.send_header("content-length", "100")
            self.end_headers()
            self.wfile.write(b'{"type": "header"}\n')
            self.close_connection = True
            return
        body = b'{"code": "not-found", "detail": "no such namespace"}'
        self._answer(404, body, kind="application/problem+json")

    def _answer(self, status: int, body: bytes, *, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    handler = type("Counting", (Handler,), {"ports": set()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.released = threading.Event()  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.released.set()  # type: ignore[attr-defined]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def memory(server: ThreadingHTTPServer, flavour: str, drive: Callable[..., Any]) -> Iterator[Any]:
    url = f"http://127.0.0.1:{server.server_address[1]}/"
    client = drive((Client if flavour == "sync" else AsyncClient)(url, retries=0, timeout=5))
    yield client
    client.close()


def test_one_connection_serves_many_calls(memory: Any, server: ThreadingHTTPServer) -> None:
    for _ in range(5):
        memory.recall("tea?")
    assert len(server.RequestHandlerClass.ports) == 1  # type: ignore[attr-defined]


def test_a_slow_server_is_no_answer(memory: Any) -> None:
    with pytest.raises(NoAnswer, match="no answer from http://127"):
        memory.using(namespace="slow", timeout=0.05).recall("tea?")


def test_a_connection_that_breaks_is_no_answer(memory: Any) -> None:
    with pytest.raises(NoAnswer, match="disconnected"):
        memory.using(namespace="broken").recall("tea?")


def test_an_export_that_breaks_off_is_no_answer(memory: Any) -> None:
    with pytest.raises(NoAnswer, match="broke off"):
        memory.using(namespace="cut").export()


def test_an_export_of_nothing_raises_what_the_server_says(memory: Any) -> None:
    with pytest.raises(NotFound, match="no such namespace"):
        memory.export()


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "not a url", "ftp://x", "http://[::1"])
def test_a_url_without_a_server_is_no_answer(flavour: str, drive: Callable[..., Any], url: str) -> None:
    client = drive((Client if flavour == "sync" else AsyncClient)(url, retries=0))
    with pytest.raises(NoAnswer, match="check the URL"):
        client.recall("tea?")
    client.close()
