"""A chat endpoint on the loopback that gives prepared answers and keeps what it was asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

__all__ = ["Canned", "StubEndpoint", "chat_endpoint"]


@dataclass(frozen=True)
class Canned:
    """One HTTP answer; `promised` is the Content-Length that it claims, None for the true one."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    promised: int | None = None


@dataclass
class StubEndpoint:
    """Gives its answers in turn, the last one for ever."""

    url: str = ""
    answers: list[Canned] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def says(self, content: str | None, *, finish: str = "stop", **more: Any) -> None:
        """Queue a chat completion."""
        message = {"role": "assistant", "content": content}
        usage = {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15}
        choices = [{"index": 0, "message": message, "finish_reason": finish}]
        answer = {"model": "small-2026-01-01", "choices": choices, "usage": usage}
        self.gives(200, json.dumps(answer | more))

    def gives(self, status: int, body: str, *, promised: int | None = None, **headers: str) -> None:
        """Queue any answer; header names are written with _ for -."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers.append(Canned(status, body.encode(), named, promised))

    def streams(self, *events: object, promised: int | None = None) -> None:
        """Queue server-sent events; a text is sent as it is, anything else as JSON."""
        told = [event if isinstance(event, str) else json.dumps(event) for event in events]
        body = "".join(f"data: {data}\n\n" for data in told)
        self.gives(200, body, promised=promised, Content_Type="text/event-stream")

    def next(self) -> Canned:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def _handler(stub: StubEndpoint) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            stub.bodies.append(json.loads(body))
            stub.headers.append({name.lower(): value for name, value in self.headers.items()})
            stub.paths.append(self.path)
            canned = stub.next()
            self.send_response(canned.status)
            length = len(canned.body) if canned.promised is None else canned.promised
            for name, value in ({"Content-Length": str(length)} | canned.headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(canned.body)

        def log_message(self, format: str, *args: Any) -> None:
            """Keep the tests' output clean."""

    return Handler


@contextmanager
def chat_endpoint() -> Iterator[StubEndpoint]:
    """Serve on a free port of the loopback."""
    stub = StubEndpoint()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(stub))
    stub.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
