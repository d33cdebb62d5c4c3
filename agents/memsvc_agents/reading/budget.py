"""A history cut to a number of tokens, by whole items, and the account of what was left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from memsvc_agents.reading.items import Item, ReadTurn, history_text

__all__ = ["Fitted", "TokenCount", "estimated_tokens", "fit"]

TokenCount: TypeAlias = Callable[[str], int]

_CUT_MARK = " [cut]"
_BYTES_PER_TOKEN = 3


@dataclass(frozen=True, slots=True)
class Fitted:
    """The items that are read, those left out, and the one (if any) that is read only in part."""

    kept: tuple[Item, ...]
    dropped: tuple[Item, ...] = ()
    shortened: Item | None = None


def estimated_tokens(text: str) -> int:
    """Return a high estimate for any common vocabulary: one token for each 3 bytes of UTF-8."""
    return -(-len(text.encode("utf-8", "surrogatepass")) // _BYTES_PER_TOKEN)


def fit(items: Sequence[Item], budget: int | None, *, count: TokenCount = estimated_tokens) -> Fitted:
    """Keep items, the best ranked first, while their history is within `budget` tokens; None is no limit.

    An item that does not fit is left out and the next one tried. When not even the best one fits, its end is
    cut off instead; it is left out only when nothing of it fits.
    """
    if budget is None:
        return Fitted(tuple(items))
    kept: list[Item] = []
    dropped: list[Item] = []
    shortened = None
    for item in sorted(items, key=lambda item: item.rank):
        if count(history_text([*kept, item])) <= budget:
            kept.append(item)
        elif not kept and not dropped and (beginning := _shortened(item, budget, count)):
            kept.append(beginning)
            shortened = item
        else:
            dropped.append(item)
    return Fitted(tuple(kept), tuple(dropped), shortened)


def _shortened(item: Item, budget: int, count: TokenCount) -> Item | None:
    """Return the item with the longest beginning of its turns that fits, None when no character does."""
    lengths = [len(turn.content) for turn in item.turns]
    low, high = 0, sum(lengths)
    while low < high:
        middle = (low + high + 1) // 2
        if count(history_text([_beginning(item, middle)])) <= budget:
            low = middle
        else:
            high = middle - 1
    return _beginning(item, low) if low else None


def _beginning(item: Item, characters: int) -> Item:
    turns: list[ReadTurn] = []
    for turn in item.turns:
        if len(turn.content) > characters:
            turns.append(ReadTurn(turn.role, turn.content[:characters] + _CUT_MARK))
            break
        turns.append(turn)
        characters -= len(turn.content)
    return replace(item, turns=tuple(turns), facts=(), note="")
