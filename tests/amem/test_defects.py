"""What agiresearch/A-mem does wrong (memory-algorithms.md, 2.4), by number, and what must hold instead."""

from __future__ import annotations

from dataclasses import replace

import pytest

from memsvc.domain.changes import Operation
from memsvc.domain.drafts import NewItem
from memsvc.domain.ids import NoteId
from memsvc.domain.jobs import JobStatus
from memsvc.domain.links import LinkType
from memsvc.domain.policies import AmemPolicy, Policy, Work
from memsvc.domain.recall import Mode, RecallQuery
from memsvc.errors import LlmUnavailable
from memsvc.memory.service import MemoryService
from memsvc_agents.llm.scripted import ScriptedChat
from tests.amem.conftest import LLM, NOTHING, AmemWorld, Models, analysis, change, judgement, link
from tests.memory.conftest import ACTOR, SCOPE

STORIES = ["Zebra stripes confuse flies", "Quarterly tax is due", "A violin concerto in D"]
LIKE_PETS = ("puppy Rex", "training", "patience with a puppy", "chews shoes")
PETS = ["My puppy Rex chews shoes", "Puppy training takes patience"]


@pytest.fixture
def stories(world: AmemWorld) -> list[NoteId]:
    """Five notes with attributes, of which the last two are near to what is told of a puppy."""
    world.policy(Policy(amem=AmemPolicy(work=Work.LLM, neighbours=2)))
    told = [world.told(text, analysis(text, context=f"on {text}"), NOTHING) for text in STORIES]
    return told + [world.told(text, analysis(*LIKE_PETS, context=f"on {text}"), NOTHING) for text in PETS]


def test_1_adding_analyses(world: AmemWorld) -> None:
    world.policy(LLM)
    found = world.attributes(world.told("My puppy Rex", analysis("puppy", context="on Rex"), NOTHING))
    assert found is not None
    assert (found.keywords, found.tags, found.context) == (("puppy",), ("things",), "on Rex")


def test_2_only_retrieved_neighbours_change(world: AmemWorld, stories: list[NoteId]) -> None:
    answer = judgement(changes=[change(1, context="new one"), change(2, context="new two")])
    world.told("Rex the puppy needs training, he chews shoes", analysis(*LIKE_PETS), answer)
    contexts = [world.attributes(note).context for note in stories]  # type: ignore[union-attr]
    assert contexts[:3] == [f"on {text}" for text in STORIES]
    assert sorted(contexts[3:]) == ["new one", "new two"]


def test_3_links_are_ids_of_notes(world: AmemWorld, stories: list[NoteId]) -> None:
    new = world.told("Rex the puppy needs training", analysis(*LIKE_PETS), judgement([link(1), link(2)]))
    assert {each.other for each in world.links(new)} == set(stories[3:])


def test_4_linked_notes_come_along_though_there_are_k_hits(world: AmemWorld, stories: list[NoteId]) -> None:
    world.service.link(SCOPE, stories[3], stories[1], actor=ACTOR)
    found = world.service.recall(SCOPE, RecallQuery("puppy Rex chews shoes", k=1, mode=Mode.AMEM)).hits
    assert [hit.note.id for hit in found] == [stories[3], stories[1]]
    assert (found[1].linked_from, found[1].link) == (stories[3], LinkType.MANUAL)


def test_5_what_is_read_is_what_is_searched(world: AmemWorld, stories: list[NoteId]) -> None:
    answer = judgement(changes=[change(1, context="labrador kennel"), change(2, context="labrador kennel")])
    world.told("Rex the puppy needs training, he chews shoes", analysis(*LIKE_PETS), answer)
    found = world.service.recall(SCOPE, RecallQuery("labrador kennel", k=2, mode=Mode.AMEM)).hits
    assert {hit.note.id for hit in found} == set(stories[3:])
    gone = world.service.recall(SCOPE, RecallQuery("Puppy training takes patience on", k=1, mode=Mode.AMEM)).hits
    assert gone[0].score < 0.99


