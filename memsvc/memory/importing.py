"""How far an imported note is trusted: no further than whoever imports it, and no further than its sources."""

from __future__ import annotations

from dataclasses import replace

from memsvc.domain.derivations import Derivation, Role
from memsvc.domain.guarding import Stage
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import TRUST_OF_ORIGIN, Note, Origin, OriginSpan, Status
from memsvc.domain.receipts import Actor
from memsvc.domain.records import NoteRecord
from memsvc.errors import Conflict
from memsvc.guard.origin import least_trusted
from memsvc.memory.drafting import text_hash
from memsvc.ports.storage import Reader

__all__ = ["as_trusted"]


def as_trusted(reader: Reader, record: NoteRecord, *, actor: Actor) -> NoteRecord:
    """Return the record with its origin and trust lowered to what may be believed of it.

    A file can say anything: an origin is no better than the actor's own and that of any part, a trust no higher
    than that of the origin and of each source that is there, and the actor has stored it, whomever the file names.
    What is lowered has another place among the visible notes, and is evidence only; what let it in elsewhere does
    not count here. Raises Conflict where a note that is there is said to derive from this one, but is trusted
    more.
    """
    note = record.note
    notes = {each.id: each for each in reader.notes(sorted(_ends(record)))}
    sources = [(each, notes[each.source]) for each in record.derivations if _is_source_of(each, note, notes)]
    origins = [source.origin for each, source in sources if each.role is not Role.EVOLUTION]
    parts = tuple(_lowered(span, actor) for span in note.origins)
    origin = least_trusted([note.origin, actor.ceiling, *(part.origin for part in parts), *origins])
    trust = min([note.trust, TRUST_OF_ORIGIN[origin], *(source.trust for _, source in sources)])
    for each in record.derivations:
        if each.source == note.id and each.note in notes and notes[each.note].trust > trust:
            raise Conflict(
                f"note {each.note} is said to derive from note {note.id}, but is trusted more than that"
            )
    if (origin, trust) == (note.origin, note.trust):
        believed = replace(record, note=note._replace(origins=parts, principal=actor.name))
        return believed if actor.ceiling is Origin.DIRECT_USER else _not_let_in(believed)
    lowered = note._replace(
        origin=origin,
        trust=trust,
        origins=parts,
        status=Status.LIMITED if note.status is Status.ACTIVE else note.status,
        principal=actor.name,
    )
    dedupe = None if record.dedupe is None else text_hash("\0".join((origin, f"{trust:.6f}", record.dedupe)))
    return _not_let_in(replace(record, note=lowered, dedupe=dedupe))


def _not_let_in(record: NoteRecord) -> NoteRecord:
    """Return the record without what spares a note that is found by recall, or may be again, the scan.

    That is a release, and probes.
    """
    if record.note.status is Status.QUARANTINED:
        return record
    return replace(
        record, review=None, assessments=tuple(each for each in record.assessments if each.stage is Stage.WRITE)
    )


def _ends(record: NoteRecord) -> set[NoteId]:
    return {end for each in record.derivations for end in (each.note, each.source)} - {record.note.id}


def _is_source_of(derivation: Derivation, note: Note, notes: dict[NoteId, Note]) -> bool:
    return derivation.note == note.id and derivation.source in notes


def _lowered(span: OriginSpan, actor: Actor) -> OriginSpan:
    return replace(span, origin=least_trusted([span.origin, actor.ceiling]))
