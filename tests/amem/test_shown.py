"""What a model gets to see."""

from __future__ import annotations

from memsvc.domain.drafts import NewItem, NewSession, NewTurn
from memsvc.domain.ids import SessionId
from memsvc.domain.notes import Kind, Origin
from memsvc.domain.scope import Scope
from tests.amem.conftest import LLM, NOTHING, AmemWorld, analysis
from tests.memory.conftest import ACTOR, SCOPE

BOB = Scope.of("acme", "bob")
RIVAL = Scope.of("rival", "alice")


def asked(world: AmemWorld) -> str:
    return "\n".join(message.content for request in world.requests for message in request.messages)


def test_no_prompt_holds_a_word_of_another_namespace(world: AmemWorld) -> None:
    for scope in (BOB, RIVAL):
        world.policy(LLM, scope=scope)
        world.remember("My puppy Rex has a zeppelin", scope=scope)
    world.answers(analysis("zeppelin"), analysis("zeppelin"))
    world.work()
    world.policy(LLM)
    world.told("My puppy Rex chews shoes", analysis(), NOTHING)
    assert "chews shoes" in asked(world)
    world.told("Puppy Rex has training", analysis(), NOTHING)
    assert len(world.requests) == 2
    assert "zeppelin" not in asked(world)


def test_a_note_is_no_neighbour_of_itself(world: AmemWorld) -> None:
    world.policy(LLM)
    world.told("My puppy Rex chews shoes", analysis())
    world.told("Puppy training takes patience", analysis(), NOTHING)
    judged = world.requests[1].messages[-1].content
    assert judged.count("takes patience") == 1
    assert judged.count('{"n":') == 1


def test_a_thought_is_no_neighbour(world: AmemWorld) -> None:
    world.remember("Puppy training takes patience")
    world.service.remember(SCOPE, [NewItem("My puppy Rex chews shoes", kind=Kind.THOUGHT)], actor=ACTOR)
    world.policy(LLM)
    world.told("My puppy Rex chews many shoes", analysis(), NOTHING)
    judged = world.requests[1].messages[-1].content
    assert "takes patience" in judged
    assert "Rex chews shoes" not in judged


def test_at_most_k_neighbours_are_shown(world: AmemWorld) -> None:
    world.remember(*(f"puppy number {number}" for number in range(9)))
    world.policy(LLM)
    world.told("puppy number ten", analysis(), NOTHING)
    assert world.requests[1].messages[-1].content.count('{"n":') == 5


def talk(world: AmemWorld, origin: Origin | None) -> None:
    for turns, source in ((["What do you do?"], origin), (["What do you do?", "I dive."], None)):
        session = NewSession(
            tuple(NewTurn("user", text) for text in turns),
            id=SessionId("talk"),
            started_at=world.clock(),
            origin=source,
        )
        world.service.remember_sessions(SCOPE, [session], actor=ACTOR)


def test_what_was_said_before_is_shown(world: AmemWorld) -> None:
    world.policy(LLM)
    talk(world, None)
    world.answers(analysis(), analysis(), NOTHING)
    world.work()
    assert '"before":"What do you do?"' in asked(world)


def test_what_is_trusted_less_is_not_shown_as_what_was_said_before(world: AmemWorld) -> None:
    world.policy(LLM)
    talk(world, Origin.UNTRUSTED_DOCUMENT)
    world.answers(analysis(), analysis(), NOTHING)
    world.work()
    assert '"before"' not in asked(world)
