"""A-MEM's note construction: attributes, the faithful key, and at most two calls."""

from __future__ import annotations

from memsvc.domain.attributes import Method, concatenation
from memsvc.domain.jobs import JobStatus
from memsvc.domain.notes import KeyKind
from tests.amem.conftest import LLM, NOTHING, RULES, AmemWorld, analysis, judgement, link
from tests.memory.conftest import SCOPE


def test_a_new_note_gets_attributes(world: AmemWorld) -> None:
    world.policy(LLM)
    note = world.told("My puppy Rex chews shoes", analysis("puppy", "chewing", tags=["pets"], context="on Rex"))
    found = world.attributes(note)
    assert found is not None
    assert (found.keywords, found.tags, found.context) == (("puppy", "chewing"), ("pets",), "on Rex")
    assert found.method is Method.LLM


def test_the_first_note_takes_one_call_and_others_two(world: AmemWorld) -> None:
    world.policy(LLM)
    world.told("My puppy Rex chews shoes", analysis(), NOTHING)
    assert len(world.requests) == 1
    world.told("Puppy training takes patience", analysis(), NOTHING)
    assert len(world.requests) == 2


def test_rules_make_no_call(world: AmemWorld) -> None:
    world.policy(RULES)
    note = world.told("My puppy Rex chews shoes")
    found = world.attributes(note)
    assert world.requests == ()
    assert found is not None
    assert found.keywords
    assert found.method is Method.RULES


def test_what_is_embedded_is_content_keywords_tags_context(world: AmemWorld) -> None:
    world.policy(LLM)
    note = world.told("My puppy Rex", analysis("puppy", "dog", tags=["pets"], context="on Rex"))
    text = "My puppy Rex\npuppy, dog\npets\non Rex"
    with world.storage.reader(SCOPE) as reader:
        (key,) = [key for key in reader.keys(note) if key.kind is KeyKind.AMEM]
        attributes = reader.attributes.get_many([note])[note]
        assert reader.state is not None
        assert key.text_hash in reader.vectors.get_many(reader.state.model, [key.text_hash])
    assert key.text == text == concatenation("My puppy Rex", attributes)
    assert text in world.embedder.texts


def test_a_finished_job_says_what_it_did(world: AmemWorld) -> None:
    world.policy(LLM)
    world.told("My puppy Rex chews shoes", analysis())
    (note,) = world.remember("Puppy training takes patience")
    world.answers(analysis(), judgement([link(1)]))
    job = world.work()[0]
    assert job.status is JobStatus.DONE
    assert job.result == {"notes": 1, "changed": 1, "links": 1, "degraded": False}
    assert [each.other for each in world.links(note)] != []


def test_without_a_policy_nothing_is_done(world: AmemWorld) -> None:
    note = world.told("My puppy Rex chews shoes", analysis())
    assert world.attributes(note) is None
    assert world.requests == ()
