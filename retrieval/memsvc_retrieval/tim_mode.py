"""Recall as in TiM (arXiv 2311.08719, section 3.4): the thoughts of the question's group, by cosine.

Groups are those of its one hash table; with more probes the groups that are next likely are looked into too.
"""

from __future__ import annotations

import numpy as np

from memsvc.domain.notes import KeyGroup
from memsvc.domain.recall import Level
from memsvc.ports.hashing import Hashing, Purpose
from memsvc.ports.ranking import Candidates, KeyIndex, NamespaceState, Ranked, RetrievalRequest, Rows
from memsvc.ports.storage import Reader
from memsvc_retrieval.sessions import rank_sessions

__all__ = ["TimRetriever"]

_ARM = "thoughts"
_SESSION_DECAY = 0.3
_NO_TABLES = "tim: no thought is in a hash table yet; remember thoughts (old ones: `memsvc index rebuild`)"
_OTHER_MODEL = "tim: the hash tables are of another embedder's vectors; run `memsvc index rebuild`"
_NO_DIRECTION = "tim: the question's vector is zero, so it is in no group; ask in other words"


class TimRetriever:
    """Looks into the groups of the question's hash, with the selection applied inside."""

    def __init__(self, index: KeyIndex, hashing: Hashing) -> None:
        self._index = index
        self._hashing = hashing

    def retrieve(self, reader: Reader, state: NamespaceState, request: RetrievalRequest) -> Candidates:
        vector, epoch = request.vector, reader.buckets.epoch(Purpose.RECALL)
        if epoch is None:
            return _nothing(_NO_TABLES)
        if epoch.model_id != state.model.id:
            return _nothing(_OTHER_MODEL)
        if vector is None or not vector.any():
            return _nothing(_NO_DIRECTION)
        codes = self._hashing.probes(epoch, vector, count=request.probes)
        rows = reader.buckets.members(epoch, codes, hidden=not request.selection.only_visible)
        if not request.selection.is_default:
            rows = reader.matching_rows(request.selection, among=rows.tolist())
        found = self._nearest(reader, state, request, rows)
        arms = {_ARM: found}
        if request.level is Level.NOTE:
            return Candidates(found, arms)
        session_of = reader.session_rows(found.rows.tolist())
        weights = np.maximum(found.scores, 0).astype(np.float64)
        return Candidates(found, arms, rank_sessions(found.rows, weights, session_of, decay=_SESSION_DECAY))

    def _nearest(self, reader: Reader, state: NamespaceState, request: RetrievalRequest, rows: Rows) -> Ranked:
        """Return the thoughts of these rows by the cosine of their whole texts."""
        if not len(rows) or request.vector is None:
            return Ranked.empty()
        return self._index.search(
            reader, state, request.vector, group=KeyGroup.WHOLE, k=request.depth, allowed=rows
        )


def _nothing(reason: str) -> Candidates:
    return Candidates(Ranked.empty(), degraded=(reason,))
