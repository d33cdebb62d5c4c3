"""Every command and program of the README, executed."""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
README = (REPO / "README.md").read_text()
SETUP = {"scripts/run", "scripts/test"}
DEFAULT_URL = "http://127.0.0.1:8800"

pytestmark = pytest.mark.slow


def blocks(language: str) -> list[str]:
    found = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    return [block for block in found if block.strip() not in SETUP]


def environment(data_dir: Path) -> dict[str, str]:
    path = os.pathsep.join(str(REPO / part) for part in ("", "stores", "retrieval", "agents", "evals"))
    return {**os.environ, "PYTHONPATH": path, "MEMSVC_DATA_DIR": str(data_dir)}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str], Path]]:
    """The service as `scripts/run` starts it, on another port; its URL, environment and output."""
    folder = tmp_path_factory.mktemp("readme")
    port = free_port()
    env = environment(folder / "data")
    output = folder / "output.txt"
    command = [sys.executable, "-m", "memsvc", "demo", "--serve", "--port", str(port)]
    with output.open("w") as out, subprocess.Popen(command, env=env, stdout=out, stderr=out) as process:
        url = f"http://127.0.0.1:{port}"
        try:
            wait_until_ready(url, process, output)
            yield url, env, output
        finally:
            process.terminate()
            process.wait(timeout=30)


def wait_until_ready(url: str, process: subprocess.Popen[bytes], output: Path) -> None:
    for _ in range(600):
        assert process.poll() is None, output.read_text()
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=1):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError(f"not ready within a minute: {output.read_text()}")


def test_the_run_command_is_what_is_tested_here() -> None:
    assert (REPO / "scripts/run").read_text().splitlines()[-1] == 'exec .venv/bin/memsvc demo --serve "$@"'


def test_the_demonstration_shows_a_memory_recalled(served: tuple[str, dict[str, str], Path]) -> None:
    assert "Pixel" in served[2].read_text()


@pytest.mark.parametrize("block", blocks("python"))
def test_python(block: str, served: tuple[str, dict[str, str], Path]) -> None:
    url, env, _ = served
    program = block.replace("Client(", f'Client("{url}", ', 1)
    done = subprocess.run(
        [sys.executable, "-c", program], env=env, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "Pixel" in done.stdout


@pytest.mark.parametrize("block", blocks("bash"))
def test_shell(block: str, served: tuple[str, dict[str, str], Path]) -> None:
    url, env, _ = served
    script = block.replace(DEFAULT_URL, url).replace("curl -s", "curl -sS --fail-with-body")
    script = re.sub(r"^memsvc ", f"{shlex.quote(sys.executable)} -m memsvc ", script, flags=re.MULTILINE)
    done = subprocess.run(
        ["bash", "-euc", script], env=env, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search("alice|policy is in force", done.stdout, re.IGNORECASE)


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert [link for link in links if not (REPO / link).exists()] == []
