"""Calls about links and A-MEM's attributes."""

from __future__ import annotations

from collections.abc import Collection

from memsvc.client._codec import build, get, path, query, reader
from memsvc.client._exchange import Call, Request
from memsvc.wire import Attributes, Consolidated, Evolved, Link, LinkList, LinkType, Note, RevertRequest

__all__ = ["attributes", "consolidate", "evolve", "link", "links", "revert", "unlink"]


def links(namespace: str, note: str, types: Collection[LinkType] | None) -> Call[tuple[Link, ...]]:
    read = reader(LinkList)
    wanted = None if types is None else sorted(types)
    target = query(path("namespaces", namespace, "notes", note, "links"), {"type": wanted})
    return Call(get(target), lambda outcome: read(outcome).items)


def link(namespace: str, note: str, other: str) -> Call[Link]:
    return Call(Request("PUT", path("namespaces", namespace, "notes", note, "links", other)), reader(Link))


def unlink(namespace: str, note: str, other: str, *, kind: LinkType) -> Call[tuple[Link, ...]]:
    read = reader(LinkList)
    target = query(path("namespaces", namespace, "notes", note, "links", other), {"type": kind})
    return Call(Request("DELETE", target, repeatable=False), lambda outcome: read(outcome).items)


def attributes(namespace: str, note: str) -> Call[Attributes]:
    return Call(get(path("namespaces", namespace, "notes", note, "attributes")), reader(Attributes))


def evolve(namespace: str, note: str) -> Call[Evolved]:
    target = path("namespaces", namespace, "notes", note, "evolve")
    return Call(Request("POST", target, repeatable=False), reader(Evolved))


def revert(namespace: str, note: str, to: int, version: int | None) -> Call[Note]:
    body = build(RevertRequest, {"version": to})
    headers = {"content-type": "application/json", "if-match": "*" if version is None else f'"{version}"'}
    target = path("namespaces", namespace, "notes", note, "revert")
    return Call(Request("POST", target, body.model_dump_json().encode(), headers, repeatable=False), reader(Note))


def consolidate(namespace: str) -> Call[Consolidated]:
    return Call(Request("POST", path("namespaces", namespace, "consolidate")), reader(Consolidated))
