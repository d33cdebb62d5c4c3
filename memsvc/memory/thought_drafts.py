"""From thoughts to drafts of notes: origin and trust of their source, keys, and what makes two the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from memsvc.domain.drafts import NoteDraft
from memsvc.domain.ids import NoteId, SessionId
from memsvc.domain.notes import TRUST_OF_ORIGIN, Kind, Note, Origin, Status
from memsvc.domain.triples import Triple
from memsvc.guard.origin import least_trusted
from memsvc.memory.drafting import Drafter, text_hash
from memsvc.ports.retrieval import Passage
from memsvc.ports.thinking import Thought

__all__ = ["DraftedThought", "draft_thoughts", "thought_note"]


@dataclass(frozen=True, slots=True)
class DraftedThought:
    draft: NoteDraft
    triples: tuple[Triple, ...] = field(repr=False)
    source: NoteId
    quoted: NoteId | None


def draft_thoughts(
    drafter: Drafter,
    notes: Sequence[Note],
    thoughts: Sequence[Thought],
    *,
    before: Sequence[Note | None],
    by_model: bool,
    now: datetime,
) -> list[DraftedThought]:
    """Return a draft for each thought; `source` of a thought is a place in `notes`, as in the notes `before` them.

    A model's words are its own, a rule's those of the notes that they may repeat; neither is more trusted than
    the least trusted of these, and both are limited where one is. An event told twice of two days is two
    thoughts; anything else that is said again, as trusted, is the same.
    """
    drafted = []
    for thought in thoughts:
        source = notes[thought.source]
        quoted = before[thought.source] if thought.quotes else None
        said_by = [source] if quoted is None else [source, quoted]
        made_by = [Origin.MODEL_INFERENCE] if by_model else []
        origin = least_trusted([*(note.origin for note in said_by), *made_by])
        trust = min(*(note.trust for note in said_by), TRUST_OF_ORIGIN[origin])
        since = thought.since or source.event_time
        day = since.date().isoformat() if any(triple.event for triple in thought.triples) else ""
        draft = thought_note(
            drafter,
            thought.sentence,
            event_time=source.event_time,
            valid_from=thought.since,
            origin=origin,
            trust=trust,
            session=source.session,
            status=Status.LIMITED if Status.LIMITED in {note.status for note in said_by} else source.status,
            dedupe=(origin, f"{trust:.6f}", day, thought.sentence),
            now=now,
        )
        drafted.append(DraftedThought(draft, thought.triples, source.id, None if quoted is None else quoted.id))
    return drafted


def thought_note(
    drafter: Drafter,
    content: str,
    *,
    event_time: datetime,
    valid_from: datetime | None,
    origin: Origin,
    trust: float,
    session: SessionId | None,
    status: Status,
    dedupe: Sequence[str],
    now: datetime,
) -> NoteDraft:
    """Return the draft of a thought; two with the same parts of `dedupe` are the same."""
    return NoteDraft(
        id=drafter.ids.note(),
        kind=Kind.THOUGHT,
        content=content,
        content_hash=text_hash(content),
        dedupe=text_hash("\0".join((Kind.THOUGHT, *dedupe))),
        event_time=event_time,
        ingest_time=now,
        origin=origin,
        trust=trust,
        keys=drafter.keys(Passage(content, (), event_time)),
        key_version=drafter.key_maker.version,
        session=session,
        valid_from=valid_from,
        status=status,
    )
