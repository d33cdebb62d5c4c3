"""What was sent, of notes whose text normalising has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from memsvc_stores.sql.elements import among
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.guard_tables import originals

__all__ = ["originals_of_rows", "write_originals"]

_OF_ROWS = select(originals.c.note_row, originals.c.content).where(
    originals.c.namespace_id == bindparam("namespace"), among(originals.c.note_row, "rows")
)
_INSERT = insert(originals)
_PUT = _INSERT.on_conflict_do_update(
    index_elements=[originals.c.namespace_id, originals.c.note_row],
    set_={"content": _INSERT.excluded.content},
).inline()


def originals_of_rows(executor: Executor, namespace: int, rows: Sequence[int]) -> dict[int, str]:
    """Return the original of each note at these rows that has one."""
    return dict(executor.all(_OF_ROWS, namespace=namespace, rows=executor.backend.many(rows)))


def write_originals(executor: Executor, namespace: int, texts: Mapping[int, str]) -> None:
    """Keep the originals of notes by row."""
    executor.run_many(
        _PUT, [{"namespace_id": namespace, "note_row": row, "content": text} for row, text in texts.items()]
    )
