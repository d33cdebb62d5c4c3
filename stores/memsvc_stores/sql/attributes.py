"""A-MEM's attributes of notes."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from memsvc.domain.attributes import Attributes, Method
from memsvc.domain.ids import NoteId
from memsvc_stores.sql.derived_tables import attributes
from memsvc_stores.sql.elements import among
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.tables import notes

__all__ = ["SqlAttributes", "attributes_of_rows", "write_attributes"]

_COLUMNS = (attributes.c.keywords, attributes.c.tags, attributes.c.context, attributes.c.method)
_BY_ID = (
    select(notes.c.id, *_COLUMNS)
    .join_from(notes, attributes, attributes.c.note_row == notes.c.row)
    .where(
        notes.c.namespace_id == bindparam("namespace"),
        attributes.c.namespace_id == bindparam("namespace"),
        among(notes.c.id, "ids"),
    )
)
_BY_ROW = select(attributes.c.note_row, *_COLUMNS).where(
    attributes.c.namespace_id == bindparam("namespace"), among(attributes.c.note_row, "rows")
)
_INSERT = insert(attributes)
_PUT = _INSERT.on_conflict_do_update(
    index_elements=[attributes.c.namespace_id, attributes.c.note_row],
    set_={column.name: _INSERT.excluded[column.name] for column in _COLUMNS},
)
_DELETE = delete(attributes).where(
    attributes.c.namespace_id == bindparam("namespace"), among(attributes.c.note_row, "rows")
)


class SqlAttributes:
    """Reads attributes; `namespace` is None where nothing was ever written."""

    def __init__(self, executor: Executor, namespace: int | None) -> None:
        self._executor = executor
        self._namespace = namespace

    def get_many(self, notes: Sequence[NoteId]) -> dict[NoteId, Attributes]:
        if self._namespace is None or not notes:
            return {}
        found = self._executor.all(_BY_ID, namespace=self._namespace, ids=self._executor.backend.many(notes))
        return {NoteId(note): _attributes(values) for note, *values in found}


def attributes_of_rows(executor: Executor, namespace: int, rows: Collection[int]) -> dict[int, Attributes]:
    """Return the attributes of the notes that have some, by row."""
    found = executor.all(_BY_ROW, namespace=namespace, rows=executor.backend.many(rows))
    return {row: _attributes(values) for row, *values in found}


def write_attributes(executor: Executor, namespace: int, row: int, new: Attributes | None) -> None:
    """Replace the attributes of a note; None leaves it without."""
    if new is None:
        executor.run(_DELETE, namespace=namespace, rows=executor.backend.many([row]))
        return
    executor.run(
        _PUT,
        namespace_id=namespace,
        note_row=row,
        keywords=_encode(new.keywords),
        tags=_encode(new.tags),
        context=new.context,
        method=new.method.value,
    )


def _encode(words: Sequence[str]) -> str:
    return json.dumps(list(words), ensure_ascii=False, separators=(",", ":"))


def _attributes(values: Sequence[Any]) -> Attributes:
    keywords, tags, context, method = values
    return Attributes(tuple(json.loads(keywords)), tuple(json.loads(tags)), context, Method(method))
