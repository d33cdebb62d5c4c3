"""Remember, think, merge, forget, evolve, revert, purge and restart in any order, against a model in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from memsvc.app import App, build
from memsvc.domain.attributes import Attributes
from memsvc.domain.derivations import Role
from memsvc.domain.drafts import NewSession, NewTurn, OutcomeStatus
from memsvc.domain.ids import NoteId, SessionId
from memsvc.domain.links import LinkType
from memsvc.domain.notes import Kind, Note, Status
from memsvc.domain.policies import LinkPolicy, Policy, ThoughtPolicy
from memsvc.domain.recall import RecallQuery
from memsvc.domain.receipts import Actor
from memsvc.domain.scope import Scope
from memsvc.domain.selection import VISIBLE, Selection
from memsvc.domain.thoughts import Verdict
from memsvc.errors import Conflict, MemsvcError, NotFound
from memsvc.settings import EmbedderSettings, Settings

pytestmark = pytest.mark.slow

SCOPE = Scope.of("acme", "alice")
ACTOR = Actor("tester")
EVERYTHING = Selection(statuses=frozenset(Status))
SAYINGS = (
    "I live in {}.",
    "I like {}.",
    "I do not like {} any more.",
    "My favourite dish is {}.",
    "I moved to {} last week.",
    "I have two cats and a bicycle from {}.",
)
FIRST_SAYINGS = (
    "I live in {}.",
    "I like {}.",
    "I like {}.",
    "I do not like {} any more.",
    "My favourite dish is {}.",
)
THINGS = ("Oslo", "Beijing", "Shanghai", "pasta", "sailing")


@dataclass
class Belief:
    """What the model knows of a note: its words never change, the rest follows what was done."""

    content: str
    status: Status
    version: int
    sources: frozenset[NoteId] = frozenset()
    before: Status = Status.ACTIVE
    attributes: dict[int, Attributes | None] = field(default_factory=dict)


class Life(RuleBasedStateMachine):
    """Each rule does one thing to the service and the same to the model; the invariants compare the two."""

    rounds = Bundle("rounds")

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory(prefix="memsvc-life-")
        self.now = datetime(2024, 5, 1, 12, tzinfo=UTC)
        self.believed: dict[NoteId, Belief] = {}
        self.links: set[frozenset[NoteId]] = set()
        self.sessions = 0
        self.app = self._opened()

    def _opened(self) -> App:
        embedder = EmbedderSettings(kind="hashing")
        return build(
            Settings(data_dir=Path(self.folder.name), embedder=embedder, index_exact_keys=8, index_save_rows=4),
            clock=lambda: self.now,
        )

    def teardown(self) -> None:
        self.app.close()
        self.folder.cleanup()

    @initialize(target=rounds, things=st.permutations(THINGS))
    def begin(self, things: list[str]) -> object:
        policy = Policy(links=LinkPolicy(entity=True), thoughts=ThoughtPolicy(candidate_tables=4))
        self.app.service.set_policy(SCOPE, policy, actor=ACTOR)
        said = [self._said(saying, thing) for saying, thing in zip(FIRST_SAYINGS, things, strict=True)]
        for note in said:
            self._thought_of(note)
        return multiple(*said)

    @rule(target=rounds, saying=st.sampled_from(SAYINGS), thing=st.sampled_from(THINGS))
    def remember(self, saying: str, thing: str) -> NoteId:
        return self._said(saying, thing)

    @rule(note=rounds)
    def think(self, note: NoteId) -> None:
        if self._visible(note):
            self._thought_of(note)

    def _said(self, saying: str, thing: str) -> NoteId:
        self.now += timedelta(days=1)
        self.sessions += 1
        turns = (NewTurn("user", saying.format(thing)), NewTurn("assistant", "I see."))
        session = NewSession(turns, SessionId(f"s{self.sessions}"), self.now)
        (outcome,) = self.app.service.remember_sessions(SCOPE, [session], actor=ACTOR).outcomes
        (stored,) = outcome.rounds
        assert stored.status is OutcomeStatus.CREATED
        assert stored.note is not None
        note = self.app.service.note(SCOPE, stored.note)
        self.believed[note.id] = Belief(note.content, Status.ACTIVE, 1)
        return note.id

    def _thought_of(self, note: NoteId) -> None:
        made = self.app.service.post_think(SCOPE, [note], actor=ACTOR)
        for thought in made.thoughts:
            detail = self.app.service.thought(SCOPE, thought)
            assert thought not in self.believed
            assert detail.note.kind is Kind.THOUGHT
            assert {each.source for each in detail.sources} == {note}
            assert detail.note.trust <= self.app.service.note(SCOPE, note).trust
            self.believed[thought] = Belief(detail.note.content, detail.note.status, 1, frozenset({note}))
        assert not self.app.service.post_think(SCOPE, [note], actor=ACTOR).thoughts  # it is known by now
        self._catch_up(made.known)

    @rule()
    def forget_what_is_contradicted(self) -> None:
        planned = self.app.service.forget_thoughts(SCOPE, actor=ACTOR, dry_run=True)
        self._compare()
        done = self.app.service.forget_thoughts(SCOPE, actor=ACTOR)
        assert done.judgements == planned.judgements
        for judgement in done.judgements:
            if judgement.verdict is Verdict.CONFLICT:
                self.links.add(frozenset({judgement.older, judgement.newer}))
                continue
            older, newer = (self._note(each) for each in (judgement.older, judgement.newer))
            assert (older.event_time <= newer.event_time, older.superseded_by) == (True, newer.id)
            self._becomes(older.id, Status.SUPERSEDED)
        assert not self.app.service.forget_thoughts(SCOPE, actor=ACTOR, dry_run=True).judgements

    @rule()
    def merge(self) -> None:
        planned = self.app.service.merge_thoughts(SCOPE, actor=ACTOR, dry_run=True)
        self._compare()
        done = self.app.service.merge_thoughts(SCOPE, actor=ACTOR)
        assert [each.sources for each in done.merges] == [each.sources for each in planned.merges]
        for merge in done.merges:
            assert merge.note is not None
            note = self._note(merge.note)
            self.believed[merge.note] = Belief(note.content, note.status, note.version, frozenset(merge.sources))
            for source in merge.sources:
                self._becomes(source, Status.MERGED)

    @rule(data=st.data())
    def unmerge(self, data: st.DataObject) -> None:
        merged = sorted(i for i, b in self.believed.items() if len(b.sources) > 1)
        if not merged:
            return
        note = data.draw(st.sampled_from(merged))
        try:
            restored = self.app.service.unmerge(SCOPE, note, actor=ACTOR)
        except (Conflict, NotFound):
            return
        self._becomes(note, Status.FORGOTTEN)
        for source in restored:
            assert self.believed[source.id].status is Status.MERGED
            self._becomes(source.id, self.believed[source.id].before)

    @rule(data=st.data())
    def forget(self, data: st.DataObject) -> None:
        note = self._any(data)
        known = self.believed.get(note)
        try:
            self.app.service.forget(SCOPE, note, actor=ACTOR)
        except (Conflict, NotFound):
            assert known is None or known.status in {Status.MERGED}
            return
        assert known is not None
        if known.status is not Status.FORGOTTEN:
            self._becomes(note, Status.FORGOTTEN)

    @rule(data=st.data())
    def restore(self, data: st.DataObject) -> None:
        note = self._any(data)
        known = self.believed.get(note)
        try:
            after = self.app.service.restore(SCOPE, note, actor=ACTOR)
        except (Conflict, NotFound):
            return
        assert known is not None
        if after.version != known.version:
            expected = Status.ACTIVE if known.status is Status.SUPERSEDED else known.before
            assert after.status is expected
            self._becomes(note, after.status)

    @rule(note=rounds)
    def evolve(self, note: NoteId) -> None:
        if not self._visible(note):
            return
        before = {each: self._attributes(each) for each in self.believed}
        changed = self.app.service.evolve(SCOPE, note, actor=ACTOR).changed
        for each in self.believed:
            if each not in changed:
                assert self._attributes(each) == before[each]
        for each in changed:
            belief = self.believed[each]
            belief.attributes.setdefault(belief.version, before[each])
            after = self._note(each)
            assert after.version == belief.version + 1
            belief.version = after.version
            belief.attributes[after.version] = self._attributes(each)

    @rule(note=rounds, data=st.data())
    def revert(self, note: NoteId, data: st.DataObject) -> None:
        belief = self.believed.get(note)
        if belief is None or not belief.attributes:
            return
        version = data.draw(st.sampled_from(sorted(belief.attributes)))
        wanted = belief.attributes[version]
        try:
            after = self.app.service.revert(SCOPE, note, version, actor=ACTOR)
        except Conflict:
            return  # what it had then was erased with its sources
        assert self._attributes(note) == wanted
        belief.version = after.version
        belief.attributes[after.version] = wanted

    @rule(first=rounds, second=rounds)
    def link(self, first: NoteId, second: NoteId) -> None:
        if first == second or not {first, second} <= self.believed.keys():
            with pytest.raises(MemsvcError):
                self.app.service.link(SCOPE, first, second, actor=ACTOR)
            return
        self.app.service.link(SCOPE, first, second, actor=ACTOR)
        seen_from_both = self._visible(first) and self._visible(second)
        for one, other in ((first, second), (second, first)):
            seen = self.app.service.links(SCOPE, one, types={LinkType.MANUAL})
            assert (other in {each.other for each in seen}) is seen_from_both

    @rule(note=consumes(rounds))
    def purge(self, note: NoteId) -> None:
        if note not in self.believed:
            return
        gone = self._repeating(note)
        receipt = self.app.service.purge(SCOPE, [note], actor=ACTOR)
        assert set(receipt.notes) == gone
        for each in gone:
            del self.believed[each]
        for each, belief in list(self.believed.items()):
            after = self._note(each)
            if belief.status is Status.MERGED and after.status is not Status.MERGED:
                self._becomes(each, belief.before)
            elif after.version != belief.version:  # attributes that came from what is gone were dropped
                belief.version = after.version
            belief.attributes = {}

    @rule()
    def work(self) -> None:
        while self.app.runner.run_one():
            pass
        self._catch_up(list(self.believed))

    @rule()
    def restart(self) -> None:
        self.app.close()
        self.app = self._opened()

    @invariant()
    def the_store_is_as_believed(self) -> None:
        self._compare()

    @invariant()
    def indexes_and_tables_are_whole(self) -> None:
        if self.believed:
            assert self.app.service.index_verify(SCOPE) == []

    @invariant()
    def recall_gives_what_is_visible_and_nothing_else(self) -> None:
        if not self.believed:
            return
        found = self.app.service.recall(SCOPE, RecallQuery("I like sailing in Oslo", k=50)).hits
        assert all(self.believed[hit.note.id].status in VISIBLE for hit in found)
        rounds = {i for i, b in self.believed.items() if not b.sources and b.status in VISIBLE}
        assert rounds <= {hit.note.id for hit in found}

    @invariant()
    def sources_of_thoughts_can_be_reached(self) -> None:
        with self.app.storage.reader(SCOPE) as reader:
            kept = reader.derivations.sources(list(self.believed))
        derived = {(each.note, each.source) for each in kept if each.role in (Role.THOUGHT, Role.MERGE)}
        for note, belief in self.believed.items():
            assert {(note, source) for source in belief.sources} <= derived

    def _any(self, data: st.DataObject) -> NoteId:
        return data.draw(st.sampled_from(sorted(self.believed) or [NoteId("0" * 36)]))

    def _compare(self) -> None:
        notes = self.app.service.notes(SCOPE, EVERYTHING, after_row=0, limit=1000)
        found = {note.id: (note.content, note.status, note.version) for note in notes}
        assert found == {note: (b.content, b.status, b.version) for note, b in self.believed.items()}

    def _becomes(self, note: NoteId, status: Status) -> None:
        belief = self.believed[note]
        belief.before, belief.status = belief.status, status
        belief.version += 1

    def _catch_up(self, notes: object) -> None:
        """Take over versions of notes whose keys or attributes were made by background work."""
        assert isinstance(notes, (list, tuple))
        for note in notes:
            self.believed[note].version = self._note(note).version

    def _repeating(self, note: NoteId) -> set[NoteId]:
        gone = {note}
        while more := {i for i, b in self.believed.items() if b.sources & gone} - gone:
            gone |= more
        return gone

    def _visible(self, note: NoteId) -> bool:
        return note in self.believed and self.believed[note].status in VISIBLE

    def _note(self, note: NoteId) -> Note:
        return self.app.service.note(SCOPE, note)

    def _attributes(self, note: NoteId) -> Attributes | None:
        with self.app.storage.reader(SCOPE) as reader:
            return reader.attributes.get_many([note]).get(note)


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=12,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.reuse, Phase.generate],  # to shrink a failure takes longer than all the rest of the suite
)
