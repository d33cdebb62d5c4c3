"""The default retriever: whole texts, what was drawn from them, and two lexical arms, fused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from memsvc.domain.notes import KeyGroup
from memsvc.domain.recall import Level, Mode
from memsvc.domain.selection import Selection
from memsvc.domain.time import to_microseconds
from memsvc.ports.ranking import (
    Candidates,
    KeyIndex,
    NamespaceState,
    Ranked,
    RetrievalRequest,
    Rows,
    SessionCandidate,
    Within,
)
from memsvc.ports.storage import Reader
from memsvc_retrieval.blended import BlendSettings, blended
from memsvc_retrieval.copied_runs import RunCap, cap_runs
from memsvc_retrieval.fusion import reciprocal_rank_fusion
from memsvc_retrieval.question.speaker_cache import SpeakerCache
from memsvc_retrieval.question.speakers import named_in, without_speakers
from memsvc_retrieval.sessions import rank_sessions
from memsvc_retrieval.sifting import Arms, sifted

__all__ = ["FusionSettings", "HybridRetriever"]

_RRF_WEIGHTS = {"dense": 1.0, "lexical_user": 0.5, "lexical_all": 0.5}


@dataclass(frozen=True, slots=True)
class FusionSettings:
    """How arms become one list: `blend` of scores, or reciprocal ranks (`rrf`) of whole texts and words.

    `rrf_k` is the constant of the latter. A session's score is the sum of its notes', best first, each next one
    times `session_decay`; of blended scores exp(`session_sharpness` * score) counts, with fewer arms less sharply.
    `cap` bounds what words that stand in a note as in the question add to its lexical score.
    """

    fusion: Literal["blend", "rrf"] = "blend"
    blending: BlendSettings = field(default_factory=BlendSettings)
    rrf_k: float = 10.0
    session_decay: float = 0.3
    session_sharpness: float = 12.8
    cap: RunCap | None = field(default_factory=RunCap)


class HybridRetriever:
    """Asks the arms of the mode, with the selection applied inside each, and fuses them."""

    def __init__(self, index: KeyIndex, settings: FusionSettings | None = None) -> None:
        self._index = index
        self._settings = settings or FusionSettings()
        self._speakers = SpeakerCache()

    def to_embed(self, reader: Reader, state: NamespaceState, question: str) -> str:
        """Return the question without the speakers that it names."""
        if self._settings.fusion == "rrf":
            return question
        return without_speakers(question, self._speakers.of(reader, state))

    def retrieve(self, reader: Reader, state: NamespaceState, request: RetrievalRequest) -> Candidates:
        settings = self._settings
        arms = self._selected_arms(reader, state, request)
        if settings.cap is not None:
            arms = cap_runs(reader, arms, request.text, settings.cap, words_only=request.vector is None)
        if settings.fusion == "rrf":
            fused = reciprocal_rank_fusion(arms, _RRF_WEIGHTS, k=settings.rrf_k)
            session_of = reader.session_rows(fused.rows.tolist()) if request.level is Level.SESSION else {}
            raised_by: Mapping[int, tuple[int, ...]] = {}
        else:
            named = named_in(request.text, self._speakers.of(reader, state))
            fused, session_of, raised_by = blended(reader, arms, request, named=named, settings=settings.blending)
        sessions = self._sessions(fused, session_of, arms) if request.level is Level.SESSION else ()
        return Candidates(fused, arms, sessions, raised_by=raised_by)

    def reordered(self, candidates: Candidates, fused: Ranked) -> Candidates:
        """Return the candidates with their notes in another order, and their sessions ranked by it."""
        session_of = {row: found.session_row for found in candidates.sessions for row in found.note_rows}
        return replace(candidates, fused=fused, sessions=self._sessions(fused, session_of, candidates.arms))

    def forget(self, namespace_row: int) -> None:
        self._speakers.forget(namespace_row)

    def _sessions(
        self, fused: Ranked, session_of: Mapping[int, int], arms: Mapping[str, Ranked]
    ) -> tuple[SessionCandidate, ...]:
        settings = self._settings
        if settings.fusion == "rrf":
            weights = fused.scores.astype(np.float64)
        else:
            sharpness = settings.session_sharpness * settings.blending.weights.share(arms)
            weights = np.exp(sharpness * (fused.scores - fused.scores.max(initial=0.0)))
        return rank_sessions(fused.rows, weights, session_of, decay=settings.session_decay)

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
            groups = {"dense": KeyGroup.WHOLE, "drawn": KeyGroup.DRAWN}
            if self._settings.fusion == "rrf":
                del groups["drawn"]
            for name, group in groups.items():
                arms[name] = self._index.search(
                    reader,
                    state,
                    request.vector,
                    group=group,
                    k=request.depth,
                    allowed=allowed,
                    within=within,
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
