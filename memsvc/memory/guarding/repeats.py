"""What a principal tells again that is quarantined: it is not stored and queued for review once more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeAlias

from memsvc.domain.drafts import NoteDraft
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Note, Status
from memsvc.memory.guarding.undoing import was_rolled_back
from memsvc.ports.storage import Reader

__all__ = ["repeated"]

_MOST_READ: Final = 1000
# Of one place: those that differ in what normalising takes out, or in metadata, take it too.
_MOST_COMPARED: Final = 5
_Sent: TypeAlias = tuple[str, object, object]


def repeated(reader: Reader, drafts: Sequence[NoteDraft], principal: str) -> dict[NoteId, NoteId]:
    """Return for each draft that is the same to the byte as a quarantined note of its principal that note.

    An earlier draft that would be quarantined counts as one. What a rollback has hidden does not: it is as if it
    had never been told. What a visible note repeats is that one's duplicate.
    """
    taken = reader.duplicates([draft.dedupe for draft in drafts])
    fresh = [draft for draft in drafts if draft.dedupe not in taken]
    known = _known(reader, fresh, principal)
    found: dict[NoteId, NoteId] = {}
    for draft in fresh:
        sent = _sent(draft, draft.original)
        same = next((note for note, stored in known.get(draft.dedupe, ()) if stored == sent), None)
        if same is not None:
            found[draft.id] = same
        elif draft.status is Status.QUARANTINED:
            known.setdefault(draft.dedupe, []).append((draft.id, sent))
    return found


def _known(reader: Reader, drafts: Sequence[NoteDraft], principal: str) -> dict[str, list[tuple[NoteId, _Sent]]]:
    dedupes = list(dict.fromkeys(draft.dedupe for draft in drafts))
    named = reader.guard.quarantined(dedupes, principal, most=_MOST_READ)
    return {dedupe: list(_still_hidden(reader, notes[:_MOST_COMPARED])) for dedupe, notes in named.items()}


def _still_hidden(reader: Reader, notes: Iterable[NoteId]) -> Iterator[tuple[NoteId, _Sent]]:
    for note in reader.notes(list(notes)):
        if not was_rolled_back(note, reader.history(note.id)):
            yield note.id, _sent(note, reader.guard.original(note.id))


def _sent(of: NoteDraft | Note, original: str | None) -> _Sent:
    """Return what was sent, of what the place leaves open."""
    return original or of.content, of.metadata, of.origins
