"""The links of a namespace as a graph: what is around notes, and which notes belong together."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import numpy as np

from memsvc.domain.graphs import Community, GraphEdge, GraphNode, GraphQuery, NoteGraph
from memsvc.domain.links import LinkType
from memsvc.domain.notes import Note
from memsvc.domain.scope import Scope
from memsvc.domain.selection import VISIBLE, Selection
from memsvc.errors import Conflict, InvalidInput, NotFound
from memsvc.memory.context import Context
from memsvc.memory.look_up import existing_namespace
from memsvc.ports.derived import Edges
from memsvc.ports.storage import Reader

__all__ = ["MEANING", "graph_around", "graph_communities"]

_TYPES: Final = tuple(LinkType)
# Links that say what notes are about; a session's order and a conflict do not.
MEANING: Final = frozenset({LinkType.ENTITY, LinkType.SEMANTIC, LinkType.RELATED, LinkType.MANUAL})
_MOST_NOTES: Final = 10_000
_PER_NOTE: Final = 50


def graph_around(context: Context, scope: Scope, query: GraphQuery) -> NoteGraph:
    """Return the neighbourhood of notes; visible notes only. Raises NotFound, and Conflict for a hidden seed."""
    with context.storage.reader(scope) as reader:
        seeds = _seeds(reader, query)
        rows, edges = context.graphs.around(
            reader.links,
            np.array(seeds, np.int64),
            types=_TYPES if query.types is None else query.types,
            hops=query.hops,
            per_note=query.per_note,
            nodes=query.nodes,
        )
        notes = reader.notes_by_row(rows.tolist())
    nodes = tuple(_node(note, seed=note.row in seeds, content=query.content) for note in notes)
    return NoteGraph(nodes, _edges(notes, edges), truncated=len(rows) >= query.nodes)


def graph_communities(
    context: Context, scope: Scope, *, types: Collection[LinkType] | None = None
) -> tuple[list[Community], float]:
    """Return the communities of visible notes, the largest first, and their modularity; notes alone are in none.

    Of each note the 50 heaviest links of `types` count (None: those of meaning). Raises NotFound, and
    InvalidInput for a namespace of more than 10,000 visible notes.
    """
    with context.storage.reader(scope) as reader:
        existing_namespace(reader)
        rows = reader.matching_rows(Selection())
        if len(rows) > _MOST_NOTES:
            raise InvalidInput(
                f"the namespace has {len(rows)} visible notes; communities are found among at most {_MOST_NOTES}. "
                "Look around single notes, or export the links"
            )
        edges = reader.links.around(rows.tolist(), types=MEANING if types is None else types, per_note=_PER_NOTE)
    groups, modularity = context.graphs.communities(rows, edges)
    with context.storage.reader(scope) as reader:
        members = [row for group in groups for row in group.tolist()]
        found = {note.row: note.id for note in reader.notes_by_row(members)}
    named = [Community(tuple(found[row] for row in group.tolist() if row in found)) for group in groups]
    return named, modularity


def _seeds(reader: Reader, query: GraphQuery) -> list[int]:
    wanted = list(dict.fromkeys(query.seeds))
    found = {note.id: note for note in reader.notes(wanted)}
    for seed in wanted:
        note = found.get(seed)
        if note is None:
            raise NotFound(f"there is no note {seed} in this namespace")
        if note.status not in VISIBLE:
            raise Conflict(f"note {seed} is {note.status}; the graph shows visible notes")
    if len(wanted) > query.nodes:
        raise InvalidInput(f"{len(wanted)} seeds do not fit into {query.nodes} nodes; raise /nodes")
    return [note.row for note in found.values()]


def _node(note: Note, *, seed: bool, content: bool) -> GraphNode:
    return GraphNode(note.id, note.kind, note.event_time, seed, note.content if content else None)


def _edges(notes: Sequence[Note], edges: Edges) -> tuple[GraphEdge, ...]:
    ids = {note.row: note.id for note in notes}
    order = np.lexsort((edges.types, edges.high, edges.low))
    ends = zip(edges.low[order].tolist(), edges.high[order].tolist(), strict=True)
    kinds = [_TYPES[kind] for kind in edges.types[order].tolist()]
    weights = edges.weights[order].tolist()
    return tuple(
        GraphEdge(ids[low], ids[high], kind, weight)
        for (low, high), kind, weight in zip(ends, kinds, weights, strict=True)
    )
