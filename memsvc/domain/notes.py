"""Notes, their keys, and the sessions that they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from memsvc.domain.attributes import Attributes
from memsvc.domain.ids import NoteId, SessionId

__all__ = [
    "TRUST_OF_ORIGIN",
    "Json",
    "Key",
    "KeyGroup",
    "KeyKind",
    "Kind",
    "Note",
    "Origin",
    "OriginSpan",
    "Session",
    "Status",
    "Turn",
    "TurnSpan",
    "lexical_fields",
]

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"


class Kind(StrEnum):
    ROUND = "round"
    FACT = "fact"
    THOUGHT = "thought"
    SUMMARY = "summary"
    DOCUMENT = "document"


class Status(StrEnum):
    ACTIVE = "active"
    LIMITED = "limited"
    PENDING = "pending"
    SUPERSEDED = "superseded"
    MERGED = "merged"
    QUARANTINED = "quarantined"
    FORGOTTEN = "forgotten"


class Origin(StrEnum):
    """Who the words come from (OWASP's classes); stamped by the server, never read from a note's text."""

    DIRECT_USER = "direct_user"
    MODEL_INFERENCE = "model_inference"
    TOOL_INTERNAL = "tool_output_internal"
    TOOL_EXTERNAL = "tool_output_external"
    UNTRUSTED_DOCUMENT = "untrusted_document"


TRUST_OF_ORIGIN: Mapping[Origin, float] = {
    Origin.DIRECT_USER: 1.0,
    Origin.TOOL_INTERNAL: 0.8,
    Origin.MODEL_INFERENCE: 0.6,
    Origin.TOOL_EXTERNAL: 0.4,
    Origin.UNTRUSTED_DOCUMENT: 0.2,
}


class KeyKind(StrEnum):
    """What a key says of its note: all its words, one statement of them, or one slot drawn from them.

    An A-MEM key is the content with the note's attributes (`attributes.concatenation`).
    """

    USER = "user"
    CONTENT = "content"
    STATEMENT = "statement"
    FACT = "fact"
    PREFERENCE = "preference"
    KEYPHRASE = "keyphrase"
    ENTITY = "entity"
    EVENT = "event"
    SUMMARY = "summary"
    AMEM = "amem"


@dataclass(frozen=True, slots=True)
class Turn:
    role: str
    content: str


@dataclass(frozen=True, slots=True)
class TurnSpan:
    """One turn of a round, as a half-open range of characters of the note's content."""

    role: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class OriginSpan:
    """Who a half-open range of characters of a note's content comes from."""

    start: int
    end: int
    origin: Origin


@dataclass(frozen=True, slots=True)
class Session:
    """A dated list of turns; `turn_count` says how many have been ingested, so a repeat appends only new ones."""

    row: int
    id: SessionId
    started_at: datetime
    turn_count: int
    metadata: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Key:
    """A text by which a note is found: a range of the note's content, or a text of its own.

    `event_start` and `event_end` (inclusive) say when what the text tells of happened; both or neither.
    """

    kind: KeyKind
    text_hash: str
    start: int | None = None
    end: int | None = None
    text: str | None = None
    event_start: datetime | None = None
    event_end: datetime | None = None

    def text_in(self, content: str) -> str:
        return self.text if self.text is not None else content[self.start : self.end]


class KeyGroup(StrEnum):
    """Keys that are searched together: whole texts, what was picked or drawn from them, and A-MEM's."""

    WHOLE = "whole"
    DRAWN = "drawn"
    AMEM = "amem"

    @property
    def kinds(self) -> frozenset[KeyKind]:
        return _GROUPS[self]


_GROUPS = {
    KeyGroup.WHOLE: frozenset({KeyKind.USER, KeyKind.CONTENT}),
    KeyGroup.DRAWN: frozenset(KeyKind) - {KeyKind.USER, KeyKind.CONTENT, KeyKind.AMEM},
    KeyGroup.AMEM: frozenset({KeyKind.AMEM}),
}
_OTHER_WORDS = frozenset({KeyKind.USER, KeyKind.CONTENT, KeyKind.STATEMENT, KeyKind.AMEM})


def lexical_fields(
    content: str, turns: Sequence[TurnSpan], keys: Sequence[Key] = (), attributes: Attributes | None = None
) -> tuple[str, str, str]:
    """Return the user's words, everybody else's, and those of drawn keys and of attributes.

    Without turns all words of the content are the user's.
    """
    texts = [key.text for key in keys if key.text is not None and key.kind not in _OTHER_WORDS]
    drawn = "\n".join(texts if attributes is None else [*texts, attributes.found_by])
    if not turns:
        return content, "", drawn
    user = [content[turn.start : turn.end] for turn in turns if turn.role == "user"]
    other = [content[turn.start : turn.end] for turn in turns if turn.role != "user"]
    return "\n".join(user), "\n".join(other), drawn


class Note(NamedTuple):
    """One memory. Content never changes; `version` counts changes of everything else.

    `event_time` is when it happened, `ingest_time` when the service learnt it; `valid_from`/`valid_to` bound
    the time in which it held (event axis), `expired_at` is when it stopped being current (ingest axis).
    `principal` is who stored it, as authenticated; `origins` are the origins of its parts where they differ from
    one another, `origin` the least trusted of them. A named
    tuple, because a recall makes hundreds and a frozen dataclass takes eight times as long to make.
    """

    row: int
    id: NoteId
    kind: Kind
    content: str
    content_hash: str
    event_time: datetime
    ingest_time: datetime
    origin: Origin
    trust: float
    status: Status
    version: int
    turns: tuple[TurnSpan, ...] = ()
    session: SessionId | None = None
    position: int | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    expired_at: datetime | None = None
    superseded_by: NoteId | None = None
    metadata: Mapping[str, Json] = MappingProxyType({})
    principal: str = ""
    origins: tuple[OriginSpan, ...] = ()

    def spoken(self) -> tuple[Turn, ...]:
        """Return the turns with their text; empty when the note is not made of turns."""
        return tuple(Turn(span.role, self.content[span.start : span.end]) for span in self.turns)
