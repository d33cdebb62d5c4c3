"""The links of a namespace as a graph."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from fastapi import Query
from starlette.responses import Response

from memsvc import wire
from memsvc.api.context import Call
from memsvc.api.endpoints import Endpoint
from memsvc.api.parameters import Namespace
from memsvc.api.replies import reply
from memsvc.domain.access import AccessScope
from memsvc.domain.graphs import GraphQuery
from memsvc.domain.ids import NoteId
from memsvc.domain.links import LinkType

__all__ = ["GRAPH"]

_GRAPHML = "application/graphml+xml"
_Seeds: TypeAlias = Annotated[
    list[wire.Name], Query(min_length=1, max_length=100, description="Notes to look around; may be repeated.")
]
_Hops: TypeAlias = Annotated[int, Query(ge=0, le=4, description="How many links away from a seed.")]
_PerNote: TypeAlias = Annotated[int, Query(ge=1, le=100, description="Links of each note, heaviest first.")]
_Nodes: TypeAlias = Annotated[int, Query(ge=1, le=10_000, description="How many notes at most.")]
_Types: TypeAlias = Annotated[
    list[wire.LinkType] | None, Query(max_length=6, description="Only links of these types.")
]
_Format: TypeAlias = Annotated[Literal["json", "graphml"], Query(description="Node-link JSON, or GraphML.")]
_Content: TypeAlias = Annotated[bool, Query(description="Put the notes' contents into the graph.")]


def graph_around(
    call: Call,
    namespace: Namespace,
    seed: _Seeds,
    hops: _Hops = 2,
    per_note: _PerNote = 10,
    nodes: _Nodes = 2000,
    type: _Types = None,
    format: _Format = "json",
    content: _Content = False,
) -> Response:
    """Read what is linked with notes, a few links far; without contents unless they are asked for."""
    query = GraphQuery(
        seeds=tuple(NoteId(note) for note in seed),
        hops=hops,
        per_note=per_note,
        nodes=nodes,
        types=_types(type),
        content=content,
    )
    scope = call.scope(namespace)
    if format == "graphml":
        return Response(call.service.graphml(scope, query), media_type=_GRAPHML)
    return reply(wire.Graph.model_validate(call.service.graph(scope, query)))


def graph_communities(call: Call, namespace: Namespace, type: _Types = None) -> Response:
    """Find notes that are linked more among themselves than with others; of at most 10,000 visible notes."""
    found, modularity = call.service.communities(call.scope(namespace), types=_types(type))
    items = tuple(wire.Community(notes=community.notes) for community in found)
    return reply(wire.Communities(items=items, modularity=modularity))


def _types(names: list[wire.LinkType] | None) -> frozenset[LinkType] | None:
    return None if names is None else frozenset(LinkType(name) for name in names)


_PATH = "/v1/namespaces/{namespace}/graph"
GRAPH = (
    Endpoint(
        "GET",
        _PATH,
        graph_around,
        scope=AccessScope.READ,
        answers={200: wire.Graph},
        errors=frozenset({404, 409}),
        also=(_GRAPHML,),
    ),
    Endpoint(
        "GET",
        f"{_PATH}/communities",
        graph_communities,
        scope=AccessScope.READ,
        answers={200: wire.Communities},
        errors=frozenset({404}),
    ),
)
