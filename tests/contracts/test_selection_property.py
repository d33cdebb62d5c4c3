"""Whatever the metadata, filter and selection, a store selects what the reference selects."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from memsvc.domain.changes import Operation
from memsvc.domain.drafts import NoteDraft
from memsvc.domain.filters import Filter
from memsvc.domain.notes import Note, Status
from memsvc.domain.selection import Selection, selects
from memsvc.ports.storage import Storage
from tests.support.drafts import MODEL, SCOPE, T0, change, put_vectors
from tests.support.examples import SESSIONS, drafts, filters, moments, selections

pytestmark = pytest.mark.slow
_NOTES = 60
Corpus: TypeAlias = "list[tuple[NoteDraft, datetime, datetime | None]]"


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    """Return drafts with the times of a supersession, drawn once and always the same."""
    found: Corpus = []

    @seed(20240301)
    @settings(max_examples=_NOTES, database=None, deadline=None, phases=[Phase.generate])
    @given(st.data())
    def draw(data: st.DataObject) -> None:
        sent = data.draw(drafts(f"note number {len(found)}"))
        found.append((sent, data.draw(moments), data.draw(st.none() | moments)))

    draw()
    return found


@pytest.fixture
def notes(storage: Storage, corpus: Corpus) -> list[Note]:
    with storage.writer(SCOPE) as writer:
        writer.open_namespace(MODEL, T0)
        for session in SESSIONS:
            writer.put_session(session, T0, {})
        put_vectors(writer, [sent for sent, _, _ in corpus])
        writer.add([sent for sent, _, _ in corpus], actor="test")
    for sent, at, valid_to in corpus:
        if sent.status in (Status.SUPERSEDED, Status.MERGED):
            fields = {"at": at, "valid_to": valid_to, "superseded_by": corpus[0][0].id}
            change(storage, sent.id, Operation.SUPERSEDED, sent.status, **fields)
    with storage.reader(SCOPE) as reader:
        return [record.note for record in reader.records(after_row=0, limit=999)]


def _check(storage: Storage, notes: list[Note], selection: Selection) -> None:
    expected = [note.row for note in notes if selects(selection, note)]
    with storage.reader(SCOPE) as reader:
        assert reader.matching_rows(selection).tolist() == expected
        assert [n.row for n in reader.page(selection, after_row=0, limit=7)] == expected[:7]


def test_stored_metadata_is_what_was_sent(storage: Storage, corpus: Corpus, notes: list[Note]) -> None:
    sent = {one.id: _typed(one.metadata) for one, _, _ in corpus}
    assert {note.id: _typed(note.metadata) for note in notes} == sent


def _typed(value: object) -> object:
    """Return the value with booleans told apart from the numbers that they equal."""
    if isinstance(value, bool):
        return str(value), "boolean"
    if isinstance(value, dict):
        return {name: _typed(item) for name, item in value.items()}
    return [_typed(item) for item in value] if isinstance(value, list) else value


_SETTINGS = settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@_SETTINGS
@given(condition=filters)
def test_filters_select_as_the_reference(storage: Storage, notes: list[Note], condition: Filter) -> None:
    _check(storage, notes, Selection(statuses=frozenset(Status), condition=condition))


@_SETTINGS
@given(selection=selections)
def test_selections_select_as_the_reference(storage: Storage, notes: list[Note], selection: Selection) -> None:
    _check(storage, notes, selection)
