"""The rule twin: links by rare words and mutual nearness, tags by majority."""

from __future__ import annotations

import pytest

from memsvc.domain.attributes import Method
from memsvc.domain.changes import Operation
from memsvc.domain.drafts import NewItem, NewSession, NewTurn
from memsvc.domain.ids import NoteId, SessionId
from memsvc.domain.jobs import LINK_NOTES, JobStatus
from memsvc.domain.links import LinkType
from memsvc.domain.notes import Kind, Status
from memsvc.domain.policies import AmemPolicy, LinkPolicy, Policy, Work
from memsvc.domain.revising import StatusChange
from tests.amem.conftest import LLM, NOTHING, RULES, AmemWorld, analysis, judgement, link
from tests.memory.conftest import ACTOR, SCOPE

ENTITY = Policy(links=LinkPolicy(entity=True))
SEMANTIC = Policy(links=LinkPolicy(semantic=True, tau=0.5))
FILLER = [f"filler{number} talks of matter{number}" for number in range(8)]


def linked(world: AmemWorld, note: NoteId, type_: LinkType) -> dict[NoteId, float]:
    return {each.other: each.weight for each in world.service.links(SCOPE, note, types={type_})}


def test_notes_that_share_a_rare_word_are_linked(world: AmemWorld) -> None:
    world.policy(ENTITY)
    world.remember(*FILLER)
    first, second = world.remember("I saw the aurora in Tromso", "The aurora was green")
    jobs = [job for job in world.work() if job.kind == LINK_NOTES]
    assert {job.status for job in jobs} == {JobStatus.DONE}
    assert list(linked(world, first, LinkType.ENTITY)) == [second]
    assert 0 < linked(world, second, LinkType.ENTITY)[first] <= 1


def test_a_word_that_many_notes_have_links_none(world: AmemWorld) -> None:
    world.policy(ENTITY)
    notes = world.remember(*(f"aurora number{number}" for number in range(9)))
    world.work()
    assert all(linked(world, note, LinkType.ENTITY) == {} for note in notes)


def test_more_shared_words_weigh_more(world: AmemWorld) -> None:
    world.policy(ENTITY)
    world.remember(*FILLER)
    both, one, two = world.remember("aurora over fjord kayaking", "a dull aurora", "fjord kayaking at dawn")
    world.work()
    weights = linked(world, both, LinkType.ENTITY)
    assert weights[two] > weights[one]


def test_each_others_nearest_with_a_keyword_in_common_are_linked(world: AmemWorld) -> None:
    world.policy(SEMANTIC)
    world.remember(*FILLER)
    first, second = world.remember("green tea ceremony in Kyoto", "green tea ceremony in Osaka")
    world.work()
    weights = linked(world, first, LinkType.SEMANTIC)
    assert list(weights) == [second]
    assert weights[second] >= 0.5


def test_what_is_below_tau_is_not_linked(world: AmemWorld) -> None:
    world.policy(Policy(links=LinkPolicy(semantic=True, tau=0.99)))
    first, _ = world.remember("green tea ceremony in Kyoto", "green tea ceremony in Osaka")
    world.work()
    assert linked(world, first, LinkType.SEMANTIC) == {}


def test_a_note_that_is_not_among_the_others_nearest_is_not_linked(world: AmemWorld) -> None:
    """With one neighbour each, the middle note's nearest is the first one, so the third is left alone."""
    world.policy(Policy(links=LinkPolicy(semantic=True, tau=0.2, cap=1)))
    first, second, third = world.remember(
        "green tea ceremony in Kyoto", "green tea ceremony in Kyoto town", "green tea in a shop at noon"
    )
    world.work()
    assert list(linked(world, first, LinkType.SEMANTIC)) == [second]
    assert linked(world, third, LinkType.SEMANTIC) == {}


def test_no_note_has_more_links_of_a_type_from_itself_than_the_cap(world: AmemWorld) -> None:
    world.policy(Policy(links=LinkPolicy(semantic=True, tau=0.1, cap=2)))
    notes = world.remember(*(f"green tea ceremony number{number}" for number in range(6)))
    world.work()
    with world.storage.reader(SCOPE) as reader:
        assert 0 < reader.links.count()[LinkType.SEMANTIC] <= 2 * len(notes)


def test_linking_again_makes_no_new_link(world: AmemWorld) -> None:
    world.policy(ENTITY)
    world.remember(*FILLER, "I saw the aurora in Tromso", "The aurora was green")
    world.work()
    with world.storage.reader(SCOPE) as reader:
        before = reader.links.count()
    world.service.consolidate(SCOPE, actor=ACTOR)
    with world.storage.reader(SCOPE) as reader:
        assert reader.links.count() == before


def test_thoughts_are_not_linked_by_rules(world: AmemWorld) -> None:
    world.policy(ENTITY)
    world.remember(*FILLER, "I saw the aurora in Tromso")
    told = world.service.remember(SCOPE, [NewItem("The aurora was seen", kind=Kind.THOUGHT)], actor=ACTOR)
    world.work()
    assert world.links(NoteId(str(told.outcomes[0].note))) == []


@pytest.mark.parametrize(("policy", "type_"), [(ENTITY, LinkType.ENTITY), (SEMANTIC, LinkType.SEMANTIC)])
def test_a_limited_note_is_not_linked_by_rules(world: AmemWorld, policy: Policy, type_: LinkType) -> None:
    world.policy(policy)
    world.remember(*FILLER)
    first, second = world.remember("green tea ceremony in Kyoto", "green tea ceremony in Osaka")
    with world.storage.writer(SCOPE) as writer:
        doubt = StatusChange(
            second, Operation.UPDATED, Status.LIMITED, world.clock(), ACTOR.name, "it is doubtful"
        )
        writer.change_status(doubt)
    world.work()
    assert linked(world, first, type_) == {}


