"""The edges around many notes, which graph recall reads: two statements, however many notes are asked for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Select, bindparam, case, select, union_all

from memsvc.domain.links import SEQUENCE_WEIGHT, STORED_TYPES, TYPE_NUMBERS, LinkType
from memsvc.ports.derived import Edges
from memsvc_stores.sql.derived_tables import links
from memsvc_stores.sql.elements import among
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.hiding import NotHidden, VisibleAmong
from memsvc_stores.sql.sequences import beside

__all__ = ["edges_around"]

_NUMBER = case({kind.value: number for kind, number in TYPE_NUMBERS.items()}, value=links.c.type)


def _half(node: Any, other: Any) -> Select[Any]:
    """Return the links of visible notes from one of the two ends to the other."""
    return select(node, other, links.c.weight, _NUMBER).where(
        links.c.namespace_id == bindparam("namespace"),
        VisibleAmong(node, "rows"),
        among(links.c.type, "types"),
        NotHidden(other),
    )


_ENDS = union_all(_half(links.c.low_row, links.c.high_row), _half(links.c.high_row, links.c.low_row))


def edges_around(
    executor: Executor, namespace: int, rows: Sequence[int], *, types: Collection[LinkType], per_note: int
) -> Edges:
    """Return the edges of ReadLinks.around."""
    many = executor.backend.many
    wanted = sorted({int(row) for row in rows})
    found: list[tuple[int, int, float, int]] = []
    stored = sorted(kind.value for kind in STORED_TYPES.intersection(types))
    if stored:
        found += executor.all(_ENDS, namespace=namespace, rows=many(wanted), types=many(stored))
    if LinkType.SEQUENCE in types:
        number = TYPE_NUMBERS[LinkType.SEQUENCE]
        found += [(row, other, SEQUENCE_WEIGHT, number) for row, other in beside(executor, namespace, wanted)]
    return _heaviest(found, per_note)


def _heaviest(found: Sequence[tuple[int, int, float, int]], per_note: int) -> Edges:
    """Return of each note its heaviest edges, each once; a window function takes as long as all the rest."""
    if not found:
        return Edges.empty()
    columns = zip(*found, strict=True)
    nodes, others = np.array(next(columns), np.int64), np.array(next(columns), np.int64)
    weights, types = np.array(next(columns), np.float64), np.array(next(columns), np.int64)
    order = np.lexsort((types, others, -weights, nodes))
    starts = np.searchsorted(nodes[order], nodes[order])
    kept = order[np.arange(len(order)) - starts < per_note]
    low, high = np.minimum(nodes[kept], others[kept]), np.maximum(nodes[kept], others[kept])
    place = np.lexsort((types[kept], high, low))
    low, high, kinds, heavy = low[place], high[place], types[kept][place], weights[kept][place]
    first = np.ones(len(low), bool)
    first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1]) | (kinds[1:] != kinds[:-1])
    return Edges(low[first], high[first], heavy[first], kinds[first])
