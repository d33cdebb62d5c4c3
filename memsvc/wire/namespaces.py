"""Namespaces, their sizes, and the receipt of an erasure."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from memsvc.wire.base import Request, Response
from memsvc.wire.fields import Name

__all__ = ["IndexStats", "Model", "Namespace", "NamespacePage", "NamespaceStats", "PurgeReceipt", "PurgeRequest"]


class Model(Response):
    """The embedding model that a namespace was made with."""

    id: str
    dimension: int


class Namespace(Response):
    name: str
    model: Model
    notes: int
    created_at: datetime


class NamespacePage(Response):
    """Namespaces by name; `next` is the cursor of the next page, None on the last."""

    items: tuple[Namespace, ...]
    next: str | None = None


class IndexStats(Response):
    """The vector index; `applied_sequence` is the journal entry up to which it is current."""

    form: str
    vectors: int
    applied_sequence: int
    memory_bytes: int
    disk_bytes: int


class NamespaceStats(Response):
    """How much a namespace holds; `notes` counts by status."""

    name: str
    notes: dict[str, int]
    sessions: int
    keys: int
    last_sequence: int
    index: IndexStats


class PurgeRequest(Request):
    """The notes to erase for good; unknown ids are ignored."""

    notes: Annotated[tuple[Name, ...], Field(min_length=1, max_length=10_000)]


class PurgeReceipt(Response):
    """Proof of an erasure; `compacted` says that the files were rewritten without the erased bytes.

    `notes` are those asked for and, after them, all that repeated their words: thoughts, and notes merged from
    them. `notes_restored` had been merged into erased ones.
    """

    id: str
    at: datetime
    actor: str
    notes: tuple[str, ...]
    notes_erased: int
    keys_erased: int
    vectors_erased: int
    sessions_erased: int
    compacted: bool
    attributes_erased: int = 0
    links_erased: int = 0
    derivations_erased: int = 0
    triples_erased: int = 0
    notes_restored: int = 0