def test_attributes_by_rules_link_no_thoughts(world: AmemWorld) -> None:
    told = world.service.remember(SCOPE, [NewItem("Mike is a teacher", kind=Kind.THOUGHT)], actor=ACTOR)
    world.policy(RULES)
    world.remember("Mike is a teacher in Rome")
    world.work()
    assert world.links(NoteId(str(told.outcomes[0].note))) == []


def test_the_context_by_rules_is_who_said_it_when_and_after_what(world: AmemWorld) -> None:
    world.policy(Policy(amem=AmemPolicy(work=Work.RULES)))
    turns = [
        NewTurn("user", "Where is Kyoto?"),
        NewTurn("assistant", "Kyoto is in Japan."),
        NewTurn("user", "I will go in May."),
        NewTurn("assistant", "Enjoy the temples."),
    ]
    session = NewSession(turns, id=SessionId("trip"), started_at=world.clock())
    (told,) = world.service.remember_sessions(SCOPE, [session], actor=ACTOR).outcomes
    world.work()
    first, second = (world.attributes(NoteId(str(each.note))) for each in told.rounds)
    assert first is not None
    assert second is not None
    assert first.context == "user and assistant on Wednesday, 01 May 2024"
    assert second.context == "user and assistant on Wednesday, 01 May 2024, after: Kyoto is in Japan."
    assert second.method is Method.RULES


def test_what_was_said_before_is_a_source_of_the_context(world: AmemWorld) -> None:
    world.policy(Policy(amem=AmemPolicy(work=Work.RULES)))
    turns = [NewTurn("user", "My pin is 4711."), NewTurn("user", "Do not tell."), NewTurn("user", "Promise?")]
    session = NewSession(turns, id=SessionId("secret"), started_at=world.clock())
    (told,) = world.service.remember_sessions(SCOPE, [session], actor=ACTOR).outcomes
    world.work()
    notes = [NoteId(str(each.note)) for each in told.rounds]
    assert len(notes) > 1
    world.service.purge(SCOPE, [notes[0]], actor=ACTOR)
    kept = [world.attributes(note) for note in notes[1:]]
    assert "4711" not in str([(each.context, each.keywords, each.tags) for each in kept if each is not None])


@pytest.mark.parametrize(("tags", "taken"), [(["brewing", "brewing"], True), (["brewing", "pouring"], False)])
def test_a_tag_that_most_of_two_linked_notes_have_is_taken_over(
    world: AmemWorld, tags: list[str], taken: bool
) -> None:
    world.policy(LLM)
    near = [
        world.told(f"green tea ceremony {place}", analysis("green tea ceremony", tags=[tag]), NOTHING)
        for place, tag in zip(("Kyoto", "Osaka"), tags, strict=True)
    ]
    world.policy(Policy(amem=AmemPolicy(work=Work.RULES), links=LinkPolicy(tau=0.1)))
    new = world.told("green tea ceremony bowl")
    found = world.attributes(new)
    assert set(linked(world, new, LinkType.SEMANTIC)) == set(near)
    assert found is not None
    assert ("brewing" in found.tags) is taken
    with world.storage.reader(SCOPE) as reader:
        sources = {each.source for each in reader.derivations.sources([new])}
    assert sources == (set(near) if taken else set())


def test_a_linked_note_takes_over_what_most_of_its_own_linked_notes_have(world: AmemWorld) -> None:
    world.policy(LLM)
    old = world.told("green tea ceremony Kyoto", analysis("green tea ceremony", tags=["travel"]))
    world.told("green tea ceremony Osaka", analysis("green tea ceremony", tags=["bowl"]), judgement([link(1)]))
    world.policy(Policy(amem=AmemPolicy(work=Work.RULES), links=LinkPolicy(tau=0.1)))
    world.told("bowl: green tea ceremony bowl")
    found = world.attributes(old)
    assert found is not None
    assert found.tags == ("travel", "bowl")
    assert found.context == "a note"


def test_how_rare_a_word_is_does_not_depend_on_how_far_the_jobs_are(world: AmemWorld) -> None:
    """More notes than one job takes, in which the word of the first two comes again."""
    world.policy(ENTITY)
    texts = [f"filler{number} talks of matter{number}" for number in range(110)]
    notes = world.remember("aurora first", "aurora second", *texts, *(f"aurora again{n}" for n in range(5)))
    world.work()
    assert linked(world, notes[0], LinkType.ENTITY) == {}


def test_attributes_by_rules_change_nothing_that_words_find(world: AmemWorld) -> None:
    (note,) = world.remember("My puppy Rex chews shoes")
    with world.storage.reader(SCOPE) as reader:
        before = reader.lexical("puppy wednesday", limit=5, allowed=None)["lexical_all"].scores.tolist()
    world.service.set_policy(SCOPE, Policy(amem=AmemPolicy(work=Work.RULES)), actor=ACTOR, expected_version=None)
    world.service.consolidate(SCOPE, actor=ACTOR)
    with world.storage.reader(SCOPE) as reader:
        assert reader.attributes.get_many([note])
        assert reader.lexical("puppy wednesday", limit=5, allowed=None)["lexical_all"].scores.tolist() == before
