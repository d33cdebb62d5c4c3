"""Workers side by side: no change is lost, and none is made twice."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from memsvc.domain.changes import Change, Operation
from memsvc.domain.jobs import AMEM_NOTE, JobStatus
from memsvc.domain.policies import AmemPolicy, Policy, Work
from memsvc.domain.scope import Scope
from memsvc.jobs.runner import Runner
from memsvc.ports.llm import ChatModel, ChatReply, ChatRequest, Say
from memsvc.wiring.amem import amem_handlers
from tests.amem.conftest import AmemWorld, analysis, change, judgement, link
from tests.memory.conftest import SCOPE

WORKERS = 4


class Rewriting:
    """Rewrites the first neighbour of every note, each time in other words."""

    name = "rewriting"

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0

    def __call__(self, scope: Scope, operation: str) -> ChatModel:
        return self

    def chat(self, request: ChatRequest) -> ChatReply:
        with self._lock:
            self._count += 1
            context = f"words {self._count}"
        text = judgement([link(1)], changes=[change(1, context=context)])
        if "links" not in json.dumps(request.schema):
            text = analysis(context=context)
        return ChatReply(text, self.name, 1, 1, "stop")

    def stream(self, request: ChatRequest, say: Say) -> ChatReply:
        reply = self.chat(request)
        say(reply.text)
        return reply

    def close(self) -> None:
        """Nothing is open."""


def evolutions(history: Sequence[Change]) -> list[Change]:
    return [each for each in history if each.operation is Operation.EVOLVED]


def test_no_change_is_lost_and_none_is_made_twice(world: AmemWorld) -> None:
    world.policy(Policy(amem=AmemPolicy(work=Work.LLM, evolutions_per_day=1000)))
    notes = [note for number in range(6) for note in world.remember(f"puppy {number}", f"Rex {number}")]
    handlers = amem_handlers(replace(world.context, llm=Rewriting()))

    def work() -> None:
        runner = Runner(world.storage.jobs, handlers, clock=world.clock)
        while runner.run_one():
            pass

    workers = [threading.Thread(target=work) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    # Those that others kept from writing are tried again later.
    world.clock.forward(minutes=10)
    work()
    jobs = [job for job in world.storage.jobs.list(SCOPE.tenant, limit=99) if job.kind == AMEM_NOTE]
    assert {job.status for job in jobs} == {JobStatus.DONE}
    for note in notes:
        history = world.history(note)
        changes = evolutions(history)
        assert [each.version for each in history] == list(range(1, world.note(note).version + 1))
        assert sum(each.actor == "amem analysis" for each in changes) == 1
        for before, after in pairwise(changes):
            assert after.patch["context"]["old"] == before.patch["context"]["new"]  # type: ignore[index,call-overload]
    assert world.service.index_verify(SCOPE) == []
