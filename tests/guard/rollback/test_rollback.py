"""What a rollback undoes, kind by kind."""

from __future__ import annotations

import pytest

from memsvc.domain.derivations import Role
from memsvc.domain.guarding import AuditEvent, Decision
from memsvc.domain.links import LinkType
from memsvc.domain.notes import Status
from memsvc.errors import InvalidInput, NotFound
from memsvc.memory.guarding.hiding import hide
from tests.guard.rollback.conftest import BOB, EVERYTHING, MALLORY, REVIEWER, THINKING, Memory
from tests.memory.conftest import SCOPE


def test_the_note_and_its_thoughts_are_quarantined_and_rejected(memory: Memory) -> None:
    memory.wants(THINKING)
    poison = memory.round("I live in Rome.", MALLORY)
    memory.work()
    done = memory.roll_back(poison)
    assert memory.status(poison) is Status.QUARANTINED
    assert memory.thoughts() == []
    assert len(done.quarantined) == 2
    with memory.storage.reader(SCOPE) as reader:
        reviews = reader.guard.reviews(done.quarantined)
    assert {review.decision for review in reviews.values()} == {Decision.REJECTED}


def test_content_is_not_rewritten(memory: Memory) -> None:
    poison = memory.item("The sky is green.", MALLORY)
    memory.roll_back(poison)
    assert memory.note(poison).content == "The sky is green."


def test_a_dry_run_says_what_is_then_done_and_changes_nothing(memory: Memory) -> None:
    memory.wants(THINKING)
    memory.round("I live in Rome.", BOB)
    memory.work()
    poison = memory.round("I live in Oslo now.", MALLORY, days=2)
    memory.work()
    before = memory.state()
    planned = memory.roll_back(poison, dry_run=True)
    assert memory.state() == before
    assert planned.dry_run
    done = memory.roll_back(poison)
    assert (planned.quarantined, planned.reopened, planned.remerged) == (
        done.quarantined,
        done.reopened,
        done.remerged,
    )


def test_what_it_contradicted_is_open_again(memory: Memory) -> None:
    memory.wants(THINKING)
    memory.round("I live in Rome now.", BOB)
    memory.work()
    poison = memory.round("I live in Oslo now.", MALLORY, days=2)
    memory.work()
    assert memory.thoughts() == ["User lives in Oslo now."]
    done = memory.roll_back(poison)
    assert memory.thoughts() == ["User lives in Rome now."]
    (back,) = done.reopened
    assert (memory.note(back).valid_to, memory.note(back).superseded_by) == (None, None)


def test_what_another_contradicts_too_is_closed_by_that_one(memory: Memory) -> None:
    memory.wants(THINKING)
    memory.round("I live in Rome now.", BOB)
    memory.work()
    poison = memory.round("I live in Oslo now.", MALLORY, days=2)
    memory.work()
    last = memory.round("I live in Bern now.", BOB, days=5)
    memory.work()
    rome = next(note for note in memory.notes(EVERYTHING) if note.content == "User lives in Rome now.")
    done = memory.roll_back(poison)
    assert memory.thoughts() == ["User lives in Bern now."]
    closed = memory.note(rome.id)
    assert closed.superseded_by == memory.thought("User lives in Bern now.")
    assert closed.valid_to == memory.note(last).event_time
    assert [each.older for each in done.closed] == [rome.id]


def test_a_thought_that_a_clean_note_tells_too_stays(memory: Memory) -> None:
    memory.wants(THINKING)
    memory.round("I live in Rome.", BOB)
    poison = memory.round("I live in Rome.", MALLORY, days=1)
    memory.work()
    thought = memory.thought("User lives in Rome.")
    memory.roll_back(poison)
    assert memory.status(thought) is Status.ACTIVE


def test_a_thought_that_the_poison_told_first_is_told_again_of_the_clean_note(memory: Memory) -> None:
    memory.wants(THINKING)
    poison = memory.round("I live in Rome.", MALLORY, days=-9)
    clean = memory.round("I live in Rome.", BOB)
    memory.work()
    first = memory.thought("User lives in Rome.")
    done = memory.roll_back(poison)
    again = memory.thought("User lives in Rome.")
    assert (memory.status(first), done.retold) == (Status.QUARANTINED, (again,))
    assert memory.note(again).event_time == memory.note(clean).event_time
    with memory.storage.reader(SCOPE) as reader:
        assert [(each.source, each.role) for each in reader.derivations.sources([again])] == [
            (clean, Role.THOUGHT)
        ]


def test_merged_thoughts_are_merged_again_without_it(memory: Memory) -> None:
    memory.wants(THINKING)
    memory.round("John is an actor.", BOB)
    poison = memory.round("John is a thief.", MALLORY)
    memory.round("John is a writer.", BOB)
    memory.work()
    assert memory.thoughts() == ["John is an actor, a thief and a writer."]
    done = memory.roll_back(poison)
    assert memory.thoughts() == ["John is an actor and a writer."]
    assert [merge.content for merge in done.remerged] == ["John is an actor and a writer."]
    assert len(done.restored) == 2


