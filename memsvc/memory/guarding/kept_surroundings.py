"""What probes need of a namespace again and again, kept between jobs: it costs more than to probe a note."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final, TypeVar

from memsvc.guard.canary_set import choose
from memsvc.guard.hubness import HubScale, Sentinels
from memsvc.guard.trials import Tools
from memsvc.ports.embedding import Embedder
from memsvc.ports.ranking import NamespaceState

__all__ = ["KeptSurroundings", "Standing"]

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

_CANARIES: Final = 12
_MOST_KEPT: Final = 64
_STALE_AFTER: Final = 500
_STALE_SHARE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Standing:
    """Who of so many cleared notes answers the sentinel questions, by a journal entry."""

    sequence: int
    cleared: int
    sentinels: Sentinels = field(repr=False)
    scale: HubScale

    def holds(self, state: NamespaceState, cleared: int) -> bool:
        """Tell whether few changes have come since, and few notes been cleared or taken back."""
        few = abs(cleared - self.cleared) <= _STALE_SHARE * self.cleared
        return few and 0 <= state.last_sequence - self.sequence < _STALE_AFTER


@dataclass(slots=True)
class KeptSurroundings:
    """Tools and standings of the namespaces that were probed last; thread-safe."""

    _tools: OrderedDict[tuple[str, bytes], Tools] = field(default_factory=OrderedDict)
    _standings: OrderedDict[tuple[int, bytes], Standing] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def tools(self, embedder: Embedder, seed: bytes) -> Tools:
        """Return what probes work with, with the canaries of a seed; raises EmbedderUnavailable if these are new.

        They are not the namespace's own questions: short ones drown in any text, and a stored one finds itself.
        """
        name = embedder.model.id, seed
        with self._lock:
            if found := self._tools.get(name):
                self._tools.move_to_end(name)
                return found
            alike = (tools for (model, _), tools in self._tools.items() if model == embedder.model.id)
            other = next(alike, None)
        background = None if other is None else other.background
        made = Tools.of(embedder, choose((), seed=seed, count=_CANARIES), background=background)
        with self._lock:
            _keep(self._tools, name, made)
        return made

    def standing(self, state: NamespaceState, seed: bytes, *, cleared: int) -> Standing | None:
        """Return the standing if one is kept that still holds."""
        with self._lock:
            found = self._standings.get((state.row, seed))
        return found if found is not None and found.holds(state, cleared) else None

    def keep(self, state: NamespaceState, seed: bytes, standing: Standing) -> None:
        """Keep a standing until it is stale, or as many other namespaces were probed."""
        with self._lock:
            _keep(self._standings, (state.row, seed), standing)


def _keep(kept: OrderedDict[_Key, _Value], name: _Key, value: _Value) -> None:
    kept[name] = value
    kept.move_to_end(name)
    while len(kept) > _MOST_KEPT:
        kept.popitem(last=False)
