"""What is read of a note before anything is judged: what was said before it, and its nearest notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from memsvc.domain.attributes import Attributes
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Note, Status
from memsvc.domain.recall import Level, Mode
from memsvc.domain.selection import Selection
from memsvc.memory.context import Context
from memsvc.memory.drafting import passage_of
from memsvc.ports.amem import Analysed, Shown
from memsvc.ports.embedding import Vector
from memsvc.ports.ranking import NamespaceState, RetrievalRequest
from memsvc.ports.storage import Reader

__all__ = ["SESSION", "Near", "Setting", "nearest", "setting_of", "shown"]

SESSION = 8
# So many more than are wanted are looked at, since those that may not take part are left out.
_MARGIN = 20


@dataclass(frozen=True, slots=True)
class Setting:
    """A note to analyse, and the notes whose words the analyst sees beside it."""

    analysed: Analysed
    sources: tuple[NoteId, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """A note near another one; `similarity` is the cosine. Without attributes there is nothing to evolve."""

    note: Note
    attributes: Attributes | None
    similarity: float


def setting_of(reader: Reader, note: Note) -> Setting:
    """Return the note with what precedes it in its session, as far as that may be trusted as much as the note."""
    before, _ = reader.around(note, count=SESSION)
    trusted = [each for each in before if each.status is Status.ACTIVE and each.trust >= note.trust]
    last = trusted[-1:] if trusted and trusted[-1] is before[-1] else []
    said = "".join(_last_turn(each) for each in last)
    analysed = Analysed(passage_of(note), said, [each.content for each in trusted])
    return Setting(analysed, tuple(each.id for each in last))


def nearest(
    context: Context, reader: Reader, state: NamespaceState, note: Note, vector: Vector, *, k: int
) -> list[Near]:
    """Return the k nearest active notes by A-MEM's keys, where there are none by whole texts, best first."""
    request = RetrievalRequest(
        text="",
        vector=vector,
        mode=Mode.AMEM,
        level=Level.NOTE,
        depth=k + _MARGIN,
        selection=Selection(),
        asked_at=note.event_time,
    )
    found = context.retriever.retrieve(reader, state, request).fused
    scores = dict(zip(found.rows.tolist(), found.scores.tolist(), strict=True))
    scores.pop(note.row, None)
    taking_part = [each for each in reader.notes_by_row(list(scores)) if each.status is Status.ACTIVE][:k]
    attributes = reader.attributes.get_many([each.id for each in taking_part])
    return [Near(each, attributes.get(each.id), scores[each.row]) for each in taking_part]


def shown(note: Note, attributes: Attributes | None) -> Shown:
    return Shown(passage_of(note), attributes or Attributes())


def _last_turn(note: Note) -> str:
    turns: Sequence[str] = [turn.content for turn in note.spoken()]
    return turns[-1] if turns else note.content
