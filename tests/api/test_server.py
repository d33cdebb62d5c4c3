"""A real server on loopback: the port, large bodies, full-duplex streams, the end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn

from memsvc.api import bind
from memsvc.errors import Conflict, InvalidInput

ROOT = Path(__file__).parents[2]
NOTES = "/v1/namespaces/ns/notes"
SERVE = """
import sys
from pathlib import Path
from memsvc.api import bind, configure_logging, create_app, serve
from memsvc.app import build
from memsvc.settings import Settings
from memsvc_agents.embed.hashing import HashingEmbedder
from memsvc_stores.memory import MemoryStorage
configure_logging("info")
settings = Settings(data_dir=Path(sys.argv[1]))
with build(settings, storage=MemoryStorage(), embedder=HashingEmbedder()) as parts:
    listener = bind("127.0.0.1", 0)
    print(listener.getsockname()[1], flush=True)
    serve(create_app(parts.service, parts.storage, settings), settings, listener=listener)
print("closed", flush=True)
"""


@pytest.fixture
def url(api) -> Iterator[str]:
    listener = bind("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(api.app, log_config=None, access_log=False, http="httptools"))
    started = threading.Event()
    announce = server.startup

    async def startup(*arguments, **named):
        await announce(*arguments, **named)
        started.set()

    server.startup = startup
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    assert started.wait(20)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listener.close()


def test_a_port_in_use_is_named_with_what_to_do():
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        with pytest.raises(Conflict, match=f"port {port} on 127.0.0.1 is in use"):
            bind("127.0.0.1", port)


def test_an_address_of_another_machine_is_refused():
    with pytest.raises(InvalidInput, match=r"cannot listen on 192\.0\.2\.1"):
        bind("192.0.2.1", 0)


@pytest.mark.slow
def test_a_client_reads_413_although_it_is_still_sending(url):
    body = b'{"items": [{"content": "' + b"x" * 10 * 2**20 + b'"}]}'

    response = httpx.post(url + NOTES, content=body, headers={"Content-Type": "application/json"})

    assert (response.status_code, response.json()["code"]) == (413, "payload-too-large")


@pytest.mark.slow
def test_outcomes_come_while_the_body_is_still_being_sent(url):
    host, port = url.removeprefix("http://").split(":")
    line = b'{"id": "s1", "turns": [{"role": "user", "content": "tea"}]}\n'
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(
            b"POST /v1/namespaces/ns/ingest HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n" + b"%x\r\n%s\r\n" % (len(line), line)
        )
        received = b""
        while b'"line":1' not in received:
            received += connection.recv(65536)
        connection.sendall(b"0\r\n\r\n")
        while not received.endswith(b"0\r\n\r\n"):
            received += connection.recv(65536)

    assert received.startswith(b"HTTP/1.1 200 OK")


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_with_success_after_closing(tmp_path, number):
    paths = os.pathsep.join(str(ROOT / part) for part in ("", "stores", "retrieval", "agents"))
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    port = process.stdout.readline().strip()
    answered = httpx.get(f"http://127.0.0.1:{port}/livez").status_code
    process.send_signal(number)
    out, _ = process.communicate(timeout=30)

    assert (answered, process.returncode, out) == (200, 0, "closed\n")
