"""The graph over REST, in the SDK and on the command line."""

from __future__ import annotations

import json
from io import BytesIO

import networkx as nx
import pytest

from memsvc.client import Client
from memsvc.client.testing import in_process_transport
from memsvc.domain.attributes import Method
from memsvc.domain.ids import NoteId
from memsvc.domain.links import LinkType, NewLink
from memsvc.domain.scope import Scope
from memsvc.errors import NotFound
from tests.api.conftest import NOW, api, database, make_api, pytest_generate_tests
from tests.cli.conftest import data_dir, run

__all__ = ["api", "data_dir", "database", "make_api", "pytest_generate_tests", "run"]

NS = "/v1/namespaces/ns"


@pytest.fixture
def linked(api):
    """Return two notes with a link."""
    first, second = (NoteId(note) for note in api.remember("green tea", "black tea"))
    with api.parts.storage.writer(Scope.of("local", "ns")) as writer:
        writer.links.put([NewLink(first, second, LinkType.ENTITY, 0.5, Method.RULES)], at=NOW, actor="test")
    return first, second


@pytest.fixture
def memory(api):
    with Client(transport=in_process_transport(api.app), namespace="ns", retries=0) as client:
        yield client


def test_a_graph_is_node_link_json(api, linked):
    answer = api.call("GET", f"{NS}/graph", params={"seed": linked[0]}).json()
    graph = nx.node_link_graph(answer, edges="links")
    assert list(graph.edges(keys=True)) == [(*linked, "entity")]
    assert "tea" not in json.dumps(answer)


def test_contents_come_when_asked_for(api, linked):
    answer = api.call("GET", f"{NS}/graph", params={"seed": linked[0], "content": "true"}).json()
    assert [node["content"] for node in answer["nodes"]] == ["green tea", "black tea"]


def test_a_graph_is_graphml_on_demand(api, linked):
    answer = api.call("GET", f"{NS}/graph", params={"seed": linked[0], "format": "graphml"})
    assert answer.headers["content-type"] == "application/graphml+xml"
    assert sorted(nx.read_graphml(BytesIO(answer.content)).nodes) == sorted(linked)


@pytest.mark.parametrize(
    "params", [{}, {"seed": "a", "hops": 5}, {"seed": "a", "type": "love"}, {"seed": "a", "format": "dot"}]
)
def test_a_wrong_question_is_422(api, params):
    assert api.call("GET", f"{NS}/graph", params=params).status_code == 422


def test_unknown_notes_are_404_and_hidden_ones_409(api, linked):
    api.call("DELETE", f"{NS}/notes/{linked[1]}")
    found = [api.call("GET", f"{NS}/graph", params={"seed": seed}).status_code for seed in ("no-note", linked[1])]
    assert found == [404, 409]


def test_the_client_reads_graphs(memory, linked):
    graph = memory.graph(linked[0], hops=1, types=["entity"], content=True)
    assert [(note.id, note.seed, note.content) for note in graph.nodes] == [
        (linked[0], True, "green tea"),
        (linked[1], False, "black tea"),
    ]
    assert [(link.source, link.target, link.type, link.weight) for link in graph.links] == [
        (*linked, "entity", 0.5)
    ]
    assert "graphml" in memory.graphml(linked[0])
    with pytest.raises(NotFound):
        memory.graph("no-note")


def test_the_client_reads_communities(memory, linked):
    assert [community.notes for community in memory.communities().items] == [linked]


def test_the_command_line_shows_and_writes_graphs(run, tmp_path):
    said = run("graph", "around", "no-note")
    assert said.code != 0
    assert "no-note" in said.err
    assert run("graph", "communities").code != 0
    refused = run("graph", "around", "x", "--output", tmp_path / "x.json")
    assert "--export" in refused.err
