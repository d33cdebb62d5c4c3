"""How far an imported note is trusted: no further than whoever imports it, and no further than its sources."""

from __future__ import annotations

from dataclasses import replace

from memsvc.domain.derivations import Derivation, Role
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import TRUST_OF_ORIGIN, Note, OriginSpan, Status
from memsvc.domain.receipts import Actor
from memsvc.domain.records import NoteRecord
from memsvc.errors import Conflict
from memsvc.guard.origin import least_trusted
from memsvc.memory.drafting import text_hash
from memsvc.ports.storage import Reader

__all__ = ["as_trusted"]


def as_trusted(reader: Reader, record: NoteRecord, *, actor: Actor) -> NoteRecord:
    """Return the record with its origin and trust lowered to what may be believed of it.

    A file can say anything: an origin is no better than the actor's own, a trust no higher than that of the origin
    and of each source that is there. What is lowered has another place among the visible notes, is evidence only,
    and counts as the actor's. Raises Conflict where a note that is there is said to derive from this one, but is
    trusted more.
    """
    note = record.note
    notes = {each.id: each for each in reader.notes(sorted(_ends(record)))}
    sources = [(each, notes[each.source]) for each in record.derivations if _is_source_of(each, note, notes)]
    origins = [source.origin for each, source in sources if each.role is not Role.EVOLUTION]
    origin = least_trusted([note.origin, actor.ceiling, *origins])
    trust = min([note.trust, TRUST_OF_ORIGIN[origin], *(source.trust for _, source in sources)])
    for each in record.derivations:
        if each.source == note.id and each.note in notes and notes[each.note].trust > trust:
            raise Conflict(
                f"note {each.note} is said to derive from note {note.id}, but is trusted more than that"
            )
    if (origin, trust) == (note.origin, note.trust):
        return record
    lowered = note._replace(
        origin=origin,
        trust=trust,
        origins=tuple(_lowered(span, actor) for span in note.origins),
        status=Status.LIMITED if note.status is Status.ACTIVE else note.status,
        principal=actor.name,
    )
    dedupe = None if record.dedupe is None else text_hash("\0".join((origin, f"{trust:.6f}", record.dedupe)))
    return replace(record, note=lowered, dedupe=dedupe)


def _ends(record: NoteRecord) -> set[NoteId]:
    return {end for each in record.derivations for end in (each.note, each.source)} - {record.note.id}


def _is_source_of(derivation: Derivation, note: Note, notes: dict[NoteId, Note]) -> bool:
    return derivation.note == note.id and derivation.source in notes


def _lowered(span: OriginSpan, actor: Actor) -> OriginSpan:
    return replace(span, origin=least_trusted([span.origin, actor.ceiling]))
