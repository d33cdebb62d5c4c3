"""The job that makes the tables anew, run by a worker of the whole service."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from memsvc.app import build
from memsvc.domain.drafts import NewItem
from memsvc.domain.jobs import REHASH
from memsvc.domain.notes import Kind
from memsvc.domain.policies import Policy, ThoughtPolicy
from memsvc.domain.receipts import Actor
from memsvc.domain.scope import Scope
from memsvc.ports.hashing import Purpose
from memsvc.settings import Settings
from memsvc_agents.embed.hashing import HashingEmbedder

SCOPE, ACTOR = Scope.of("acme", "alice"), Actor("tester")
NOW = datetime(2026, 5, 1, tzinfo=UTC)


def test_a_worker_brings_the_tables_that_a_new_policy_asks_for(tmp_path: Path) -> None:
    with build(Settings(data_dir=tmp_path), embedder=HashingEmbedder(), clock=lambda: NOW) as app:
        app.service.remember(SCOPE, [NewItem("Alice lives in Berlin", Kind.THOUGHT)], actor=ACTOR)
        policy = Policy(thoughts=ThoughtPolicy(groups=32))
        app.service.set_policy(SCOPE, policy, actor=ACTOR, expected_version=None)
        app.runner.only([REHASH]).drain()

        assert app.service.index_verify(SCOPE) == []
        with app.storage.reader(SCOPE) as reader:
            epoch = reader.buckets.epoch(Purpose.RECALL)
    assert epoch is not None
    assert epoch.parameters.groups == 32
