"""Entries of the journal of a namespace."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import insert

from memsvc.domain.changes import Change
from memsvc.domain.time import to_microseconds
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.namespace import Namespace
from memsvc_stores.sql.rows import encode_json
from memsvc_stores.sql.tables import journal

__all__ = ["record"]

_INSERT = insert(journal).inline()


def record(executor: Executor, namespace: Namespace, changes: Iterable[Change]) -> None:
    """Write the changes in their order under the next sequences, whatever sequences they have."""
    rows = [
        {
            "namespace_id": namespace.row,
            "sequence": sequence,
            "operation": change.operation.value,
            "note_row": change.note_row,
            "note_id": change.note,
            "version": change.version,
            "at": to_microseconds(change.at),
            "actor": change.actor,
            "patch": encode_json(change.patch),
        }
        for sequence, change in enumerate(changes, start=namespace.last_sequence + 1)
    ]
    executor.run_many(_INSERT, rows)
    namespace.last_sequence += len(rows)
    namespace.changed = True
