"""Communities, GraphML and node-link JSON of networkx."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import BytesIO

import networkx as nx
import numpy as np
import pytest

from memsvc.domain.graphs import GraphEdge, GraphNode, NoteGraph
from memsvc.domain.ids import NoteId
from memsvc.domain.links import LinkType
from memsvc.domain.notes import Kind
from memsvc.ports.derived import Edges
from memsvc_retrieval.graph.export import NetworkxGraphs

TOOLS = NetworkxGraphs()
T0 = datetime(2024, 5, 1, tzinfo=UTC)


def edges(*pairs: tuple[int, int], weight: float = 1.0) -> Edges:
    low, high = np.array(pairs, np.int64).reshape(len(pairs), 2).T
    return Edges(low, high, np.full(len(pairs), weight), np.zeros(len(pairs), np.int64))


def node(name: str, content: str | None = None) -> GraphNode:
    return GraphNode(NoteId(name), Kind.FACT, T0, seed=name == "a", content=content)


def graph(content: str | None = None) -> NoteGraph:
    links = (
        GraphEdge(NoteId("a"), NoteId("b"), LinkType.ENTITY, 0.25),
        GraphEdge(NoteId("a"), NoteId("b"), LinkType.SEMANTIC, 0.75),
    )
    return NoteGraph((node("a", content), node("b"), node("c")), links, truncated=True)


CLIQUES = edges((1, 2), (1, 3), (2, 3), (4, 5), (4, 6), (4, 7), (5, 6), (5, 7), (6, 7), (3, 4))


def test_cliques_are_communities_the_largest_first() -> None:
    groups, modularity = TOOLS.communities(np.arange(1, 9), CLIQUES)
    assert [group.tolist() for group in groups] == [[4, 5, 6, 7], [1, 2, 3]]
    assert modularity == pytest.approx(0.35, abs=0.05)


def test_the_order_of_edges_changes_nothing() -> None:
    back = np.arange(len(CLIQUES.low))[::-1]
    turned = Edges(CLIQUES.low[back], CLIQUES.high[back], CLIQUES.weights[back], CLIQUES.types[back])
    first, second = (TOOLS.communities(np.arange(1, 9), each)[0] for each in (CLIQUES, turned))
    assert [group.tolist() for group in first] == [group.tolist() for group in second]


def test_links_of_several_types_weigh_together() -> None:
    one = edges((1, 2), (2, 3), (3, 4))
    heavy = Edges(
        np.append(one.low, 2), np.append(one.high, 3), np.append(one.weights, 9.0), np.append(one.types, 1)
    )
    assert [group.tolist() for group in TOOLS.communities(np.arange(1, 5), one)[0]] == [[1, 2], [3, 4]]
    groups = TOOLS.communities(np.arange(1, 5), heavy)[0]
    assert any({2, 3} <= set(group.tolist()) for group in groups)


def test_without_links_there_are_no_communities() -> None:
    assert TOOLS.communities(np.arange(3), Edges.empty()) == ([], 0.0)


def test_node_link_json_is_read_back_by_networkx() -> None:
    found = nx.node_link_graph(json.loads(json.dumps(TOOLS.node_link(graph("tea")))), edges="links")
    assert sorted(found.nodes) == ["a", "b", "c"]
    assert found.nodes["a"] == {"kind": "fact", "event_time": T0.isoformat(), "seed": True, "content": "tea"}
    assert found["a"]["b"]["semantic"]["weight"] == 0.75
    assert found.graph == {"truncated": True}


def test_graphml_is_read_back_by_networkx() -> None:
    found = nx.read_graphml(BytesIO(TOOLS.graphml(graph("tea & <milk>")).encode()))
    assert found.nodes["a"]["content"] == "tea & <milk>"
    assert "content" not in found.nodes["b"]
    assert {data["type"]: data["weight"] for *_, data in found.edges(data=True)} == {
        "entity": 0.25,
        "semantic": 0.75,
    }


def test_graphml_holds_no_character_that_xml_cannot() -> None:
    found = nx.read_graphml(BytesIO(TOOLS.graphml(graph("a\x00b\x1bc\ud800d\ufffee\tf")).encode()))
    assert found.nodes["a"]["content"] == "a\ufffdb\ufffdc\ufffdd\ufffde\tf"
