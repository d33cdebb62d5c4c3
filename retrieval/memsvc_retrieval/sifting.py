"""Filters on large namespaces: find first, then ask SQL which of the found notes are selected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

import numpy as np

from memsvc.domain.selection import Selection
from memsvc.ports.ranking import NamespaceState, Ranked
from memsvc.ports.storage import Reader

__all__ = ["Arms", "sifted"]

Arms: TypeAlias = Mapping[str, Ranked]

# Below that many changes listing all selected notes is as quick.
_LARGE: Final = 4096
_MORE: Final = 4
_MARGIN: Final = 1.5
_MOST: Final = 4000
_TRIES: Final = 3


def sifted(
    ask: Callable[[int], Arms], reader: Reader, state: NamespaceState, *, selection: Selection, depth: int
) -> Arms | None:
    """Return the best `depth` selected notes of each arm; None when they are better listed first.

    `ask` gives the arms so deep, without the selection. Listing is better in a small namespace, for a selection of
    notes that a search does not see, and where so few notes are selected that thousands would have to be found.
    """
    if state.last_sequence < _LARGE or not selection.only_visible:
        return None
    asked = _MORE * depth
    for _ in range(_TRIES):
        asked = min(asked, max(_MOST, depth))
        arms = ask(asked)
        found = {name: _selected(arm, reader, selection) for name, arm in arms.items()}
        short = [name for name, arm in found.items() if arm.rows.size < depth and arms[name].rows.size >= asked]
        if not short:
            return {name: Ranked(arm.rows[:depth], arm.scores[:depth]) for name, arm in found.items()}
        share = min(found[name].rows.size / asked for name in short)
        if asked >= _MOST or share * _MOST < depth:
            return None
        asked = int(_MARGIN * depth / share)
    return None


def _selected(arm: Ranked, reader: Reader, selection: Selection) -> Ranked:
    if not arm.rows.size:
        return arm
    kept = np.isin(arm.rows, reader.matching_rows(selection, among=arm.rows.tolist()))
    return Ranked(arm.rows[kept], arm.scores[kept])
