"""The installed command as its users run it: whole processes."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from memsvc import Client

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = [ROOT, *(ROOT / name for name in ("stores", "retrieval", "agents", "evals"))]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MEMSVC_")}
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(map(str, FOLDERS)),
        "MEMSVC_DATA_DIR": str(tmp_path / "data"),
        "MEMSVC_EMBEDDER__KIND": "hashing",
    }


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "memsvc", *arguments]


def finished(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), env=environment, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL
    )


@pytest.fixture
def served(environment: dict[str, str]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running service on a free port, and its URL."""
    process = subprocess.Popen(
        command("serve", "--port", "0", "--json"), env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield process, json.loads(process.stdout.readline())["url"]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_help_is_there_at_once(environment: dict[str, str]) -> None:
    began = os.times()
    done = finished(environment, "--help")
    ended = os.times()
    spent = ended.children_user + ended.children_system - began.children_user - began.children_system
    assert (done.returncode, "serve" in done.stdout) == (0, True)
    assert spent < 1.5


def test_a_service_is_used_by_the_sdk_and_the_command_line(
    served: tuple[subprocess.Popen[str], str], environment: dict[str, str]
) -> None:
    _, url = served
    with Client(url, namespace="alice") as memory:
        memory.remember("I like green tea.")
        assert [hit.note.content for hit in memory.recall("green tea").hits] == ["I like green tea."]
    done = finished(environment, "recall", "green tea", "-n", "alice", "--url", url, "--json")
    assert json.loads(done.stdout)["hits"][0]["note"]["content"] == "I like green tea."


def test_sigterm_ends_the_service_in_peace(served: tuple[subprocess.Popen[str], str]) -> None:
    process, url = served
    with Client(url) as memory:
        memory.ready()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) in (0, -signal.SIGTERM)


def test_the_demo_serves_after_it_has_shown_what_it_recalled(environment: dict[str, str]) -> None:
    process = subprocess.Popen(
        command("demo", "--serve", "--port", "0"), env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        lines = [process.stdout.readline() for _ in range(8)]
        url = lines[-1].split()[3]
        with Client(url, namespace="demo") as memory:
            assert (lines[0].startswith("Stored 2 sessions"), memory.stats().sessions) == (True, 2)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_port_in_use_is_one_clear_line(environment: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = finished(environment, "serve", "--port", str(port))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"memsvc: port {port} on 127.0.0.1 is in use")
    assert len(done.stderr.splitlines()) == 1


def test_a_terminal_that_knows_only_ascii_gets_escapes(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"content": "I like caf\\u00e9s."}')
    ascii_only = {**environment, "PYTHONIOENCODING": "ascii"}
    finished(ascii_only, "ingest", str(tmp_path / "a.jsonl"))
    assert finished(ascii_only, "recall", "like").stdout.endswith("I like caf\\xe9s.\n")


def test_beyond_loopback_without_keys_is_refused(environment: dict[str, str]) -> None:
    done = finished(environment, "serve", "--host", "0.0.0.0", "--port", "0")
    assert (done.returncode, "memsvc keys create" in done.stderr) == (2, True)


def test_a_locked_database_is_one_clear_line(environment: dict[str, str], tmp_path: Path) -> None:
    import sqlite3

    assert finished(environment, "db", "upgrade").returncode == 0
    holder = sqlite3.connect(tmp_path / "data" / "memsvc.db")
    holder.execute("BEGIN EXCLUSIVE")
    done = finished({**environment, "MEMSVC_DATABASE_TIMEOUT": "0.2"}, "demo")
    holder.close()
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)


def test_the_worker_runs_until_it_is_told_to_stop(environment: dict[str, str]) -> None:
    process = subprocess.Popen(command("worker", "--json"), env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert json.loads(process.stdout.readline()) == {"status": "running"}
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0
    process.stdout.close()


WITHOUT_TYPER = """
import sys
sys.modules["typer"] = None
from memsvc.__main__ import main
main()
"""


def test_without_the_server_libraries_the_command_says_what_to_install(environment: dict[str, str]) -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_TYPER], env=environment, capture_output=True, text=True)
    assert (done.returncode, 'pip install "memsvc[server]"' in done.stderr) == (2, True)
