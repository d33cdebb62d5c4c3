"""The lines of an export, which an import takes back without loss."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, JsonValue

from memsvc.wire.base import Request, Response
from memsvc.wire.fields import MAX_CONTENT_CHARS, Content, Instant, Metadata, Name, Role
from memsvc.wire.guard_records import AssessmentRecord, OriginRecord, ReviewRecord
from memsvc.wire.policy import Policy
from memsvc.wire.words import (
    DerivationRole,
    KeyKind,
    Kind,
    Method,
    Operation,
    Origin,
    Status,
    StoredLinkType,
)

__all__ = [
    "EXPORT_FORMAT",
    "AttributesRecord",
    "ChangeRecord",
    "DerivationRecord",
    "ExportLine",
    "HeaderRecord",
    "ImportProblem",
    "ImportReport",
    "KeyRecord",
    "LinkRecord",
    "NoteRecord",
    "PolicyRecord",
    "SessionRecord",
    "TripleRecord",
    "TurnSpan",
    "UsesRecord",
]

EXPORT_FORMAT = 1
_Count: TypeAlias = Annotated[int, Field(ge=0, lt=2**63)]
_Times: TypeAlias = Annotated[int, Field(ge=0, lt=2**30)]
_Short: TypeAlias = Annotated[str, Field(max_length=256, pattern=r"^[^\x00]*$")]
_Text: TypeAlias = Annotated[str, Field(max_length=MAX_CONTENT_CHARS, pattern=r"^[^\x00]*$")]


class HeaderRecord(Request):
    """The first line: which format, from which namespace, and whether it has what the guard knows of the notes."""

    type: Literal["header"] = "header"
    format: Literal[1] = 1
    namespace: Name
    guard: bool = True


class PolicyRecord(Request):
    """A version of the policy; they come in order, and the last is in force."""

    type: Literal["policy"] = "policy"
    version: Annotated[int, Field(ge=1, lt=2**31)]
    at: Instant
    actor: _Short
    policy: Policy


class SessionRecord(Request):
    """A session; `digest` fingerprints its ingested turns, so that re-ingesting it adds nothing."""

    type: Literal["session"] = "session"
    id: Name
    started_at: Instant
    turn_count: _Count
    digest: _Short
    metadata: Metadata = Field(default_factory=dict)


class TurnSpan(Request):
    """One turn of a round, as a half-open range of characters of the content."""

    role: Role
    start: _Count
    end: _Count


class KeyRecord(Request):
    """A text by which the note is found: a range of its content, or a text of its own.

    `event_start` and `event_end` say when what the text tells of happened.
    """

    kind: KeyKind
    text_hash: _Short
    start: _Count | None = None
    end: _Count | None = None
    text: Content | None = None
    event_start: Instant | None = None
    event_end: Instant | None = None


class ChangeRecord(Request):
    sequence: _Count
    operation: Operation
    at: Instant
    actor: _Short
    version: _Count
    patch: dict[str, JsonValue] = Field(default_factory=dict)


class AttributesRecord(Request):
    """What a model or rules say of the note beside its content."""

    keywords: Annotated[tuple[_Text, ...], Field(max_length=10_000)] = ()
    tags: Annotated[tuple[_Text, ...], Field(max_length=10_000)] = ()
    context: _Text = ""
    method: Method


class TripleRecord(Request):
    """A relation that a thought states."""

    head: _Text
    relation: _Text
    tail: _Text
    negated: bool = False
    functional: bool = False
    event: bool = False
    value: Annotated[float | None, Field(allow_inf_nan=False)] = None
    unit: _Short | None = None


class LinkRecord(Request):
    """An undirected link to another note."""

    other: Name
    type: StoredLinkType
    weight: Annotated[float, Field(gt=0, le=1)]
    method: Method
    at: Instant
    actor: _Short


class DerivationRecord(Request):
    """Another note, and how it or its product was made of the other."""

    note: Name
    role: DerivationRole


class UsesRecord(Request):
    """How often the note was told again and recalled since it was stored, and when last."""

    seen: _Times
    recalled: _Times
    at: Instant


class NoteRecord(Request):
    """A note with its keys, its whole history, and what was derived of it.

    `links`, `sources` and `products` name notes of earlier lines: those that it is linked to, that it was
    derived from, and that were derived from it. `original` is what was sent, where normalising has changed it; it,
    `assessments` and `review` are only in what a key with the scope `admin` exports.
    """

    type: Literal["note"] = "note"
    id: Name
    kind: Kind
    content: Content
    content_hash: _Short
    event_time: Instant
    ingest_time: Instant
    origin: Origin
    trust: Annotated[float, Field(ge=0, le=1)]
    status: Status
    version: _Count
    dedupe: _Short | None = None
    turns: tuple[TurnSpan, ...] = ()
    session: Name | None = None
    position: _Count | None = None
    valid_from: Instant | None = None
    valid_to: Instant | None = None
    expired_at: Instant | None = None
    superseded_by: Name | None = None
    principal: _Short = ""
    origins: Annotated[tuple[OriginRecord, ...], Field(max_length=10_000)] = ()
    metadata: Metadata = Field(default_factory=dict)
    key_version: _Short | None = None
    keys: Annotated[tuple[KeyRecord, ...], Field(max_length=10_000)] = ()
    history: Annotated[tuple[ChangeRecord, ...], Field(max_length=100_000)] = ()
    attributes: AttributesRecord | None = None
    triples: Annotated[tuple[TripleRecord, ...], Field(max_length=10_000)] = ()
    mentions: Annotated[tuple[_Short, ...], Field(max_length=10_000)] = ()
    links: Annotated[tuple[LinkRecord, ...], Field(max_length=100_000)] = ()
    sources: Annotated[tuple[DerivationRecord, ...], Field(max_length=100_000)] = ()
    products: Annotated[tuple[DerivationRecord, ...], Field(max_length=100_000)] = ()
    uses: UsesRecord | None = None
    original: _Text | None = None
    assessments: Annotated[tuple[AssessmentRecord, ...], Field(max_length=10)] = ()
    review: ReviewRecord | None = None


ExportLine: TypeAlias = Annotated[
    HeaderRecord | PolicyRecord | SessionRecord | NoteRecord, Field(discriminator="type")
]


class ImportProblem(Response):
    """A line that could not be taken, counted from 1."""

    line: int
    code: str
    detail: str


class ImportReport(Response):
    """What an import did; `skipped` notes were there already. At most 100 problems are listed of `failed`.

    `left_out` counts links and derivations whose other note is not there.
    """

    sessions: int
    notes: int
    skipped: int
    failed: int
    left_out: int = 0
    problems: tuple[ImportProblem, ...] = ()
