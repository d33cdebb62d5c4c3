"""The statements of reads."""

from __future__ import annotations

from sqlalchemy import BindParameter, Select, and_, bindparam, func, select

from memsvc_stores.sql.backends import Backend
from memsvc_stores.sql.elements import among
from memsvc_stores.sql.rows import CHANGE_COLUMNS, KEY_COLUMNS, NOTE_COLUMNS, SESSION_COLUMNS
from memsvc_stores.sql.tables import idempotency, journal, keys, notes, sessions

__all__ = [
    "CHANGES",
    "COUNT_KEYED_OTHERWISE",
    "HAPPENED",
    "HEADS",
    "HISTORY",
    "KEYED_OTHERWISE",
    "KEYS",
    "KEYS_OF_ROWS",
    "NOTES",
    "NOTES_BY_ID",
    "NOTES_BY_ROW",
    "NOTES_REPLACED_BY",
    "PLACES",
    "RECORDS",
    "SAVED_RESPONSE",
    "SESSIONS_BY_ROW",
    "SESSIONS_PAGE",
    "SESSION_BY_ID",
    "SESSION_DIGEST",
    "SESSION_ROWS",
    "TAKEN",
    "notes_where",
    "rows_where",
]

_NAMESPACE: BindParameter[int] = bindparam("namespace")
_WITH_SESSION = notes.outerjoin(
    sessions, and_(sessions.c.namespace_id == notes.c.namespace_id, sessions.c.row == notes.c.session_row)
)
NOTES: Select[tuple[object, ...]] = (
    select(*NOTE_COLUMNS).select_from(_WITH_SESSION).where(notes.c.namespace_id == _NAMESPACE)
)
NOTES_BY_ID = NOTES.where(among(notes.c.id, "ids"))
NOTES_REPLACED_BY = NOTES.where(among(notes.c.superseded_by, "ids")).order_by(notes.c.row)
NOTES_BY_ROW = NOTES.where(among(notes.c.row, "rows"))
RECORDS = (
    NOTES.add_columns(notes.c.dedupe_hash, notes.c.key_version)
    .where(notes.c.row > bindparam("after"))
    .order_by(notes.c.row)
    .limit(bindparam("limit"))
)
_OTHERWISE = func.coalesce(notes.c.key_version, "") != bindparam("version")
KEYED_OTHERWISE = (
    NOTES.where(notes.c.row > bindparam("after"), _OTHERWISE).order_by(notes.c.row).limit(bindparam("limit"))
)
COUNT_KEYED_OTHERWISE = (
    select(func.count()).select_from(notes).where(notes.c.namespace_id == _NAMESPACE, _OTHERWISE)
)
TAKEN = select(notes.c.dedupe, notes.c.id).where(
    notes.c.namespace_id == _NAMESPACE, among(notes.c.dedupe, "dedupes")
)
SESSION_ROWS = select(notes.c.row, notes.c.session_row).where(
    notes.c.namespace_id == _NAMESPACE, among(notes.c.row, "rows"), notes.c.session_row.is_not(None)
)

PLACES = select(
    notes.c.row, notes.c.session_row, notes.c.position, notes.c.user_words + notes.c.other_words
).where(notes.c.namespace_id == _NAMESPACE, among(notes.c.row, "rows"))
HEADS = (
    select(func.substr(notes.c.content, 1, bindparam("chars")))
    .where(
        notes.c.namespace_id == _NAMESPACE, among(notes.c.status, "statuses"), notes.c.kind != bindparam("without")
    )
    .order_by(notes.c.row.desc())
    .limit(bindparam("limit"))
)
_STARTS: BindParameter[int] = bindparam("start")
_ENDS: BindParameter[int] = bindparam("end")
HAPPENED = (
    select(notes.c.row)
    .where(
        notes.c.namespace_id == _NAMESPACE,
        among(notes.c.row, "rows"),
        notes.c.event_time >= _STARTS,
        notes.c.event_time < _ENDS,
    )
    .union(
        select(keys.c.note_row).where(
            keys.c.namespace_id == _NAMESPACE,
            among(keys.c.note_row, "rows"),
            keys.c.event_start < _ENDS,
            keys.c.event_end >= _STARTS,
        )
    )
)

_SESSIONS = select(*SESSION_COLUMNS).where(sessions.c.namespace_id == _NAMESPACE)
SESSION_BY_ID = _SESSIONS.where(sessions.c.id == bindparam("id"))
SESSIONS_BY_ROW = _SESSIONS.where(among(sessions.c.row, "rows"))
SESSIONS_PAGE = (
    _SESSIONS.where(sessions.c.row > bindparam("after")).order_by(sessions.c.row).limit(bindparam("limit"))
)
SESSION_DIGEST = select(sessions.c.digest).where(
    sessions.c.namespace_id == _NAMESPACE, sessions.c.id == bindparam("id")
)

KEYS = (
    select(*KEY_COLUMNS)
    .join_from(keys, notes, and_(notes.c.namespace_id == keys.c.namespace_id, notes.c.row == keys.c.note_row))
    .where(keys.c.namespace_id == _NAMESPACE, notes.c.namespace_id == _NAMESPACE, notes.c.id == bindparam("note"))
    .order_by(keys.c.ordinal)
)
KEYS_OF_ROWS = (
    select(keys.c.note_row, *KEY_COLUMNS)
    .where(keys.c.namespace_id == _NAMESPACE, among(keys.c.note_row, "rows"))
    .order_by(keys.c.note_row, keys.c.ordinal)
)

_JOURNAL = select(*CHANGE_COLUMNS).where(journal.c.namespace_id == _NAMESPACE).order_by(journal.c.sequence)
HISTORY = _JOURNAL.where(journal.c.note_id == bindparam("note"))
CHANGES = _JOURNAL.where(journal.c.sequence > bindparam("after")).limit(bindparam("limit"))

SAVED_RESPONSE = select(idempotency.c.request_hash, idempotency.c.response).where(
    idempotency.c.tenant == bindparam("tenant"), idempotency.c.key == bindparam("key")
)

_COLUMNS = ", ".join(
    "sessions.id" if column.name == "session" else f"notes.{column.name}" for column in NOTE_COLUMNS
)
_SOURCE = (
    "notes LEFT JOIN sessions ON sessions.namespace_id = notes.namespace_id AND sessions.row = notes.session_row"
)


def rows_where(condition: str, backend: Backend, *, among: bool) -> str:
    """Return the query of rows for (namespace, *condition), with `among` for (namespace, rows, *condition).

    Sessions are joined only if the condition asks for them.
    """
    source = _SOURCE if "sessions." in condition else "notes"
    listed = f"notes.row {backend.among} AND " if among else ""
    return (
        f"SELECT notes.row FROM {source} "  # noqa: S608
        f"WHERE notes.namespace_id = {backend.placeholder} AND {listed}{condition} ORDER BY notes.row"
    )


def notes_where(condition: str, backend: Backend) -> str:
    """Return the query of notes for (namespace, after row, *condition, limit)."""
    place = backend.placeholder
    return (
        f"SELECT {_COLUMNS} FROM {_SOURCE} WHERE notes.namespace_id = {place} AND notes.row > {place} "  # noqa: S608
        f"AND {condition} ORDER BY notes.row LIMIT {place}"
    )
