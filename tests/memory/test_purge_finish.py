"""What follows the commit of an erasure."""

from __future__ import annotations

import pytest

from memsvc.domain.drafts import NewItem
from memsvc.domain.jobs import JobStatus
from memsvc.domain.receipts import Actor
from memsvc.domain.scope import Scope
from memsvc.errors import StorageBusy

SCOPE = Scope.of("acme", "alice")
ACTOR = Actor("tester")


def busy() -> None:
    raise StorageBusy("busy")


@pytest.mark.parametrize("whole", [False, True], ids=["notes", "namespace"])
def test_a_busy_database_leaves_the_end_to_a_job(world, monkeypatch, whole):
    note = world.service.remember(SCOPE, [NewItem("a")], actor=ACTOR).outcomes[0].note
    monkeypatch.setattr(type(world.storage), "compact", lambda self: busy())
    if whole:
        receipt = world.service.purge_namespace(SCOPE, actor=ACTOR)
    else:
        receipt = world.service.purge(SCOPE, [note], actor=ACTOR)
    waiting = world.storage.jobs.list(SCOPE.tenant, status=JobStatus.QUEUED, limit=9)
    assert (receipt.notes_erased, receipt.compacted) == (1, False)
    assert "erase.finish" in [job.kind for job in waiting]


def test_index_files_are_erased_after_the_wait_for_readers(world, monkeypatch):
    note = world.service.remember(SCOPE, [NewItem("a")], actor=ACTOR).outcomes[0].note
    steps = []
    monkeypatch.setattr(type(world.storage), "compact", lambda self: steps.append("compact"))
    monkeypatch.setattr(type(world.context.index), "erase", lambda self, row: steps.append("erase"))
    world.service.purge(SCOPE, [note], actor=ACTOR)
    assert steps == ["compact", "erase"]
