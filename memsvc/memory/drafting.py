"""From what was sent to drafts that can be stored: ids, hashes, origin, keys."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from memsvc.domain.drafts import NewItem, NewSession, NoteDraft
from memsvc.domain.ids import IdFactory, SessionId
from memsvc.domain.notes import TRUST_OF_ORIGIN, Json, Key, Kind, Origin, TurnSpan
from memsvc.domain.time import utc
from memsvc.guard.origin import stamp
from memsvc.memory.rounds import Round
from memsvc.ports.embedding import Embedder
from memsvc.ports.retrieval import KeyMaker

__all__ = ["Drafter", "text_hash"]


def text_hash(text: str) -> str:
    """Return the SHA-256 hex of a text: the name of its vector and, of a content, its identity."""
    return hashlib.sha256(text.encode()).hexdigest()


def _dedupe(*parts: str) -> str:
    return text_hash("\0".join(parts))


@dataclass(frozen=True, slots=True)
class Drafter:
    """Makes drafts; a pure function of its inputs, the ids and the embedder's window size."""

    ids: IdFactory
    key_maker: KeyMaker
    embedder: Embedder

    def item(self, item: NewItem, *, now: datetime, ceiling: Origin) -> NoteDraft:
        origin = stamp(ceiling=ceiling, declared=item.origin)
        return self._draft(
            kind=item.kind,
            content=item.content,
            turns=(),
            dedupe=_dedupe(item.kind, item.session or "", item.content),
            event_time=utc(item.event_time) if item.event_time else now,
            now=now,
            origin=origin,
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
    ) -> list[NoteDraft]:
        started = utc(session.started_at) if session.started_at else now
        drafts = []
        for part in rounds:
            roles = [turn.role for turn in part.turns]
            drafts.append(
                self._draft(
                    kind=Kind.ROUND,
                    content=part.content,
                    turns=part.turns,
                    dedupe=_dedupe(Kind.ROUND, session_id, str(part.position), part.content),
                    event_time=utc(part.at) if part.at else started,
                    now=now,
                    origin=stamp(ceiling=ceiling, declared=session.origin, roles=roles),
                    session=session_id,
                    position=part.position,
                    metadata=session.metadata,
                )
            )
        return drafts

    def keys(self, content: str, turns: Sequence[TurnSpan]) -> tuple[Key, ...]:
        """Return the keys of a note; a key's text longer than the embedder's window becomes several keys."""
        keys = []
        for span in self.key_maker.spans(content, turns):
            text = content[span.start : span.end]
            for start, end in self.embedder.windows(text):
                keys.append(Key(span.kind, text_hash(text[start:end]), span.start + start, span.start + end))
        return tuple(keys)

    def _draft(
        self,
        *,
        kind: Kind,
        content: str,
        turns: tuple[TurnSpan, ...],
        dedupe: str,
        event_time: datetime,
        now: datetime,
        origin: Origin,
        session: SessionId | None,
        position: int | None,
        metadata: Mapping[str, Json],
    ) -> NoteDraft:
        return NoteDraft(
            id=self.ids.note(),
            kind=kind,
            content=content,
            content_hash=text_hash(content),
            dedupe=dedupe,
            event_time=event_time,
            ingest_time=now,
            origin=origin,
            trust=TRUST_OF_ORIGIN[origin],
            keys=self.keys(content, turns),
            turns=turns,
            session=session,
            position=position,
            metadata=metadata,
        )
