"""Links as a graph of networkx: communities, GraphML, node-link JSON."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from memsvc.domain.graphs import GraphNode, NoteGraph
from memsvc.domain.links import LinkType
from memsvc.domain.notes import Json
from memsvc.ports.derived import Edges, ReadLinks
from memsvc.ports.ranking import Rows
from memsvc_retrieval.graph.neighbourhood import Reach, among, gather

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["NetworkxGraphs"]

_SEED = 1
# What XML 1.0 cannot hold, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class NetworkxGraphs:
    """Notes are nodes by id, links are edges of a multigraph by type."""

    def around(
        self, links: ReadLinks, seeds: Rows, *, types: Collection[LinkType], hops: int, per_note: int, nodes: int
    ) -> tuple[Rows, Edges]:
        """Return the notes within so many hops of the seeds, at most `nodes`, and the edges among them."""
        found = gather(links, seeds, types=types, reach=Reach(per_note=per_note, steps=hops, nodes=nodes)).nodes
        # Read again from all of them: the walk has not looked at the links of the notes that it ended with.
        return found, among(links.around(found.tolist(), types=types, per_note=per_note), found)

    def communities(self, rows: Rows, edges: Edges) -> tuple[list[Rows], float]:
        """Return what Louvain's method finds with weights summed over types; notes without links are left out."""
        import networkx as nx

        graph = nx.Graph()
        graph.add_nodes_from(np.unique(np.concatenate([edges.low, edges.high])).tolist())
        order = np.lexsort((edges.types, edges.high, edges.low))
        for low, high, weight in zip(
            edges.low[order].tolist(), edges.high[order].tolist(), edges.weights[order].tolist(), strict=True
        ):
            before = graph.get_edge_data(low, high, {"weight": 0.0})["weight"]
            graph.add_edge(low, high, weight=before + weight)
        if not graph.number_of_edges():
            return [], 0.0
        found = nx.community.louvain_communities(graph, weight="weight", seed=_SEED)
        known = set(rows.tolist())
        groups = [np.array(sorted(group & known), np.int64) for group in found]
        ranked = sorted((group for group in groups if len(group) > 1), key=lambda group: (-len(group), group[0]))
        return ranked, float(nx.community.modularity(graph, found, weight="weight"))

    def graphml(self, graph: NoteGraph) -> str:
        """Return the graph as GraphML; characters that XML cannot hold become U+FFFD."""
        import networkx as nx

        return "\n".join(nx.generate_graphml(_networkx(graph, xml=True)))

    def node_link(self, graph: NoteGraph) -> Mapping[str, Json]:
        """Return the graph as `networkx.node_link_graph(..., edges="links")` reads it."""
        import networkx as nx

        found: dict[str, Any] = nx.node_link_data(_networkx(graph), edges="links")
        return found


def _networkx(graph: NoteGraph, *, xml: bool = False) -> nx.MultiGraph:
    import networkx as nx

    made = nx.MultiGraph(truncated=graph.truncated)
    for node in graph.nodes:
        made.add_node(node.note, **_attributes(node, xml=xml))
    for edge in graph.edges:
        made.add_edge(edge.first, edge.second, key=edge.type.value, type=edge.type.value, weight=edge.weight)
    return made


def _attributes(node: GraphNode, *, xml: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "kind": node.kind.value,
        "event_time": node.event_time.isoformat(),
        "seed": node.seed,
    }
    if node.content is not None:
        found["content"] = _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", node.content) if xml else node.content
    return found
