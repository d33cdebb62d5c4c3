"""Drafts, keys and vectors that need no embedder."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from memsvc.domain.changes import Operation
from memsvc.domain.drafts import NoteDraft
from memsvc.domain.ids import NoteId, SessionId, uuid7
from memsvc.domain.notes import Key, KeyKind, Kind, Note, Origin, Status
from memsvc.domain.revising import StatusChange
from memsvc.domain.scope import Scope
from memsvc.ports.embedding import Model, Vector
from memsvc.ports.storage import Added, PurgeCounts, Storage, Writer

__all__ = [
    "ACTOR",
    "MODEL",
    "SCOPE",
    "T0",
    "Interrupted",
    "at",
    "change",
    "draft",
    "forget",
    "key",
    "purge",
    "put_vectors",
    "restore",
    "sha256",
    "store",
    "store_then_fail",
    "unit_vector",
]

SCOPE = Scope.of("tenant-a", "space-1")
MODEL = Model(id="test-model", dimension=8, max_tokens=256)
ACTOR = "tester"
T0 = datetime(2024, 3, 1, 12, 0, tzinfo=UTC)
_numbers = itertools.count(1)


class Interrupted(Exception):
    """Raised by a test inside a transaction."""


def at(seconds: float) -> datetime:
    """Return a moment some seconds after T0."""
    return T0 + timedelta(seconds=seconds)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def unit_vector(text: str, dimension: int = MODEL.dimension) -> Vector:
    """Return a unit vector that depends on the text alone."""
    seed = int(sha256(text)[:12], 16)
    vector = np.random.default_rng(seed).standard_normal(dimension)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def key(text: str, kind: KeyKind = KeyKind.CONTENT) -> Key:
    return Key(kind, sha256(text), text=text)


def draft(content: str, *, keys: Sequence[str] | None = None, **fields: Any) -> NoteDraft:
    """Return a draft of a fact whose keys are texts of their own; the content itself by default."""
    values: dict[str, Any] = {
        "id": NoteId(uuid7(int(T0.timestamp() * 1000), next(_numbers))),
        "kind": Kind.FACT,
        "content": content,
        "content_hash": sha256(content),
        "dedupe": sha256("fact\0" + content),
        "event_time": T0,
        "ingest_time": T0,
        "origin": Origin.DIRECT_USER,
        "trust": 1.0,
        "keys": tuple(key(text) for text in (keys or (content,))),
    }
    return NoteDraft(**(values | fields))


def put_vectors(writer: Writer, drafts: Iterable[NoteDraft], model: Model = MODEL) -> None:
    """Put the vector of each key that has a text."""
    texts = {k.text_hash: k.text_in(d.content) for d in drafts for k in d.keys}
    writer.vectors.put_many(model, {h: unit_vector(t, model.dimension) for h, t in texts.items()})


def store(
    storage: Storage,
    *drafts: NoteDraft,
    scope: Scope = SCOPE,
    sessions: Mapping[str, datetime] | None = None,
) -> list[Added]:
    """Add drafts in one transaction, with their namespace, sessions and vectors."""
    with storage.writer(scope) as writer:
        writer.open_namespace(MODEL, T0)
        named = {d.session: d.event_time for d in drafts if d.session is not None}
        for session, started_at in (named | {SessionId(k): v for k, v in (sessions or {}).items()}).items():
            writer.put_session(session, started_at, {})
        put_vectors(writer, drafts)
        return writer.add(drafts, actor=ACTOR)


def change(
    storage: Storage, note: NoteId, operation: Operation, status: Status, *, scope: Scope = SCOPE, **fields: Any
) -> Note:
    """Change a note's status in a transaction of its own."""
    with storage.writer(scope) as writer:
        return writer.change_status(StatusChange(note, operation, status, fields.pop("at", T0), ACTOR, **fields))


def forget(
    storage: Storage, note: NoteId, *, scope: Scope = SCOPE, status: Status = Status.FORGOTTEN, **fields: Any
) -> Note:
    return change(storage, note, Operation.FORGOTTEN, status, scope=scope, **fields)


def restore(storage: Storage, note: NoteId, *, scope: Scope = SCOPE, **fields: Any) -> Note:
    return change(storage, note, Operation.RESTORED, Status.ACTIVE, scope=scope, **fields)


def purge(storage: Storage, *notes: NoteId, scope: Scope = SCOPE) -> PurgeCounts:
    with storage.writer(scope) as writer:
        return writer.purge(notes, at=T0, actor=ACTOR)


def store_then_fail(storage: Storage, *drafts: NoteDraft, scope: Scope = SCOPE) -> None:
    """Add drafts and raise Interrupted before the transaction ends."""
    with storage.writer(scope) as writer:
        writer.open_namespace(MODEL, T0)
        put_vectors(writer, drafts)
        writer.add(drafts, actor=ACTOR)
        raise Interrupted