def test_6_each_service_keeps_its_own_model(world: AmemWorld) -> None:
    mine, others = world.remember("My puppy Rex", "A violin concerto")
    world.answers(analysis("mine"), NOTHING)
    models = Models(ScriptedChat([analysis("other"), NOTHING]))
    other = MemoryService(replace(world.context, llm=models))
    assert world.service.evolve(SCOPE, mine, actor=ACTOR).attributes.keywords == ("mine",)
    assert other.evolve(SCOPE, others, actor=ACTOR).attributes.keywords == ("other",)


def test_7_every_way_of_searching_answers(world: AmemWorld, stories: list[NoteId]) -> None:
    for mode in (Mode.HYBRID, Mode.DENSE, Mode.LEXICAL, Mode.AMEM):
        assert world.service.recall(SCOPE, RecallQuery("violin concerto", mode=mode)).hits


@pytest.mark.parametrize("text", ["42", "[1, 2]", "{'a': 1}", "2024-05-01", "None", "1e400"])
def test_8_text_stays_text(world: AmemWorld, text: str) -> None:
    world.policy(LLM)
    note = world.told("A note of numbers", analysis(text, tags=[text], context=text))
    found = world.attributes(note)
    assert found is not None
    assert (found.keywords, found.tags, found.context) == ((text,), (text,), text)


def test_9_no_link_dangles(world: AmemWorld, stories: list[NoteId]) -> None:
    new = world.told("Rex the puppy needs training", analysis(*LIKE_PETS), judgement([link(1), link(2)]))
    world.service.forget(SCOPE, stories[3], actor=ACTOR)
    assert [each.other for each in world.links(new)] == [stories[4]]
    world.service.restore(SCOPE, stories[3], actor=ACTOR)
    assert {each.other for each in world.links(new)} == set(stories[3:])
    world.service.purge(SCOPE, [stories[3]], actor=ACTOR)
    assert [each.other for each in world.links(new)] == [stories[4]]


def test_10_what_takes_a_notes_place_is_analysed_embedded_and_recorded(
    world: AmemWorld, stories: list[NoteId]
) -> None:
    told = world.service.remember(SCOPE, [NewItem("A cello sonata", supersedes=stories[2])], actor=ACTOR)
    new = NoteId(str(told.outcomes[0].note))
    world.answers(analysis("cello"), NOTHING)
    world.work()
    found = world.service.recall(SCOPE, RecallQuery("A cello sonata cello", mode=Mode.AMEM)).hits
    assert found[0].note.id == new
    assert stories[2] not in {hit.note.id for hit in found}
    assert world.attributes(new).keywords == ("cello",)  # type: ignore[union-attr]
    assert world.history(stories[2])[-1].operation is Operation.SUPERSEDED


def test_11_a_failing_model_is_said_and_asked_again(world: AmemWorld) -> None:
    world.policy(LLM)
    (note,) = world.remember("My puppy Rex chews shoes")
    world.answers(LlmUnavailable("away"))
    job = world.work()[0]
    assert (job.status, job.attempts) == (JobStatus.QUEUED, 1)
    assert "LlmUnavailable" in str(job.error)
    world.answers(analysis("puppy"))
    world.clock.forward(minutes=10)
    assert world.work()[0].status is JobStatus.DONE
    assert world.attributes(note).keywords == ("puppy",)  # type: ignore[union-attr]


def test_11_history_and_versions_count(world: AmemWorld, stories: list[NoteId]) -> None:
    assert world.note(stories[0]).version == 2
    assert [each.operation for each in world.history(stories[0])] == [Operation.CREATED, Operation.EVOLVED]


def test_11_the_best_score_is_the_highest(world: AmemWorld, stories: list[NoteId]) -> None:
    found = world.service.recall(SCOPE, RecallQuery("Zebra stripes confuse flies", k=5, mode=Mode.AMEM)).hits
    scores = [hit.score for hit in found if hit.linked_from is None]
    assert found[0].note.id == stories[0]
    assert scores == sorted(scores, reverse=True)
