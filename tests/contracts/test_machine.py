"""Any sequence of writes leaves a store as a plain dictionary says."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from memsvc.domain.changes import Operation
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Status
from memsvc.domain.scope import Scope
from memsvc.domain.selection import VISIBLE, Selection
from memsvc.errors import Conflict, NotFound
from memsvc.ports.storage import Storage
from memsvc_stores.memory import MemoryStorage
from memsvc_stores.sql import open_storage
from tests.support.drafts import ACTOR, SCOPE, T0, change, draft, purge, restore, store

pytestmark = pytest.mark.slow
_CONTENTS = st.sampled_from([f"content {letter}" for letter in "abcd"])
_OTHER = Scope.of(SCOPE.tenant, "untouched")


@dataclass(slots=True)
class Kept:
    """What the model knows of a note."""

    content: str
    status: Status = Status.ACTIVE
    version: int = 1
    metadata: dict[str, int] = field(default_factory=dict)


class StorageMachine(RuleBasedStateMachine):
    """Writes to one namespace; `notes`, `journal` and `index` say what must be there.

    `index` is kept as a vector index keeps itself: from one delta after the other.
    """

    ids = Bundle("ids")

    def __init__(self) -> None:
        super().__init__()
        self.storage = self.opened()
        self.notes: dict[NoteId, Kept] = {}
        self.journal: list[tuple[Operation, NoteId]] = []
        self.index: dict[int, bool] = {}
        self.keyed: set[int] = set()
        self.watermark = 0
        store(self.storage, draft("content a"), scope=_OTHER)

    def opened(self) -> Storage:
        return MemoryStorage()

    def teardown(self) -> None:
        self.storage.close()

    def holder(self, content: str) -> NoteId | None:
        for note, kept in self.notes.items():
            if kept.content == content and kept.status in VISIBLE:
                return note
        return None

    @rule(target=ids, content=_CONTENTS)
    def add(self, content: str) -> NoteId:
        sent = draft(content)
        (added,) = store(self.storage, sent)
        assert added.duplicate_of == self.holder(content)
        if added.duplicate_of is None:
            self.notes[sent.id] = Kept(content)
            self.journal.append((Operation.CREATED, sent.id))
        return added.duplicate_of or sent.id

    @rule(note=ids)
    def forget(self, note: NoteId) -> None:
        self._change(note, Operation.FORGOTTEN, Status.FORGOTTEN)

    @rule(note=ids, new=ids)
    def supersede(self, note: NoteId, new: NoteId) -> None:
        self._change(note, Operation.SUPERSEDED, Status.SUPERSEDED, superseded_by=new)

    @rule(note=ids)
    def restore(self, note: NoteId) -> None:
        kept = self.notes.get(note)
        if kept is not None and self.holder(kept.content) not in (None, note):
            with pytest.raises(Conflict):
                restore(self.storage, note)
        else:
            self._change(note, Operation.RESTORED, Status.ACTIVE)

    def _change(
        self, note: NoteId, operation: Operation, status: Status, *, superseded_by: NoteId | None = None
    ) -> None:
        kept = self.notes.get(note)
        if kept is None:
            with pytest.raises(NotFound):
                change(self.storage, note, operation, status)
            return
        change(self.storage, note, operation, status, superseded_by=superseded_by)
        kept.status, kept.version = status, kept.version + 1
        self.journal.append((operation, note))

    @rule(note=ids, value=st.integers(0, 3))
    def set_metadata(self, note: NoteId, value: int) -> None:
        kept = self.notes.get(note)
        if kept is None:
            return
        with self.storage.writer(SCOPE) as writer:
            writer.set_metadata(note, {"v": value}, expected_version=kept.version, at=T0, actor=ACTOR)
        kept.metadata, kept.version = {"v": value}, kept.version + 1
        self.journal.append((Operation.UPDATED, note))

    @rule(note=consumes(ids))
    def purge(self, note: NoteId) -> None:
        known = self.notes.pop(note, None) is not None
        assert purge(self.storage, note).notes == int(known)
        if known:
            self.journal.append((Operation.PURGED, note))

    @rule()
    def follow(self) -> None:
        """Apply what is new to the index."""
        with self.storage.reader(SCOPE) as reader:
            delta = reader.vector_delta(self.watermark)
        self.watermark = delta.upto
        self.index |= delta.visible
        self.keyed |= set(delta.note_rows.tolist())
        for row in delta.purged:
            self.index.pop(row, None)
            self.keyed.discard(row)

    @precondition(lambda self: len(self.journal) > 3)
    @rule()
    def drop_namespace(self) -> None:
        with self.storage.writer(SCOPE) as writer:
            counts = writer.drop_namespace(at=T0, actor=ACTOR)
        assert counts.notes == len(self.notes)
        self.notes, self.journal = {}, []
        self.index, self.keyed, self.watermark = {}, set(), 0

    @invariant()
    def notes_are_as_the_model_says(self) -> None:
        with self.storage.reader(SCOPE) as reader:
            records = reader.records(after_row=0, limit=999)
            visible = {note.id for note in reader.notes_by_row(reader.matching_rows(Selection()).tolist())}
            duplicates = reader.duplicates([record.dedupe or "" for record in records])
        found = {
            r.note.id: Kept(r.note.content, r.note.status, r.note.version, dict(r.note.metadata)) for r in records
        }
        assert found == self.notes
        assert visible == {note for note, kept in self.notes.items() if kept.status in VISIBLE}
        assert set(duplicates.values()) == visible

    @invariant()
    def the_journal_is_as_the_model_says(self) -> None:
        with self.storage.reader(SCOPE) as reader:
            changes = reader.changes(after_sequence=0, limit=999)
        assert [(c.operation, c.note) for c in changes] == self.journal
        assert [c.sequence for c in changes] == list(range(1, len(changes) + 1))

    @invariant()
    def the_delta_is_as_the_notes_are(self) -> None:
        with self.storage.reader(SCOPE) as reader:
            delta = reader.vector_delta(0)
            records = reader.records(after_row=0, limit=999)
        assert dict(delta.visible) == {r.note.row: r.note.status in VISIBLE for r in records}
        assert delta.note_rows.tolist() == [r.note.row for r in records]
        assert delta.upto == len(self.journal)
        if self.watermark == delta.upto:
            assert (self.index, self.keyed) == (dict(delta.visible), set(delta.note_rows.tolist()))

    @invariant()
    def another_namespace_is_untouched(self) -> None:
        with self.storage.reader(_OTHER) as reader:
            assert [r.note.version for r in reader.records(after_row=0, limit=9)] == [1]


class SqliteMachine(StorageMachine):
    """The same on a file that is closed and opened in between."""

    template: ClassVar[Path]

    def opened(self) -> Storage:
        self.folder = Path(mkdtemp(prefix="memsvc-machine-"))
        shutil.copyfile(self.template, self.folder / "m.db")
        return open_storage(f"sqlite:///{self.folder / 'm.db'}")

    @rule()
    def reopen(self) -> None:
        self.storage.close()
        self.storage = open_storage(f"sqlite:///{self.folder / 'm.db'}")

    def teardown(self) -> None:
        super().teardown()
        shutil.rmtree(self.folder)


def _settings(examples: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )


def test_memory_follows_the_model() -> None:
    run_state_machine_as_test(StorageMachine, settings=_settings(60))


def test_sqlite_follows_the_model(sqlite_template: Path) -> None:
    SqliteMachine.template = sqlite_template
    run_state_machine_as_test(SqliteMachine, settings=_settings(15))
