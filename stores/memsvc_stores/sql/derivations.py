"""What was derived from what."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Select, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from memsvc.domain.derivations import CONTENT_ROLES, SOURCE_ROLES, Derivation, Role
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Kind
from memsvc.errors import Conflict
from memsvc.ports.ranking import Rows
from memsvc_stores.sql.derived_tables import derivations
from memsvc_stores.sql.elements import among
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.lookups import rows_of
from memsvc_stores.sql.tables import notes

__all__ = ["SqlDerivations", "WritableDerivations", "descendant_rows", "drop_sources"]

_note, _source = notes.alias("note"), notes.alias("source")
_NAMED = (
    select(_note.c.id, _source.c.id, derivations.c.role)
    .select_from(
        derivations.join(_note, _note.c.row == derivations.c.note_row).join(
            _source, _source.c.row == derivations.c.source_row
        )
    )
    .where(
        derivations.c.namespace_id == bindparam("namespace"),
        _note.c.namespace_id == bindparam("namespace"),
        _source.c.namespace_id == bindparam("namespace"),
    )
    .order_by(derivations.c.note_row, derivations.c.source_row, derivations.c.role)
)
_SOURCES = _NAMED.where(among(_note.c.id, "ids"))
_PRODUCTS = _NAMED.where(among(_source.c.id, "ids"))
_PRODUCT_ROWS = select(derivations.c.note_row).where(
    derivations.c.namespace_id == bindparam("namespace"),
    among(derivations.c.source_row, "rows"),
    among(derivations.c.role, "roles"),
)
_SOURCE_ROWS = (
    select(derivations.c.note_row, derivations.c.source_row, notes.c.kind)
    .join_from(derivations, notes, notes.c.row == derivations.c.source_row)
    .where(
        derivations.c.namespace_id == bindparam("namespace"),
        notes.c.namespace_id == bindparam("namespace"),
        among(derivations.c.note_row, "rows"),
        among(derivations.c.role, "roles"),
    )
)
_ROWS = select(notes.c.row).where(notes.c.namespace_id == bindparam("namespace"), among(notes.c.id, "ids"))
_IDS = (
    select(notes.c.id)
    .where(notes.c.namespace_id == bindparam("namespace"), among(notes.c.row, "rows"))
    .order_by(notes.c.row)
)
_PUT = insert(derivations).on_conflict_do_nothing().inline()
_DROP = delete(derivations).where(
    derivations.c.namespace_id == bindparam("namespace"),
    among(derivations.c.note_row, "rows"),
    among(derivations.c.role, "roles"),
)


class SqlDerivations:
    """Reads derivations; `namespace` is None where nothing was ever written."""

    def __init__(self, executor: Executor, namespace: int | None) -> None:
        self._executor = executor
        self._namespace = namespace

    def sources(self, notes: Sequence[NoteId]) -> list[Derivation]:
        return self._named(_SOURCES, notes)

    def products(self, notes: Sequence[NoteId]) -> list[Derivation]:
        return self._named(_PRODUCTS, notes)

    def descendants(self, notes: Sequence[NoteId], *, roles: Collection[Role]) -> list[NoteId]:
        if self._namespace is None or not notes:
            return []
        executor, many = self._executor, self._executor.backend.many
        rows = [row for (row,) in executor.all(_ROWS, namespace=self._namespace, ids=many(notes))]
        found = descendant_rows(executor, self._namespace, rows, roles=roles)
        named = executor.all(_IDS, namespace=self._namespace, rows=many(sorted(found)))
        return [NoteId(note) for (note,) in named]

    def source_rows(self, rows: Sequence[int]) -> tuple[Rows, Rows]:
        if self._namespace is None:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        origins = {int(row): {int(row)} for row in rows}
        pairs: set[tuple[int, int]] = set()
        seen: set[tuple[int, int]] = set()
        while origins:
            origins, reached = self._one_up(origins, seen)
            pairs |= reached
        ordered = sorted(pairs)
        found = np.array(ordered, np.int64).reshape(len(ordered), 2)
        return found[:, 0], found[:, 1]

    def _one_up(
        self, origins: dict[int, set[int]], seen: set[tuple[int, int]]
    ) -> tuple[dict[int, set[int]], set[tuple[int, int]]]:
        """Return the thoughts that come next, each with the rows asked for it, and the pairs that are complete."""
        many = self._executor.backend.many
        found = self._executor.all(
            _SOURCE_ROWS, namespace=self._namespace, rows=many(origins), roles=many(_values(SOURCE_ROLES))
        )
        further: dict[int, set[int]] = {}
        reached: set[tuple[int, int]] = set()
        for row, source, kind in found:
            pairs = {(origin, source) for origin in origins[row]} - seen
            seen |= pairs
            if kind != Kind.THOUGHT.value:
                reached |= pairs
            elif pairs:
                further.setdefault(source, set()).update(origin for origin, _ in pairs)
        return further, reached

    def _named(self, statement: Select[Any], notes: Sequence[NoteId]) -> list[Derivation]:
        if self._namespace is None or not notes:
            return []
        found = self._executor.all(statement, namespace=self._namespace, ids=self._executor.backend.many(notes))
        return [Derivation(NoteId(note), NoteId(source), Role(role)) for note, source, role in found]


class WritableDerivations(SqlDerivations):
    def __init__(self, executor: Executor, namespace: int) -> None:
        super().__init__(executor, namespace)
        self._place = namespace

    def add(self, derivations: Sequence[Derivation]) -> None:
        named = [each.note for each in derivations] + [each.source for each in derivations]
        rows = rows_of(self._executor, self._place, named)
        for each in derivations:
            if each.note == each.source:
                raise Conflict(f"note {each.note} cannot derive from itself")
        # Attributes may come from one another; only content cannot be its own source.
        self._put([each for each in derivations if each.role not in CONTENT_ROLES], rows)
        for each in derivations:
            if each.role in CONTENT_ROLES:
                self._check(each, rows)
                self._put([each], rows)

    def _put(self, derivations: Sequence[Derivation], rows: dict[NoteId, int]) -> None:
        self._executor.run_many(
            _PUT,
            [
                {
                    "namespace_id": self._place,
                    "note_row": rows[each.note],
                    "source_row": rows[each.source],
                    "role": each.role.value,
                }
                for each in derivations
            ],
        )

    def _check(self, new: Derivation, rows: dict[NoteId, int]) -> None:
        below = descendant_rows(self._executor, self._place, [rows[new.note]], roles=CONTENT_ROLES)
        if rows[new.source] in below:
            raise Conflict(f"note {new.source} was made from note {new.note}, which cannot derive from it")


def descendant_rows(
    executor: Executor, namespace: int, rows: Iterable[int], *, roles: Collection[Role]
) -> set[int]:
    """Return the rows of all that was derived from notes in these roles, in any number of steps.

    A note itself is among them only when it was derived from another of the notes, or in a circle.
    """
    many = executor.backend.many
    found: set[int] = set()
    edge = list(rows)
    while edge:
        products = executor.all(_PRODUCT_ROWS, namespace=namespace, rows=many(edge), roles=many(_values(roles)))
        edge = sorted({row for (row,) in products} - found)
        found.update(edge)
    return found


def drop_sources(executor: Executor, namespace: int, rows: Collection[int], *, roles: Collection[Role]) -> int:
    """Forget from what notes were derived in these roles; return how many derivations that were."""
    many = executor.backend.many
    return executor.run(_DROP, namespace=namespace, rows=many(rows), roles=many(_values(roles)))


def _values(roles: Collection[Role]) -> list[str]:
    return sorted(role.value for role in roles)
