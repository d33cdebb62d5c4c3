"""From what was sent to drafts that can be stored: ids, hashes, origin, keys."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from memsvc.domain.attributes import Attributes, concatenation
from memsvc.domain.drafts import NewItem, NewSession, NoteDraft
from memsvc.domain.ids import IdFactory, SessionId
from memsvc.domain.notes import Json, Key, KeyKind, Kind, Note, Origin, TurnSpan
from memsvc.domain.time import utc
from memsvc.memory.informed import UNINFORMED, Informed
from memsvc.memory.rounds import Round
from memsvc.memory.stamping import Stamped, stamp_item, stamp_round
from memsvc.ports.embedding import Embedder
from memsvc.ports.retrieval import DrawnKey, KeyMaker, KeySpan, Passage

__all__ = ["Drafter", "passage_of", "text_hash"]

_FULL_TRUST = 1.0


def text_hash(text: str) -> str:
    """Return the SHA-256 hex of a text: the name of its vector and, of a content, its identity."""
    return hashlib.sha256(text.encode()).hexdigest()


def passage_of(note: Note) -> Passage:
    """Return what the keys of a stored note are made of."""
    return Passage(note.content, note.turns, note.event_time)


def _dedupe(*parts: str) -> str:
    return text_hash("\0".join(parts))


@dataclass(frozen=True, slots=True)
class Drafter:
    """Makes drafts; a pure function of its inputs, the ids and the embedder's window size."""

    ids: IdFactory
    key_maker: KeyMaker
    embedder: Embedder

    def item(self, item: NewItem, *, now: datetime, ceiling: Origin, informed: Informed = UNINFORMED) -> NoteDraft:
        """Return the draft of an item; what is trusted less is another note than the same words of the user."""
        stamped = stamp_item(item, ceiling=ceiling, informed=informed)
        who = () if stamped.trust == _FULL_TRUST else (stamped.origin, f"{stamped.trust:.6f}")
        return self._draft(
            stamped,
            informed,
            kind=item.kind,
            turns=(),
            dedupe=_dedupe(item.kind, item.session or "", stamped.content, *who),
            event_time=utc(item.event_time) if item.event_time else now,
            now=now,
            session=item.session,
            position=None,
            metadata=item.metadata,
        )

    def rounds(
        self,
        rounds: Sequence[Round],
        session: NewSession,
        session_id: SessionId,
        *,
        now: datetime,
        ceiling: Origin,
        informed: Informed = UNINFORMED,
    ) -> list[NoteDraft]:
        started = utc(session.started_at) if session.started_at else now
        drafts = []
        for part in rounds:
            drafts.append(
                self._draft(
                    stamp_round(part, session, ceiling=ceiling, informed=informed),
                    informed,
                    kind=Kind.ROUND,
                    turns=part.turns,
                    dedupe=_dedupe(Kind.ROUND, session_id, str(part.position), part.content),
                    event_time=utc(part.at) if part.at else started,
                    now=now,
                    session=session_id,
                    position=part.position,
                    metadata=session.metadata,
                )
            )
        return drafts

    def keys(self, passage: Passage) -> tuple[Key, ...]:
        """Return the keys of a note; a key's text longer than the embedder's window becomes several keys."""
        keys: list[Key] = []
        for made in self.key_maker.keys(passage):
            keys += self._of_span(passage, made) if isinstance(made, KeySpan) else self._of_text(made)
        return tuple(keys)

    def keys_of(self, note: Note, attributes: Attributes | None) -> tuple[Key, ...]:
        """Return the keys of a stored note: with attributes A-MEM's as well, one however long it is."""
        keys = self.keys(passage_of(note))
        if attributes is None:
            return keys
        text = concatenation(note.content, attributes)
        return (*keys, Key(KeyKind.AMEM, text_hash(text), text=text))

    def _of_span(self, passage: Passage, span: KeySpan) -> Iterator[Key]:
        text = passage.content[span.start : span.end]
        for start, end in self.embedder.windows(text):
            yield Key(span.kind, text_hash(text[start:end]), span.start + start, span.start + end)

    def _of_text(self, drawn: DrawnKey) -> Iterator[Key]:
        for start, end in self.embedder.windows(drawn.text):
            part = drawn.text[start:end]
            yield Key(
                drawn.kind,
                text_hash(part),
                text=part,
                event_start=drawn.event_start,
                event_end=drawn.event_end,
            )

    def _draft(
        self,
        stamped: Stamped,
        informed: Informed,
        *,
        kind: Kind,
        turns: tuple[TurnSpan, ...],
        dedupe: str,
        event_time: datetime,
        now: datetime,
        session: SessionId | None,
        position: int | None,
        metadata: Mapping[str, Json],
    ) -> NoteDraft:
        return NoteDraft(
            id=self.ids.note(),
            kind=kind,
            content=stamped.content,
            content_hash=text_hash(stamped.content),
            dedupe=dedupe,
            event_time=event_time,
            ingest_time=now,
            origin=stamped.origin,
            trust=stamped.trust,
            keys=self.keys(Passage(stamped.content, turns, event_time)),
            key_version=self.key_maker.version,
            turns=turns,
            session=session,
            position=position,
            metadata=metadata,
            status=informed.status,
            origins=stamped.origins,
            original=stamped.original,
            parents=informed.ids,
        )
