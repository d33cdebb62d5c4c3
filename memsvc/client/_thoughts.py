"""Calls about thoughts."""

from __future__ import annotations

from collections.abc import Sequence

from memsvc.client._codec import build, get, path, post, reader
from memsvc.client._exchange import Call, Request
from memsvc.wire import (
    ForgetThoughtsRequest,
    ForgottenThoughts,
    MergedThoughts,
    MergeThoughtsRequest,
    Note,
    PostThought,
    ThinkRequest,
    ThoughtDetail,
    UnmergedThought,
)

__all__ = ["forget_thoughts", "merge_thoughts", "post_think", "thought", "unmerge"]


def post_think(namespace: str, notes: Sequence[str], recalled: Sequence[str]) -> Call[PostThought]:
    body = build(ThinkRequest, {"notes": tuple(notes), "recalled": tuple(recalled)})
    return Call(post(path("namespaces", namespace, "thoughts"), body), reader(PostThought))


def thought(namespace: str, note: str) -> Call[ThoughtDetail]:
    return Call(get(path("namespaces", namespace, "thoughts", note)), reader(ThoughtDetail))


def forget_thoughts(namespace: str, *, dry_run: bool) -> Call[ForgottenThoughts]:
    body = build(ForgetThoughtsRequest, {"dry_run": dry_run})
    return Call(post(path("namespaces", namespace, "thoughts", "forget"), body), reader(ForgottenThoughts))


def merge_thoughts(namespace: str, *, dry_run: bool, notes: Sequence[str] | None) -> Call[MergedThoughts]:
    fields = {"dry_run": dry_run} if notes is None else {"dry_run": dry_run, "notes": tuple(notes)}
    body = build(MergeThoughtsRequest, fields)
    target = path("namespaces", namespace, "thoughts", "merge")
    return Call(post(target, body, repeatable=notes is None), reader(MergedThoughts))


def unmerge(namespace: str, note: str, version: int | None) -> Call[tuple[Note, ...]]:
    headers = {"if-match": "*" if version is None else f'"{version}"'}
    target = path("namespaces", namespace, "thoughts", note, "unmerge")
    read = reader(UnmergedThought)
    return Call(Request("POST", target, headers=headers, repeatable=False), lambda outcome: read(outcome).items)
