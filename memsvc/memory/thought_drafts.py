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


def draft_thoughts(
    drafter: Drafter, notes: Sequence[Note], thoughts: Sequence[Thought], *, by_model: bool, now: datetime
) -> list[DraftedThought]:
    """Return a draft for each thought; `source` of a thought is a place in `notes`.

    A model's words are its own, but never more trusted than their source; a rule's words are the source's. An
    event told twice of two days is two thoughts; anything else that is said again, as trusted, is the same.
    """
    drafted = []
    for thought in thoughts:
        source = notes[thought.source]
        origin = least_trusted([source.origin, Origin.MODEL_INFERENCE] if by_model else [source.origin])
        trust = min(source.trust, TRUST_OF_ORIGIN[origin])
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
            status=source.status,
            dedupe=(origin, f"{trust:.6f}", day, thought.sentence),
            now=now,
        )
        drafted.append(DraftedThought(draft, thought.triples, source.id))
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
