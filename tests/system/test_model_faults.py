"""A language model that hangs, babbles, breaks off, obeys a memory or sends away: end to end, over HTTP.

Whatever it does, the note is stored and recallable, the operation says `degraded`, and the jobs are tried again
and end visibly.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from memsvc.app import App, build
from memsvc.domain.attributes import Method
from memsvc.domain.drafts import NewSession, NewTurn
from memsvc.domain.ids import NoteId
from memsvc.domain.jobs import AMEM_NOTE, THINK, Job, JobStatus
from memsvc.domain.policies import AmemPolicy, Policy, ThoughtPolicy, Work
from memsvc.domain.recall import RecallQuery
from memsvc.domain.receipts import Actor
from memsvc.domain.scope import Scope
from memsvc.settings import EmbedderSettings, LlmSettings, Settings
from tests.support.chat_endpoint import chat_endpoint

SCOPE = Scope.of("acme", "alice")
ACTOR = Actor("alice")
SAID = "I live in Boston now."
BOTH = Policy(amem=AmemPolicy(work=Work.LLM), thoughts=ThoughtPolicy(work=Work.LLM))
INJECTED = {"thoughts": [], "content": "POISON", "trust": 1.0, "purge": [SAID]}


@contextmanager
def hung() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/v1"


@contextmanager
def garbage() -> Iterator[str]:
    with chat_endpoint() as stub:
        stub.gives(200, "\x00\xff <html>")
        yield stub.url


@contextmanager
def babble() -> Iterator[str]:
    with chat_endpoint() as stub:
        stub.says("Sure! Here is a poem.")
        yield stub.url


@contextmanager
def truncated() -> Iterator[str]:
    with chat_endpoint() as stub:
        stub.says('{"thoughts": [{"sentence": "The us', finish="length")
        yield stub.url


@contextmanager
def broken_off() -> Iterator[str]:
    with chat_endpoint() as stub:
        stub.gives(200, '{"choices": [', promised=5_000)
        yield stub.url


@contextmanager
def injected() -> Iterator[str]:
    with chat_endpoint() as stub:
        stub.says(json.dumps(INJECTED))
        yield stub.url


@contextmanager
def rate_limited() -> Iterator[str]:
    with chat_endpoint() as stub:
        stub.gives(429, "", Retry_After="1200")
        yield stub.url


# What each fault is called in a job.
FAULTS: dict[str, tuple[Callable[[], AbstractContextManager[str]], str]] = {
    "hung": (hung, "AnswerLost (llm-unavailable)"),
    "garbage": (garbage, "LlmBadReply (llm-bad-reply)"),
    "babble": (babble, "LlmBadReply (llm-bad-reply)"),
    "truncated": (truncated, "LlmBadReply (llm-bad-reply)"),
    "broken off": (broken_off, "AnswerLost (llm-unavailable)"),
    "rate-limited": (rate_limited, "LlmUnavailable (llm-unavailable)"),
}


@dataclass
class World:
    """A service whose model is at a URL, and its time."""

    app: App
    now: datetime = datetime(2026, 3, 5, 1, tzinfo=UTC)

    def remember(self) -> NoteId:
        self.app.service.set_policy(SCOPE, BOTH, actor=ACTOR)
        session = NewSession((NewTurn("user", SAID),), started_at=self.now)
        (outcome,) = self.app.service.remember_sessions(SCOPE, [session], actor=ACTOR).outcomes
        (note,) = [each.note for each in outcome.rounds if each.note is not None]
        return note

    def recalled(self) -> list[NoteId]:
        found = self.app.service.recall(SCOPE, RecallQuery("Who lives in Boston?"))
        return [hit.note.id for hit in found.hits]

    def job(self, kind: str) -> Job:
        (job,) = self.app.storage.jobs.list(SCOPE.tenant, kind=kind, limit=9)
        return job

    def method(self, note: NoteId) -> Method | None:
        """Return what made the note's attributes."""
        attributes, _version = self.app.service.attributes(SCOPE, note)
        return attributes.method

    def work(self, *, hours: int = 1) -> None:
        """Do what is due now, and once an hour after."""
        for _ in range(hours):
            self.app.runner.drain()
            self.now += timedelta(hours=1)


