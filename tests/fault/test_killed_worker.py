"""kill -9 of a worker before each of its statements and commits: what its jobs do happens once."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from memsvc.domain.jobs import Job, JobStatus, NewJob
from memsvc.domain.selection import Selection
from memsvc.ports.storage import Storage
from memsvc_stores.sql import open_storage
from tests.fault.job_child import EFFECTS, KIND
from tests.fault.sweep import REPO, environment
from tests.support.drafts import MODEL, SCOPE, T0

pytestmark = [pytest.mark.fault, pytest.mark.slow]
NAMES = tuple(f"job{n}" for n in range(2))
MOST_RUNS = 99


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'm.db'}"
    else:
        yield request.getfixturevalue("postgres_url")


def _jobs(storage: Storage) -> list[Job]:
    return storage.jobs.list(SCOPE.tenant, limit=99)


def _ended(url: str) -> list[int | None]:
    """Let workers work, one after another until one ends by itself, and return their exit codes."""
    command = [sys.executable, "-m", "tests.fault.job_child", url, str(MOST_RUNS)]
    done = subprocess.run(command, env=environment(), cwd=REPO, timeout=100, check=True, stdout=subprocess.PIPE)
    codes: list[int | None] = json.loads(done.stdout)
    return codes


def test_effects_happen_once_wherever_the_worker_is_killed(url: str) -> None:
    storage = open_storage(url)
    with storage.writer(SCOPE) as writer:
        writer.open_namespace(MODEL, T0)
        for name in NAMES:
            writer.enqueue(NewJob(KIND, name, {"name": name}), at=T0)
    codes = _ended(url)
    with storage.reader(SCOPE) as reader:
        effects = [note.content for note in reader.page(Selection(), after_row=0, limit=999)]
        sequence = reader.stats().last_sequence
    ended = _jobs(storage)
    storage.close()
    assert (len(codes) > 2, codes[-1], set(codes[:-1])) == (True, 0, {-signal.SIGKILL})
    assert {job.status for job in ended} == {JobStatus.DONE}
    assert sequence == len(effects)
    assert Counter(re.sub(" by lease .*", "", effect) for effect in effects) == {
        f"{name}/{n}": 1 for name in NAMES for n in range(EFFECTS)
    }
    last = {str(job.payload["name"]): job.leases for job in ended}
    assert all(effect.endswith(f" by lease {last[effect.split('/')[0]]}") for effect in effects)
