"""The default retriever: dense keys and two lexical arms, fused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from memsvc.domain.recall import Level, Mode
from memsvc.domain.selection import Selection
from memsvc.domain.time import to_microseconds
from memsvc.ports.ranking import (
    Candidates,
    NamespaceState,
    Ranked,
    RetrievalRequest,
    Rows,
    VectorIndex,
    Within,
)
from memsvc.ports.storage import Reader
from memsvc_retrieval.fusion import reciprocal_rank_fusion
from memsvc_retrieval.sessions import rank_sessions
from memsvc_retrieval.sifting import Arms, sifted

__all__ = ["FusionSettings", "HybridRetriever"]


def _default_weights() -> dict[str, float]:
    return {"dense": 1.0, "lexical_user": 0.5, "lexical_all": 0.5}


@dataclass(frozen=True, slots=True)
class FusionSettings:
    """`k` of reciprocal rank fusion; meaning (dense) and words (both lexical arms) weigh the same."""

    k: float = 10.0
    session_decay: float = 0.3
    weights: Mapping[str, float] = field(default_factory=_default_weights)


class HybridRetriever:
    """Asks the arms of the mode, with the selection applied inside each, and fuses them."""

    def __init__(self, index: VectorIndex, settings: FusionSettings | None = None) -> None:
        self._index = index
        self._settings = settings or FusionSettings()

    def retrieve(self, reader: Reader, state: NamespaceState, request: RetrievalRequest) -> Candidates:
        arms = self._selected_arms(reader, state, request)
        if set(arms) == {"dense"}:
            fused = arms["dense"]
        else:
            fused = reciprocal_rank_fusion(arms, self._settings.weights, k=self._settings.k)
        if request.level is Level.NOTE:
            return Candidates(fused, arms)
        session_of = reader.session_rows(fused.rows.tolist())
        return Candidates(fused, arms, rank_sessions(fused, session_of, decay=self._settings.session_decay))

    def _selected_arms(self, reader: Reader, state: NamespaceState, request: RetrievalRequest) -> Arms:
        within = _within(request.selection) if request.mode is Mode.DENSE else None
        if request.selection.is_default or within is not None:
            return self._arms(reader, state, request, within=within)
        found = sifted(
            lambda depth: self._arms(reader, state, replace(request, depth=depth)),
            reader,
            state,
            selection=request.selection,
            depth=request.depth,
        )
        if found is not None:
            return found
        return self._arms(reader, state, request, allowed=reader.matching_rows(request.selection))

    def _arms(
        self,
        reader: Reader,
        state: NamespaceState,
        request: RetrievalRequest,
        *,
        allowed: Rows | None = None,
        within: Within | None = None,
    ) -> dict[str, Ranked]:
        arms: dict[str, Ranked] = {}
        if allowed is not None and not len(allowed):
            return arms
        if request.vector is not None:
            arms["dense"] = self._index.search(
                reader, state, request.vector, k=request.depth, allowed=allowed, within=within
            )
        if request.mode is not Mode.DENSE:
            arms.update(reader.lexical(request.text, limit=request.depth, allowed=allowed))
        return arms


def _within(selection: Selection) -> Within | None:
    """Return the range when the selection is nothing but one of event times: an index finds that by itself."""
    start, end = selection.event_from, selection.event_to
    if (start is None and end is None) or selection != Selection(event_from=start, event_to=end):
        return None
    return Within(
        event_from=None if start is None else to_microseconds(start),
        event_to=None if end is None else to_microseconds(end),
    )
