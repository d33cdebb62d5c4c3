"""The sweep as the worker does it: from the hourly chore to a job that has ended."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from memsvc.app import build
from memsvc.domain.drafts import NewItem
from memsvc.domain.jobs import SWEEP, JobStatus, NewJob
from memsvc.domain.policies import Policy, RetentionPolicy
from memsvc.domain.selection import Selection
from memsvc.settings import GuardSettings, Settings
from memsvc_agents.embed.hashing import HashingEmbedder
from tests.memory.conftest import ACTOR, SCOPE, Clock


def test_the_worker_sweeps_hourly(tmp_path: Path) -> None:
    clock = Clock()
    settings = Settings(data_dir=tmp_path, guard=GuardSettings(level="off"))
    with build(settings, embedder=HashingEmbedder(), clock=clock) as app:
        app.service.remember(SCOPE, [NewItem(text) for text in ("tea", "coffee", "milk")], actor=ACTOR)
        app.runner.do_chores()
        app.service.set_policy(SCOPE, Policy(retention=RetentionPolicy(max_notes=1)), actor=ACTOR)
        app.runner.do_chores()
        assert not app.runner.run_one()
        clock.now += timedelta(hours=1)
        app.runner.do_chores()
        assert app.runner.run_one()
        (job,) = app.storage.jobs.list(SCOPE.tenant, kind=SWEEP, limit=9)
        left = app.service.notes(SCOPE, Selection(), after_row=0, limit=9)
    assert (job.status, job.result) == (JobStatus.DONE, {"forgotten": 2, "admitted": 0})
    assert [note.content for note in left] == ["milk"]


def test_a_sweep_of_a_namespace_that_was_purged_meanwhile_does_nothing(tmp_path: Path) -> None:
    with build(Settings(data_dir=tmp_path), embedder=HashingEmbedder(), clock=Clock()) as app:
        app.service.remember(SCOPE, [NewItem("tea")], actor=ACTOR)
        with app.storage.writer(SCOPE) as writer:
            writer.drop_namespace(at=Clock().now, actor="test")
            writer.enqueue(NewJob(SWEEP, dedupe=SWEEP), at=Clock().now)
        assert app.runner.run_one()
        (job,) = app.storage.jobs.list(SCOPE.tenant, kind=SWEEP, limit=9)
    assert (job.status, job.result) == (JobStatus.DONE, {"forgotten": 0, "admitted": 0})
