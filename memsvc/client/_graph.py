"""Calls about links as a graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from memsvc.client._codec import get, path, query, reader
from memsvc.client._exchange import Call, Outcome
from memsvc.client._options import GraphOptions
from memsvc.client._problems import checked
from memsvc.wire import Communities, Graph, LinkType

__all__ = ["communities", "graph", "graphml"]


def graph(namespace: str, seeds: Sequence[str], options: GraphOptions) -> Call[Graph]:
    return Call(get(_target(namespace, seeds, options)), reader(Graph))


def graphml(namespace: str, seeds: Sequence[str], options: GraphOptions) -> Call[str]:
    def read(outcome: Outcome) -> str:
        return checked(outcome).body.decode()

    return Call(get(_target(namespace, seeds, options, format="graphml")), read)


def communities(namespace: str, types: Sequence[LinkType] | None) -> Call[Communities]:
    return Call(
        get(query(path("namespaces", namespace, "graph", "communities"), {"type": types})), reader(Communities)
    )


def _target(namespace: str, seeds: Sequence[str], options: GraphOptions, **more: str) -> str:
    parameters: dict[str, Any] = {**options, **more, "seed": list(seeds)}
    parameters["type"] = parameters.pop("types", None)
    if "content" in parameters:
        parameters["content"] = "true" if parameters["content"] else "false"
    return query(path("namespaces", namespace, "graph"), parameters)
