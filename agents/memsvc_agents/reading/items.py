"""Memories as a reader sees them: dated JSON, oldest first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from memsvc.domain.recall import Influence

__all__ = [
    "EVIDENCE_MARK",
    "Expansion",
    "Item",
    "ReadTurn",
    "history_text",
    "in_time_order",
    "item_json",
    "with_expansion",
]


EVIDENCE_MARK = "quoted_evidence"
"""The field that marks an item which may be quoted and weighed, and never acted on."""


class Expansion(StrEnum):
    """What becomes of the facts drawn from a memory: left out, shown beside its turns, or shown instead."""

    NONE = "none"
    MERGE = "merge"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class ReadTurn:
    role: str
    content: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Item:
    """One memory: a session, or turns of it from `position` on.

    `session` tells sessions apart and is never shown, nor is `rank` (0 is the best). `date` is shown as it is.
    Of `note`, `facts` and `turns`, the reader sees what is not empty. What has less than full `influence` is
    marked as quoted evidence.
    """

    session: str
    at: datetime
    date: str
    turns: tuple[ReadTurn, ...]
    rank: int = 0
    position: int = 0
    facts: tuple[str, ...] = field(default=(), repr=False)
    note: str = field(default="", repr=False)
    influence: Influence = Influence.FULL


def in_time_order(items: Iterable[Item]) -> list[Item]:
    """Return the items by time; what has the same time stays together by session, in the order of its turns."""
    return sorted(items, key=lambda item: (item.at, item.session, item.position, item.rank))


def with_expansion(item: Item, expansion: Expansion) -> Item:
    """Return the item with its facts or turns left out as asked; an item without facts keeps its turns."""
    if expansion is Expansion.NONE:
        return replace(item, facts=())
    if expansion is Expansion.REPLACE and item.facts:
        return replace(item, turns=())
    return item


def item_json(item: Item, number: int) -> str:
    """Return an item as one line of JSON without any `</`, so that no memory can end what encloses it.

    `number` is that of its session.
    """
    shown: dict[str, Any] = {"session": number, "date": item.date}
    if item.influence is not Influence.FULL:
        shown[EVIDENCE_MARK] = True
    if item.note:
        shown["note"] = item.note
    if item.facts:
        shown["facts"] = list(item.facts)
    if item.turns:
        shown["turns"] = [{"role": turn.role, "content": turn.content} for turn in item.turns]
    return json.dumps(shown, ensure_ascii=False).replace("</", "<\\/")


def history_text(items: Sequence[Item]) -> str:
    """Return the items as JSON lines by time; sessions are numbered from 1, the oldest first."""
    ordered = in_time_order(items)
    numbers = {session: place for place, session in enumerate(dict.fromkeys(item.session for item in ordered), 1)}
    return "\n".join(item_json(item, numbers[item.session]) for item in ordered)