@contextmanager
def world_with(url: str, folder: Path, *, timeout: float = 5) -> Iterator[World]:
    settings = Settings(
        data_dir=folder,
        embedder=EmbedderSettings(kind="hashing"),
        llm=LlmSettings(kind="openai", url=url, model="small", attempts=1, timeout=timeout),
    )
    worlds: list[World] = []
    with build(settings, clock=lambda: worlds[0].now) as app:
        worlds.append(World(app))
        yield worlds[0]


@pytest.fixture(params=FAULTS)
def fault(request: pytest.FixtureRequest) -> str:
    """Return the name of a fault."""
    name: str = request.param
    return name


@pytest.fixture
def world(fault: str, tmp_path: Path) -> Iterator[World]:
    """Return a service whose model has the fault."""
    with FAULTS[fault][0]() as url, world_with(url, tmp_path, timeout=0.1 if fault == "hung" else 5) as made:
        yield made


def test_the_note_is_recalled_before_between_and_after_the_attempts(world: World) -> None:
    note = world.remember()
    recalled = [world.recalled()]
    for _ in range(3):
        world.work()
        recalled.append(world.recalled())
    assert all(note in found for found in recalled)
    assert world.app.service.note(SCOPE, note).content == SAID


def test_each_failed_attempt_is_seen_and_tried_again(world: World, fault: str) -> None:
    world.remember()
    for attempt in (1, 2):
        world.work()
        jobs = [world.job(kind) for kind in (THINK, AMEM_NOTE)]
        assert [(job.status, job.attempts, job.error) for job in jobs] == [
            (JobStatus.QUEUED, attempt, FAULTS[fault][1])
        ] * 2


def test_the_thinking_job_ends_by_rules_and_says_degraded(world: World) -> None:
    world.remember()
    world.work(hours=4)
    job = world.job(THINK)
    assert (job.status, job.attempts, job.result) == (
        JobStatus.DONE,
        3,
        {"thoughts": 1, "known": 0, "repeated": 0, "degraded": True},
    )


def test_the_job_of_construction_ends_as_failed_with_attributes_by_rules(world: World, fault: str) -> None:
    note = world.remember()
    world.work(hours=12)
    job = world.job(AMEM_NOTE)
    assert (job.status, job.attempts, job.error) == (JobStatus.FAILED, 8, FAULTS[fault][1])
    assert world.method(note) is Method.RULES


def test_what_is_asked_for_at_once_says_degraded(world: World) -> None:
    note = world.remember()
    assert world.app.service.post_think(SCOPE, [note], actor=ACTOR).degraded == ("thoughts",)
    (reason,) = world.app.service.evolve(SCOPE, note, actor=ACTOR).degraded
    assert reason.startswith("amem: llm-")  # by its code: the words of the error name the address of the endpoint


def test_a_model_that_obeys_a_memory_changes_nothing_but_what_it_was_asked(tmp_path: Path) -> None:
    with injected() as url, world_with(url, tmp_path) as world:
        note = world.remember()
        before = world.app.service.note(SCOPE, note)
        world.work(hours=12)
        after = world.app.service.note(SCOPE, note)
        assert {world.job(kind).status for kind in (THINK, AMEM_NOTE)} <= {JobStatus.DONE, JobStatus.FAILED}
        assert (after.content, after.trust, after.status) == (before.content, before.trust, before.status)
        assert world.recalled() == [note]


def test_a_model_that_is_back_is_asked_by_the_next_attempt(tmp_path: Path) -> None:
    with chat_endpoint() as stub, world_with(stub.url, tmp_path) as world:
        stub.gives(503, "")
        note = world.remember()
        world.work()
        stub.answers.clear()
        stub.says(json.dumps({"keywords": ["Boston"], "context": "Where they live.", "tags": ["home"]}))
        world.work()
        assert world.job(AMEM_NOTE).status is JobStatus.DONE
        assert world.method(note) is Method.LLM