def test_a_merge_of_two_leaves_the_clean_one(memory: Memory) -> None:
    memory.wants(THINKING)
    memory.round("John is an actor.", BOB)
    poison = memory.round("John is a thief.", MALLORY)
    memory.work()
    memory.roll_back(poison)
    assert memory.thoughts() == ["John is an actor."]


def test_what_it_superseded_is_current_again(memory: Memory) -> None:
    old = memory.item("The code is 1234.", BOB)
    poison = memory.item("The code is 6666.", MALLORY, supersedes=old)
    done = memory.roll_back(poison)
    assert (memory.status(old), done.reopened) == (Status.ACTIVE, (old,))


def test_links_to_it_go(memory: Memory) -> None:
    good, other, poison = memory.item("tea", BOB), memory.item("milk", BOB), memory.item("rum", MALLORY)
    memory.service.link(SCOPE, good, poison, actor=BOB)
    memory.service.link(SCOPE, good, other, actor=BOB)
    done = memory.roll_back(poison)
    assert done.links_removed == 1
    assert [link.other for link in memory.service.links(SCOPE, good, types={LinkType.MANUAL})] == [other]
    with memory.storage.reader(SCOPE) as reader:
        assert reader.links.touching([poison]) == []


def test_twice_changes_nothing(memory: Memory) -> None:
    memory.wants(THINKING)
    poison = memory.round("I live in Rome.", MALLORY)
    memory.work()
    memory.roll_back(poison)
    before = memory.state()
    again = memory.roll_back(poison)
    assert (again.already, again.quarantined) == ((poison,), ())
    assert memory.state() == before


def test_a_principal_is_rolled_back_as_a_whole(memory: Memory) -> None:
    kept = memory.item("tea", BOB)
    bad = [memory.item("rum", MALLORY), memory.item("gin", MALLORY)]
    done = memory.roll_back(principal="mallory")
    assert done.roots == tuple(bad)
    assert [memory.status(note) for note in bad] == [Status.QUARANTINED] * 2
    assert memory.status(kept) is Status.ACTIVE


@pytest.mark.parametrize("dry_run", [False, True])
def test_what_falls_in_an_earlier_step_was_not_rolled_back_before(
    memory: Memory, monkeypatch: pytest.MonkeyPatch, dry_run: bool
) -> None:
    monkeypatch.setattr("memsvc.memory.guarding.rollback._AT_ONCE", 1)
    first = memory.item("rum", MALLORY)
    made = memory.item("rum and cola", MALLORY, parents=(first,))
    done = memory.roll_back(principal="mallory", dry_run=dry_run)
    assert (done.roots, done.already, done.quarantined) == ((first, made), (), (first, made))


def test_a_purged_note_is_not_found_and_says_so(memory: Memory) -> None:
    poison = memory.item("rum", MALLORY)
    memory.service.purge(SCOPE, [poison], actor=REVIEWER)
    with pytest.raises(NotFound, match="purged; nothing is left"):
        memory.roll_back(poison)


def test_what_is_unknown_is_not_found(memory: Memory) -> None:
    memory.item("tea", BOB)
    with pytest.raises(NotFound):
        memory.roll_back(principal="nobody")
    with pytest.raises(NotFound, match="no note"):
        memory.roll_back("00000000-0000-7000-8000-000000000000")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "fields",
    [{"reason": " "}, {"principal": "mallory"}, {"reason": "x" * 1001}, {"reason": "a\0b"}, {"reason": "\ud800"}],
)
def test_bad_input_is_refused(memory: Memory, fields: dict[str, str]) -> None:
    poison = memory.item("rum", MALLORY)
    before = memory.state()
    with pytest.raises(InvalidInput):
        memory.roll_back(poison, **fields)
    assert memory.state() == before


def test_the_audit_log_says_who_rolled_back_what_and_why(memory: Memory) -> None:
    poison = memory.item("rum", MALLORY)
    memory.roll_back(poison)
    with memory.storage.reader(SCOPE) as reader:
        last = reader.guard.head()
    assert last is not None
    assert (last.event, last.note, last.actor) == (AuditEvent.ROLLED_BACK, poison, REVIEWER.name)
    assert (last.detail["reason"], last.detail["quarantined"]) == ("poison", [poison])


def test_it_works_while_the_embedder_is_away(memory: Memory) -> None:
    memory.wants(THINKING)
    memory.round("John is an actor.", BOB)
    poison = memory.round("John is a thief.", MALLORY)
    memory.round("John is a writer.", BOB)
    memory.work()
    memory.embedder.broken = True
    done = memory.roll_back(poison)
    assert "embedding" in done.degraded
    assert memory.thoughts() == ["John is an actor and a writer."]


def test_what_the_guard_hid_only_for_repeating_it_returns(memory: Memory) -> None:
    memory.wants(THINKING)
    memory.round("I live in Rome.", BOB)
    poison = memory.round("I live in Rome.", MALLORY, days=1)
    memory.work()
    thought = memory.thought("User lives in Rome.")
    with memory.storage.writer(SCOPE) as writer:
        hide(writer, poison, reason="it looks like an attack", at=memory.clock(), actor="guard")
    assert memory.status(thought) is Status.QUARANTINED
    assert memory.roll_back(poison).restored == (thought,)
    assert (memory.status(poison), memory.status(thought)) == (Status.QUARANTINED, Status.ACTIVE)
