"""What a note may do by its own status and origin, and by what it rests on."""

from __future__ import annotations

import pytest

from memsvc.domain.attributes import Method
from memsvc.domain.changes import Operation
from memsvc.domain.derivations import Derivation, Role
from memsvc.domain.drafts import NewItem
from memsvc.domain.ids import NoteId
from memsvc.domain.links import LinkType, NewLink
from memsvc.domain.notes import TRUST_OF_ORIGIN, Kind, Origin, Status
from memsvc.domain.policies import GuardPolicy, Policy
from memsvc.domain.recall import Hit, Influence, InfluenceReason, Level, Mode, RecallQuery, Standing
from memsvc.domain.revising import StatusChange
from memsvc.domain.selection import Selection
from memsvc.errors import InvalidInput
from tests.memory.conftest import ACTOR, SCOPE, World

TEXT = "my dog Pixel likes the harbour"
ASKED = "what does my dog Pixel like"
LIMITED = Standing(Influence.EVIDENCE_ONLY, InfluenceReason.LIMITED)
ORIGIN = Standing(Influence.EVIDENCE_ONLY, InfluenceReason.ORIGIN)


def told(world: World, *texts: str, kind: Kind = Kind.FACT, origin: Origin = Origin.DIRECT_USER) -> list[NoteId]:
    items = [NewItem(text, kind=kind, origin=origin) for text in texts]
    return [NoteId(str(each.note)) for each in world.service.remember(SCOPE, items, actor=ACTOR).outcomes]


def become(world: World, note: NoteId, status: Status) -> None:
    with world.storage.writer(SCOPE) as writer:
        writer.change_status(StatusChange(note, Operation.QUARANTINED, status, world.clock(), ACTOR.name))


def derive(world: World, note: NoteId, *sources: NoteId) -> None:
    with world.storage.writer(SCOPE) as writer:
        writer.derivations.add([Derivation(note, source, Role.THOUGHT) for source in sources])


def link(world: World, first: NoteId, second: NoteId) -> None:
    with world.storage.writer(SCOPE) as writer:
        writer.links.put(
            [NewLink(first, second, LinkType.RELATED, 1.0, Method.USER)], at=world.clock(), actor=ACTOR.name
        )


def standings(world: World, query: RecallQuery) -> dict[NoteId, Standing]:
    answer = world.service.recall(SCOPE, query)
    hits: list[Hit] = [*answer.hits, *(hit for each in answer.sessions for hit in each.hits)]
    return {hit.note.id: Standing(hit.influence, hit.reason) for hit in hits}


