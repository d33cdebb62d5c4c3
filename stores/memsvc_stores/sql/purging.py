"""Erasure: nothing of the content stays in any row, the journal keeps tombstones."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import BindParameter, bindparam, delete, exists, or_, select, update

from memsvc.domain.changes import Change, Operation
from memsvc.domain.notes import KeyKind
from memsvc.ports.storage import PurgeCounts
from memsvc_stores.sql.derived_tables import (
    attributes,
    derivations,
    links,
    mentions,
    policies,
    strengths,
    triples,
)
from memsvc_stores.sql.elements import among
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.guard.canaries import expect_no_more
from memsvc_stores.sql.guard_tables import (
    assessments,
    canaries,
    guard_scores,
    guard_seeds,
    originals,
    reviews,
    shingles,
)
from memsvc_stores.sql.journal import record
from memsvc_stores.sql.lsh_tables import buckets, lsh_epochs
from memsvc_stores.sql.namespace import Namespace
from memsvc_stores.sql.tables import journal, keys, namespaces, notes, sessions, vectors

__all__ = ["delete_keys", "delete_notes", "drop"]

_NAMESPACE: BindParameter[int] = bindparam("namespace")
_GONE = select(
    notes.c.row, notes.c.id, notes.c.version, notes.c.session_row, notes.c.user_words, notes.c.other_words
).where(notes.c.namespace_id == _NAMESPACE, among(notes.c.row, "rows"))
_KEYS = (keys.c.namespace_id == _NAMESPACE, among(keys.c.note_row, "rows"), among(keys.c.kind, "kinds"))
_HASHES = select(keys.c.text_hash).where(*_KEYS)
# What is derived of one note each, by its row.
_GUARDED = (originals, assessments, reviews, shingles, guard_scores)
_DERIVED = (attributes, triples, mentions, strengths, buckets, *_GUARDED)
_DELETE_ATTRIBUTES, _DELETE_TRIPLES, *_DELETE_DERIVED = (
    delete(table).where(table.c.namespace_id == _NAMESPACE, among(table.c.note_row, "rows")) for table in _DERIVED
)
_DELETE_LINKS, _DELETE_DERIVATIONS = (
    delete(table).where(table.c.namespace_id == _NAMESPACE, or_(among(one_end, "rows"), among(other_end, "rows")))
    for table, one_end, other_end in (
        (links, links.c.low_row, links.c.high_row),
        (derivations, derivations.c.note_row, derivations.c.source_row),
    )
)
_DELETE_KEYS = delete(keys).where(*_KEYS)
_DELETE_NOTES = delete(notes).where(notes.c.namespace_id == _NAMESPACE, among(notes.c.row, "rows"))
_DELETE_UNSHARED = delete(vectors).where(
    vectors.c.namespace_id == _NAMESPACE,
    among(vectors.c.text_hash, "hashes"),
    ~exists().where(keys.c.namespace_id == _NAMESPACE, keys.c.text_hash == vectors.c.text_hash),
)
_DELETE_EMPTY = delete(sessions).where(
    sessions.c.namespace_id == _NAMESPACE,
    among(sessions.c.row, "rows"),
    ~exists().where(notes.c.namespace_id == _NAMESPACE, notes.c.session_row == sessions.c.row),
)
_BLANK_HISTORY = (
    update(journal).where(journal.c.namespace_id == _NAMESPACE, among(journal.c.note_id, "ids")).values(patch="{}")
)
_DROP_ATTRIBUTES, _DROP_LINKS, _DROP_DERIVATIONS, _DROP_TRIPLES, *_DROP_DERIVED = (
    delete(table).where(table.c.namespace_id == _NAMESPACE)
    for table in (
        *(attributes, links, derivations, triples),
        *(mentions, strengths, buckets, policies, lsh_epochs),
        *(*_GUARDED, canaries, guard_seeds),
    )
)
_ROWS = select(notes.c.row).where(notes.c.namespace_id == _NAMESPACE)
_DROP_KEYS, _DROP_NOTES, _DROP_VECTORS, _DROP_SESSIONS, _DROP_JOURNAL = (
    delete(table).where(table.c.namespace_id == _NAMESPACE) for table in (keys, notes, vectors, sessions, journal)
)
_DROP_NAMESPACE = delete(namespaces).where(namespaces.c.id == _NAMESPACE)


def delete_notes(
    executor: Executor, namespace: Namespace, note_rows: Sequence[int], *, at: datetime, actor: str
) -> PurgeCounts:
    """Delete notes and what only they used."""
    many = executor.backend.many
    place = {"namespace": namespace.row, "rows": many(note_rows)}
    gone = executor.all(_GONE, **place)
    executor.backend.lexical.remove(executor.connection, namespace.row, note_rows)
    for derived in _DELETE_DERIVED:
        executor.run(derived, **place)
    counted = [
        executor.run(derived, **place)
        for derived in (_DELETE_ATTRIBUTES, _DELETE_LINKS, _DELETE_DERIVATIONS, _DELETE_TRIPLES)
    ]
    deleted_keys, deleted_vectors = delete_keys(executor, namespace, note_rows)
    executor.run(_DELETE_NOTES, **place)
    held = many({found[3] for found in gone if found[3] is not None})
    deleted_sessions = executor.run(_DELETE_EMPTY, namespace=namespace.row, rows=held)
    erased = {found[1] for found in gone}
    executor.run(_BLANK_HISTORY, namespace=namespace.row, ids=many(erased))
    expect_no_more(executor, namespace.row, erased)
    namespace.count(
        -len(gone), user_words=-sum(found[4] for found in gone), other_words=-sum(found[5] for found in gone)
    )
    tombstones = [
        Change(0, Operation.PURGED, row, note, at, actor, version + 1) for row, note, version, *_ in gone
    ]
    record(executor, namespace, tombstones)
    return PurgeCounts(len(gone), deleted_keys, deleted_vectors, deleted_sessions, *counted)


def delete_keys(
    executor: Executor,
    namespace: Namespace,
    note_rows: Sequence[int],
    *,
    kept: Collection[str] = (),
    kinds: Collection[KeyKind] = frozenset(KeyKind),
) -> tuple[int, int]:
    """Delete notes' keys, and the vectors that no other note uses, but for those kept; return how many of each."""
    many = executor.backend.many
    of_notes = {"namespace": namespace.row, "rows": many(note_rows), "kinds": many(sorted(kinds))}
    hashes = {text_hash for (text_hash,) in executor.all(_HASHES, **of_notes)}
    deleted = executor.run(_DELETE_KEYS, **of_notes)
    unused = many(hashes.difference(kept))
    return deleted, executor.run(_DELETE_UNSHARED, namespace=namespace.row, hashes=unused)


def drop(executor: Executor, namespace: Namespace) -> PurgeCounts:
    """Erase the namespace and all that is in it."""
    place = {"namespace": namespace.row}
    rows = [row for (row,) in executor.all(_ROWS, **place)]
    executor.backend.lexical.remove(executor.connection, namespace.row, rows)
    for derived in _DROP_DERIVED:
        executor.run(derived, **place)
    counted = [
        executor.run(derived, **place)
        for derived in (_DROP_ATTRIBUTES, _DROP_LINKS, _DROP_DERIVATIONS, _DROP_TRIPLES)
    ]
    deleted_keys = executor.run(_DROP_KEYS, **place)
    deleted_notes = executor.run(_DROP_NOTES, **place)
    deleted_vectors = executor.run(_DROP_VECTORS, **place)
    deleted_sessions = executor.run(_DROP_SESSIONS, **place)
    executor.run(_DROP_JOURNAL, **place)
    executor.run(_DROP_NAMESPACE, **place)
    return PurgeCounts(deleted_notes, deleted_keys, deleted_vectors, deleted_sessions, *counted)
