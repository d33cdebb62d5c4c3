"""Any order of thinking, forgetting, merging and taking back, against what a list of facts says must hold."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from memsvc.domain.derivations import Role
from memsvc.domain.notes import Kind, Status
from memsvc.domain.selection import VISIBLE
from memsvc.errors import Conflict
from memsvc_stores.memory import MemoryStorage
from tests.memory.conftest import ACTOR, SCOPE
from tests.tim.conftest import Tim, make_tim

_PLACES = ("Rome", "Oslo", "Bern")
_ROLES = ("an actor", "a writer", "a singer")


class Thinking(RuleBasedStateMachine):
    """Facts are of a day each, so that everything has an order."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.tim: Tim = make_tim(MemoryStorage(), Path(self._folder.name))
        self.tim.rounds("Hello there.")
        self.days = 0
        self.homes: dict[int, str] = {}
        self.roles: set[str] = set()
        self.settled = True

    @rule(place=st.sampled_from(_PLACES), back=st.integers(0, 3))
    def live(self, place: str, back: int) -> None:
        """Tell where the user lived, of a day of its own, perhaps one before what was told already."""
        self.days += 10
        day = self.days - 10 * back - back
        if day in self.homes or place in self.homes.values():
            return
        self.homes[day] = place
        self.tim.think(f"I live in {place} now.", days=day - 1000)
        self.settled = False

    @rule(role=st.sampled_from(_ROLES))
    def play(self, role: str) -> None:
        self.roles.add(role)
        self.tim.think(f"John is {role}.", days=-2000)

    @rule()
    def forget(self) -> None:
        planned = self.tim.forget(dry_run=True).judgements
        assert self.tim.forget().judgements == planned
        assert self.tim.forget().judgements == ()
        self.settled = True

    @rule()
    def merge(self) -> None:
        self.tim.merge()
        before = self.tim.state()
        assert self.tim.merge().merges == ()
        assert self.tim.state() == before

    @rule(data=st.data())
    def unmerge(self, data: st.DataObject) -> None:
        thoughts = [note for note in self.tim.kept() if note.status in VISIBLE]
        if not thoughts:
            return
        chosen = data.draw(st.sampled_from(sorted(thoughts)))
        with suppress(Conflict):
            self.tim.service.unmerge(SCOPE, chosen.id, actor=ACTOR)

    @invariant()
    def one_home_is_current_once_it_is_settled(self) -> None:
        if self.settled and self.homes:
            last = self.homes[max(self.homes)]
            current = [said for said in self.tim.current() if "lives" in said]
            assert current == [f"User lives in {last} now."]

    @invariant()
    def every_role_is_said_by_a_current_thought(self) -> None:
        said = " ".join(self.tim.current())
        assert all(role in said for role in self.roles)

    @invariant()
    def what_was_merged_or_closed_names_a_note_that_exists(self) -> None:
        notes = {note.id: note for note in self.tim.kept()}
        for note in notes.values():
            if note.status in (Status.MERGED, Status.SUPERSEDED):
                assert note.superseded_by in notes
                assert note.valid_to is not None
                assert note.valid_to >= (note.valid_from or note.event_time)

    @invariant()
    def every_thought_leads_to_a_round(self) -> None:
        with self.tim.storage.reader(SCOPE) as reader:
            thoughts = self.tim.kept()
            rows, sources = reader.derivations.source_rows([note.row for note in thoughts])
            kinds = {note.kind for note in reader.notes_by_row(sources.tolist())}
            assert set(rows.tolist()) == {note.row for note in thoughts}
            assert kinds <= {Kind.ROUND}
            derived = reader.derivations.sources([note.id for note in thoughts])
            assert {each.role for each in derived} <= {Role.THOUGHT, Role.MERGE}

    def teardown(self) -> None:
        self.tim.context.index.close()
        self._folder.cleanup()


TestThinking = pytest.mark.slow(Thinking.TestCase)
TestThinking.settings = settings(
    max_examples=50, stateful_step_count=15, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
