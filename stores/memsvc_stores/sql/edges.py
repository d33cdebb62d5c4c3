"""The edges around many notes, which graph recall reads: few statements, however many notes are asked for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Select, bindparam, case, func, select, union_all

from memsvc.domain.links import SEQUENCE_WEIGHT, STORED_TYPES, LinkType
from memsvc.ports.derived import Edges
from memsvc_stores.sql.derived_tables import links
from memsvc_stores.sql.elements import among
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.lookups import visible
from memsvc_stores.sql.sequences import beside
from memsvc_stores.sql.tables import notes

__all__ = ["edges_around"]

_NUMBERS = {kind: number for number, kind in enumerate(LinkType)}
_NUMBER = case({kind.value: number for kind, number in _NUMBERS.items()}, value=links.c.type)
_here, _there = notes.alias("here"), notes.alias("there")


def _half(node: Any, other: Any) -> Select[Any]:
    """Return the links of visible notes from one of the two ends to the other."""
    return (
        select(node.label("node"), other.label("other"), links.c.weight, _NUMBER.label("type"))
        .select_from(links.join(_here, _here.c.row == node).join(_there, _there.c.row == other))
        .where(
            links.c.namespace_id == bindparam("namespace"),
            _here.c.namespace_id == bindparam("namespace"),
            _there.c.namespace_id == bindparam("namespace"),
            among(node, "rows"),
            among(links.c.type, "types"),
            visible(_here.c.status),
            visible(_there.c.status),
        )
    )


_ends = union_all(_half(links.c.low_row, links.c.high_row), _half(links.c.high_row, links.c.low_row)).subquery(
    "ends"
)
_ranked = select(
    _ends,
    func.row_number()
    .over(partition_by=_ends.c.node, order_by=[_ends.c.weight.desc(), _ends.c.other, _ends.c.type])
    .label("place"),
).subquery("ranked")
_HEAVIEST = select(_ranked.c.node, _ranked.c.other, _ranked.c.weight, _ranked.c.type).where(
    _ranked.c.place <= bindparam("limit")
)


def edges_around(
    executor: Executor, namespace: int, rows: Sequence[int], *, types: Collection[LinkType], per_note: int
) -> Edges:
    """Return the edges of ReadLinks.around."""
    many = executor.backend.many
    wanted = sorted({int(row) for row in rows})
    found: list[tuple[int, int, float, int]] = []
    stored = sorted(kind.value for kind in STORED_TYPES.intersection(types))
    if stored:
        listed = {"rows": many(wanted), "types": many(stored)}
        found += executor.all(_HEAVIEST, namespace=namespace, limit=per_note, **listed)
    if LinkType.SEQUENCE in types:
        number = _NUMBERS[LinkType.SEQUENCE]
        found += [(row, other, SEQUENCE_WEIGHT, number) for row, other in beside(executor, namespace, wanted)]
    return _heaviest(found, per_note)


def _heaviest(found: Sequence[tuple[int, int, float, int]], per_note: int) -> Edges:
    """Return of each note its heaviest edges, each once."""
    if not found:
        return Edges.empty()
    ends = np.array(found, np.float64)
    nodes, others, weights, types = (*ends[:, :2].astype(np.int64).T, ends[:, 2], ends[:, 3].astype(np.int64))
    order = np.lexsort((types, others, -weights, nodes))
    starts = np.searchsorted(nodes[order], nodes[order])
    kept = order[np.arange(len(order)) - starts < per_note]
    low, high = np.minimum(nodes[kept], others[kept]), np.maximum(nodes[kept], others[kept])
    _, first = np.unique(np.stack((low, high, types[kept])), axis=1, return_index=True)
    return Edges(low[first], high[first], weights[kept][first], types[kept][first])
