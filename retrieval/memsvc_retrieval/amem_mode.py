"""Recall as in A-MEM (arXiv 2502.12110, section 3.4): one cosine for each note, of its content and attributes.

The linked notes that come along are added where the answer is put together.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from memsvc.domain.notes import KeyGroup, Kind
from memsvc.domain.recall import Level
from memsvc.domain.selection import Selection
from memsvc.ports.embedding import Vector
from memsvc.ports.ranking import Candidates, KeyIndex, NamespaceState, Ranked, RetrievalRequest, Rows
from memsvc.ports.storage import Reader
from memsvc_retrieval.sessions import rank_sessions
from memsvc_retrieval.sifting import sifted

__all__ = ["AmemRetriever"]

_ARM = "amem"
_SESSION_DECAY = 0.3
_ALL_BUT_THOUGHTS: Final = frozenset(Kind) - {Kind.THOUGHT}


class AmemRetriever:
    """Ranks notes by A-MEM's key; one that has none counts by its whole text.

    Thoughts are ranked only where the selection names their kind: they repeat notes that are ranked themselves.
    """

    def __init__(self, index: KeyIndex) -> None:
        self._index = index

    def retrieve(self, reader: Reader, state: NamespaceState, request: RetrievalRequest) -> Candidates:
        if request.vector is None:
            return Candidates(Ranked.empty())
        found = self._selected(reader, state, request, request.vector)
        arms = {_ARM: found}
        if request.level is Level.NOTE:
            return Candidates(found, arms)
        session_of = reader.session_rows(found.rows.tolist())
        weights = np.maximum(found.scores, 0).astype(np.float64)
        return Candidates(found, arms, rank_sessions(found.rows, weights, session_of, decay=_SESSION_DECAY))

    def _selected(
        self, reader: Reader, state: NamespaceState, request: RetrievalRequest, vector: Vector
    ) -> Ranked:
        selection, depth = _without_thoughts(request.selection), request.depth
        arms = sifted(
            lambda more: {_ARM: self._nearest(reader, state, vector, k=more, allowed=None)},
            reader,
            state,
            selection=selection,
            depth=depth,
        )
        if arms is not None:
            return arms[_ARM]
        allowed = reader.matching_rows(selection)
        return self._nearest(reader, state, vector, k=depth, allowed=allowed) if len(allowed) else Ranked.empty()

    def _nearest(
        self, reader: Reader, state: NamespaceState, vector: Vector, *, k: int, allowed: Rows | None
    ) -> Ranked:
        def search(group: KeyGroup, k: int, allowed: Rows | None) -> Ranked:
            return self._index.search(reader, state, vector, group=group, k=k, allowed=allowed)

        keyed, whole = search(KeyGroup.AMEM, k, allowed), search(KeyGroup.WHOLE, k, allowed)
        if not len(keyed.rows):
            return whole
        have = search(KeyGroup.AMEM, len(whole.rows), np.sort(whole.rows)).rows if len(whole.rows) else whole.rows
        without = ~np.isin(whole.rows, have)
        rows = np.concatenate([keyed.rows, whole.rows[without]])
        scores = np.concatenate([keyed.scores, whole.scores[without]])
        best = np.lexsort((rows, -scores))[:k]
        return Ranked(rows[best], scores[best])


def _without_thoughts(selection: Selection) -> Selection:
    return replace(selection, kinds=_ALL_BUT_THOUGHTS) if selection.kinds is None else selection