def asked(**fields: object) -> RecallQuery:
    return RecallQuery(ASKED, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", [mode for mode in Mode if mode is not Mode.TIM])
@pytest.mark.parametrize(
    ("origin", "standing"),
    [
        (Origin.DIRECT_USER, Standing()),
        (Origin.TOOL_INTERNAL, Standing()),
        (Origin.MODEL_INFERENCE, Standing()),
        (Origin.TOOL_EXTERNAL, ORIGIN),
        (Origin.UNTRUSTED_DOCUMENT, ORIGIN),
    ],
)
def test_an_untrusted_origin_is_never_of_full_influence(
    world: World, mode: Mode, origin: Origin, standing: Standing
) -> None:
    (note,) = told(world, TEXT, origin=origin)
    assert standings(world, asked(mode=mode)) == {note: standing}


@pytest.mark.parametrize("least", [Origin.TOOL_EXTERNAL, Origin.UNTRUSTED_DOCUMENT])
def test_no_policy_gives_what_comes_from_outside_full_influence(least: Origin) -> None:
    with pytest.raises(InvalidInput, match="/guard/full_influence_from"):
        Policy(guard=GuardPolicy(full_influence_from=least))


@pytest.mark.parametrize("least", [Origin.DIRECT_USER, Origin.TOOL_INTERNAL, Origin.MODEL_INFERENCE])
def test_the_policy_says_from_which_origin_on(world: World, least: Origin) -> None:
    notes = {told(world, f"{TEXT} {origin}", origin=origin)[0]: origin for origin in Origin}
    policy = Policy(guard=GuardPolicy(full_influence_from=least))
    world.service.set_policy(SCOPE, policy, actor=ACTOR, expected_version=None)
    found = standings(world, asked(caller=Origin.DIRECT_USER))
    enough = {note for note, origin in notes.items() if TRUST_OF_ORIGIN[origin] >= TRUST_OF_ORIGIN[least]}
    assert {note for note, standing in found.items() if standing == Standing()} == enough


@pytest.mark.parametrize("mode", [mode for mode in Mode if mode is not Mode.TIM])
def test_a_limited_note_is_evidence(world: World, mode: Mode) -> None:
    (note,) = told(world, TEXT)
    become(world, note, Status.LIMITED)
    assert standings(world, asked(mode=mode)) == {note: LIMITED}
    assert standings(world, asked(mode=mode, full_only=True)) == {}


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("level", list(Level))
def test_a_quarantined_note_is_never_returned(world: World, mode: Mode, level: Level) -> None:
    (note, other) = told(world, TEXT, "pottery night", kind=Kind.THOUGHT)
    become(world, note, Status.QUARANTINED)
    link(world, note, other)
    found = [
        standings(world, asked(mode=mode, level=level, neighbours=2, full_only=only)) for only in (False, True)
    ]
    assert all(note not in each for each in found)


@pytest.mark.parametrize("status", [Status.QUARANTINED, Status.FORGOTTEN, Status.PENDING])
def test_a_hidden_note_that_is_asked_for_may_do_nothing(world: World, status: Status) -> None:
    (note,) = told(world, TEXT)
    become(world, note, status)
    selection = Selection(statuses=frozenset({status}))
    assert standings(world, asked(selection=selection)) == {note: (Influence.NONE, InfluenceReason.HIDDEN)}


def test_what_held_then_is_evidence_now(world: World) -> None:
    (old,) = told(world, TEXT)
    then = world.clock.now
    world.clock.forward(days=1)
    world.service.remember(SCOPE, [NewItem("my dog Pixel likes the park", supersedes=old)], actor=ACTOR)
    found = standings(world, asked(selection=Selection(known_at=then)))
    assert found == {old: (Influence.EVIDENCE_ONLY, InfluenceReason.HIDDEN)}


def test_a_source_that_only_an_untrusted_thought_finds_is_evidence(world: World) -> None:
    (source,) = told(world, "we met at nine")
    (thought,) = told(world, TEXT, kind=Kind.THOUGHT, origin=Origin.TOOL_EXTERNAL)
    told(world, *(f"{ASKED} {number}" for number in range(3)))
    derive(world, thought, source)
    assert standings(world, asked(mode=Mode.LEXICAL))[source] == ORIGIN


def test_a_source_that_a_trusted_thought_finds_is_not(world: World) -> None:
    (source,) = told(world, "we met at nine")
    (thought,) = told(world, TEXT, kind=Kind.THOUGHT)
    derive(world, thought, source)
    assert standings(world, asked(mode=Mode.LEXICAL))[source] == Standing()


def test_an_untrusted_thought_lowers_no_source_that_is_found_by_itself(world: World) -> None:
    (source,) = told(world, TEXT)
    (thought,) = told(world, ASKED, kind=Kind.THOUGHT, origin=Origin.TOOL_EXTERNAL)
    derive(world, thought, source)
    assert standings(world, asked())[source] == Standing()


def test_a_note_to_which_only_an_untrusted_one_leads_is_evidence(world: World) -> None:
    (led_to,) = told(world, "pottery night")
    (untrusted,) = told(world, TEXT, origin=Origin.UNTRUSTED_DOCUMENT)
    link(world, untrusted, led_to)
    assert standings(world, asked(depth=1, k=1, offset=1)) == {led_to: ORIGIN}


def test_a_note_to_which_a_trusted_one_leads_is_not(world: World) -> None:
    (led_to,) = told(world, "pottery night")
    (trusted,) = told(world, TEXT)
    link(world, trusted, led_to)
    assert standings(world, asked(depth=1, k=1, offset=1)) == {led_to: Standing()}


@pytest.mark.parametrize(
    ("status", "reason"), [(Status.LIMITED, InfluenceReason.LIMITED), (Status.QUARANTINED, InfluenceReason.HIDDEN)]
)
@pytest.mark.parametrize("mode", [Mode.TIM, Mode.HYBRID])
def test_a_thought_is_no_more_than_its_sources(
    world: World, mode: Mode, status: Status, reason: InfluenceReason
) -> None:
    (good, bad) = told(world, "we met at nine", "we met at ten")
    (thought,) = told(world, TEXT, kind=Kind.THOUGHT)
    derive(world, thought, good, bad)
    become(world, bad, status)
    query = asked(
        mode=mode, probes=4096 if mode is Mode.TIM else 1, selection=Selection(kinds=frozenset({Kind.THOUGHT}))
    )
    assert standings(world, query) == {thought: (Influence.EVIDENCE_ONLY, reason)}


def test_a_linked_note_is_no_more_than_the_hit_that_it_comes_with(world: World) -> None:
    (untrusted,) = told(world, TEXT, origin=Origin.TOOL_EXTERNAL)
    (other,) = told(world, "pottery night")
    link(world, untrusted, other)
    assert standings(world, asked(mode=Mode.AMEM, k=1)) == {untrusted: ORIGIN, other: ORIGIN}


def test_a_linked_note_is_judged_by_itself_too(world: World) -> None:
    (hit,) = told(world, TEXT)
    (other,) = told(world, "pottery night", origin=Origin.TOOL_EXTERNAL)
    link(world, hit, other)
    assert standings(world, asked(mode=Mode.AMEM, k=1)) == {hit: Standing(), other: ORIGIN}
    assert standings(world, asked(mode=Mode.AMEM, k=1, full_only=True)) == {hit: Standing()}


@pytest.mark.parametrize(
    ("status", "reason"), [(Status.LIMITED, InfluenceReason.LIMITED), (Status.QUARANTINED, InfluenceReason.HIDDEN)]
)
def test_a_linked_thought_is_no_more_than_its_sources(
    world: World, status: Status, reason: InfluenceReason
) -> None:
    (hit, source) = told(world, TEXT, "we met at nine")
    (thought,) = told(world, "pottery night", kind=Kind.THOUGHT)
    derive(world, thought, source)
    link(world, hit, thought)
    become(world, source, status)
    found = standings(world, asked(mode=Mode.AMEM, k=1))
    assert found == {hit: Standing(), thought: (Influence.EVIDENCE_ONLY, reason)}
