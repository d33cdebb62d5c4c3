"""Who runs jobs: the service itself, or a worker beside it. Whole processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from memsvc import Client
from memsvc.domain.jobs import SAVE_INDEX, NewJob
from memsvc.domain.scope import Scope
from memsvc_stores.sql import open_storage

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = [ROOT, *(ROOT / name for name in ("stores", "retrieval", "agents", "evals"))]


@contextmanager
def _running(data_dir: Path, *arguments: str, worker: str) -> Iterator[str]:
    """Start a command and yield the first line that it prints; it must end in peace."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MEMSVC_")}
    environment = {
        **kept,
        "PYTHONPATH": os.pathsep.join(map(str, FOLDERS)),
        "MEMSVC_DATA_DIR": str(data_dir),
        "MEMSVC_EMBEDDER__KIND": "hashing",
        "MEMSVC_WORKER": worker,
    }
    command = [sys.executable, "-m", "memsvc", *arguments]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline()
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=30)
        process.stdout.close()
    assert code in (0, -signal.SIGTERM)


@pytest.fixture
def job(tmp_path: Path) -> str:
    """Queue a job in a new data directory and return its id."""
    storage = open_storage(f"sqlite:///{tmp_path / 'memsvc.db'}")
    with storage.writer(Scope.of("local", "default")) as writer:
        writer.enqueue(NewJob(SAVE_INDEX, SAVE_INDEX), at=datetime(2026, 5, 1, tzinfo=UTC))
    (queued,) = storage.jobs.list(Scope.of("local", "default").tenant, limit=2)
    storage.close()
    return queued.id


def _url(line: str) -> str:
    return line.split()[3]


def test_a_service_runs_its_jobs_itself(tmp_path: Path, job: str) -> None:
    with _running(tmp_path, "serve", "--port", "0", worker="in-process") as line, Client(_url(line)) as client:
        ended = client.wait_for_job(job, seconds=30)
    assert (ended.status, ended.attempts) == ("done", 1)


def test_a_worker_runs_the_jobs_of_a_service_that_does_not(tmp_path: Path, job: str) -> None:
    with _running(tmp_path, "serve", "--port", "0", worker="separate") as line, Client(_url(line)) as client:
        before = client.job(job).status
        with _running(tmp_path, "worker", worker="separate"):
            ended = client.wait_for_job(job, seconds=30)
    assert (before, ended.status) == ("queued", "done")
