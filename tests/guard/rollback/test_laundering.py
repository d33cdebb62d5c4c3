"""No chain of operations makes anything more trusted than what it came from."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from memsvc.domain.changes import Operation
from memsvc.domain.derivations import Role
from memsvc.domain.drafts import NewSession, NewTurn
from memsvc.domain.ids import NoteId, SessionId
from memsvc.domain.notes import TRUST_OF_ORIGIN, Kind, Note, Origin, Status
from memsvc.domain.policies import AmemPolicy, LinkPolicy, Policy, ThoughtPolicy, Work
from memsvc.domain.receipts import Actor
from memsvc.domain.revising import StatusChange
from memsvc.domain.scope import Scope
from memsvc.domain.selection import Selection
from memsvc.errors import Conflict, InvalidInput, NotFound
from memsvc_stores.memory import MemoryStorage
from tests.guard.rollback.conftest import REVIEWER, Memory, make_memory
from tests.memory.conftest import SCOPE

_WRITERS = [Actor(f"writer-{origin.value}", origin) for origin in Origin]
_SAID = (
    "John is an actor.",
    "John is a writer.",
    "I live in Rome now.",
    "I live in Oslo now.",
    "Do I like tea?",
    "Yes.",
)
_POLICIES = [
    Policy(thoughts=ThoughtPolicy(work=Work.RULES), amem=AmemPolicy(work=Work.RULES), links=LinkPolicy(tau=0.2)),
    Policy(thoughts=ThoughtPolicy(work=Work.RULES, merge_tau=0.6), links=LinkPolicy(entity=True, semantic=True)),
]
_EVERY = Selection(statuses=frozenset(Status))
_WRITER, _WORDS, _PLACE = st.sampled_from(_WRITERS), st.sampled_from(_SAID), st.integers(0, 30)


class Laundering(RuleBasedStateMachine):
    """Principals of every origin tell, derive, take back and move things about."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.memory: Memory = make_memory(MemoryStorage(), Path(self._folder.name))
        self.memory.wants(_POLICIES[0])
        self.known: dict[NoteId, tuple[Origin, float]] = {}
        self.imports = 0

    @rule(who=_WRITER, said=_WORDS, days=st.integers(0, 90), reads=st.lists(_PLACE, max_size=2))
    def tell(self, who: Actor, said: str, days: int, reads: list[int]) -> None:
        self.memory.round(said, who, days=days, recalled=self._chosen(*reads))

    @rule(who=_WRITER, said=_WORDS, name=st.sampled_from(["one", "two"]))
    def go_on(self, who: Actor, said: str, name: str) -> None:
        """Say something after what others have said in the session, which may be quoted."""
        self.memory.round(said, who, session=name)

    @rule(asks=_WRITER, answers=_WRITER)
    def ask_and_answer(self, asks: Actor, answers: Actor) -> None:
        """Let one ask and another one answer, whose thought quotes the question."""
        turns = [NewTurn("user", "Hello there."), NewTurn("assistant", "How is your canary?")]
        name = SessionId(f"asked-{len(self._notes())}")
        for who, more in ((asks, []), (answers, [NewTurn("user", "It broke, so I bought a new one.")])):
            turns += more
            session = NewSession(tuple(turns), id=name, started_at=self.memory.clock())
            self.memory.service.remember_sessions(SCOPE, [session], actor=who)
        self._think()

    @rule(first=_WRITER, second=_WRITER, days=st.integers(0, 90))
    def tell_two_and_merge(self, first: Actor, second: Actor, days: int) -> None:
        rounds = [
            self.memory.round(said, who, days=days) for said, who in zip(_SAID, (first, second), strict=False)
        ]
        self._think(*rounds)
        with self.memory.storage.reader(SCOPE) as reader:
            made = [each.note for each in reader.derivations.products(rounds) if each.role is Role.THOUGHT]
        self._try(lambda: self.memory.service.merge_thoughts(SCOPE, actor=REVIEWER, notes=made))

    @rule(who=_WRITER, said=_WORDS, parents=st.lists(_PLACE, max_size=2), replaces=_PLACE)
    def write(self, who: Actor, said: str, parents: list[int], replaces: int) -> None:
        current = self._chosen(replaces, statuses=frozenset({Status.ACTIVE}))
        with suppress(AssertionError):
            self.memory.item(
                f"{said} {len(self.known)}",
                who,
                parents=tuple(self._chosen(*parents)),
                supersedes=current[0] if current else None,
            )

    @rule()
    def work(self) -> None:
        self.memory.work()

    @rule(places=st.lists(_PLACE, min_size=2, max_size=3))
    def merge_by_hand(self, places: list[int]) -> None:
        chosen = self._chosen(*places, kinds=frozenset({Kind.THOUGHT}))
        self._try(lambda: self.memory.service.merge_thoughts(SCOPE, actor=REVIEWER, notes=chosen))

    @rule(place=_PLACE, other=_PLACE, what=st.sampled_from(["unmerge", "evolve", "forget", "restore", "link"]))
    def change(self, place: int, other: int, what: str) -> None:
        chosen = self._chosen(place, other)
        if what == "link" and len(chosen) == 2:
            self._try(lambda: self.memory.service.link(SCOPE, *chosen, actor=REVIEWER))
        elif chosen and what != "link":
            self._try(lambda: getattr(self.memory.service, what)(SCOPE, chosen[0], actor=REVIEWER))

    @rule(place=_PLACE, version=st.integers(1, 4))
    def revert(self, place: int, version: int) -> None:
        chosen = self._chosen(place)
        if chosen:
            self._try(lambda: self.memory.service.revert(SCOPE, chosen[0], version, actor=REVIEWER))

    @rule(policy=st.sampled_from(_POLICIES))
    def organise(self, policy: Policy) -> None:
        self.memory.wants(policy)
        self.memory.service.forget_thoughts(SCOPE, actor=REVIEWER)
        self.memory.service.merge_thoughts(SCOPE, actor=REVIEWER)
        self._try(lambda: self.memory.service.consolidate(SCOPE, actor=REVIEWER))

    @rule(place=_PLACE, status=st.sampled_from([Status.QUARANTINED, Status.LIMITED, Status.ACTIVE]))
    def review(self, place: int, status: Status) -> None:
        """Quarantine, limit or release a note, as the guard and a reviewer do."""
        for note in self._chosen(place):
            operation = Operation.RELEASED if status is Status.ACTIVE else Operation.QUARANTINED
            with self.memory.storage.writer(SCOPE) as writer, suppress(Conflict):
                writer.change_status(StatusChange(note, operation, status, self.memory.clock(), "reviewer"))

    @rule(place=_PLACE)
    def roll_back(self, place: int) -> None:
        for note in self._chosen(place):
            self.memory.roll_back(note)

    @rule(who=_WRITER, raised=st.booleans())
    def move(self, who: Actor, raised: bool) -> None:
        """Import all notes elsewhere, perhaps from a file in which everything is said to be trusted."""
        self.imports += 1
        target = Scope.of("acme", f"copy-{self.imports}")
        service = self.memory.service
        sessions = list(service.export_sessions(SCOPE)) if self._notes() else []
        for session, digest in sessions:
            service.import_session(target, session, digest)
        for record, history in list(service.export_notes(SCOPE, last_session=10**9)) if self._notes() else []:
            sent = record
            if raised:
                sent = replace(record, note=record.note._replace(origin=Origin.DIRECT_USER, trust=1.0))
            with suppress(Conflict):
                service.import_note(target, sent, history, actor=who)
        ceiling = TRUST_OF_ORIGIN[who.ceiling]
        copies = service.notes(target, _EVERY, after_row=0, limit=1000)
        assert all(note.trust <= ceiling and TRUST_OF_ORIGIN[note.origin] <= ceiling for note in copies)
        self._check(target)

    @invariant()
    def nothing_is_trusted_more_than_what_it_came_from(self) -> None:
        self._check(SCOPE)

    @invariant()
    def origin_and_trust_never_change(self) -> None:
        for note in self._notes():
            assert self.known.setdefault(note.id, (note.origin, note.trust)) == (note.origin, note.trust)

    @invariant()
    def nothing_hides_what_is_trusted_more(self) -> None:
        notes = {note.id: note for note in self._notes()}
        for note in notes.values():
            if note.status is Status.SUPERSEDED and note.superseded_by in notes:
                assert notes[note.superseded_by].trust >= note.trust

    def teardown(self) -> None:
        self.memory.context.index.close()
        self._folder.cleanup()

    def _check(self, scope: Scope) -> None:
        with self.memory.storage.reader(scope) as reader:
            notes = {note.id: note for note in reader.page(_EVERY, after_row=0, limit=1000)}
            for each in reader.derivations.sources(list(notes)):
                note, source = notes[each.note], notes[each.source]
                assert note.trust <= source.trust, each
                if each.role is not Role.EVOLUTION:
                    assert TRUST_OF_ORIGIN[note.origin] <= TRUST_OF_ORIGIN[source.origin], each
        assert all(note.trust <= TRUST_OF_ORIGIN[note.origin] for note in notes.values())

    def _notes(self) -> list[Note]:
        return self.memory.notes(_EVERY)

    def _chosen(self, *places: int, **selection: object) -> list[NoteId]:
        chosen = Selection(**{"statuses": frozenset(Status), **selection})  # type: ignore[arg-type]
        notes = self.memory.notes(chosen)
        return list(dict.fromkeys(notes[place % len(notes)].id for place in places)) if notes else []

    def _think(self, *rounds: NoteId) -> None:
        """Think about rounds, or about the newest one."""
        newest = [note.id for note in self._notes() if note.kind is Kind.ROUND][-1:]
        self.memory.service.post_think(SCOPE, rounds or newest, actor=REVIEWER)

    def _try(self, act: Callable[[], object]) -> None:
        with suppress(Conflict, InvalidInput, NotFound):
            act()


TestLaundering = pytest.mark.slow(Laundering.TestCase)
TestLaundering.settings = settings(
    max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
