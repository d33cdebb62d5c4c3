"""Reranking: the best candidates in the order of a model that reads them beside the question."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from memsvc.domain.recall import Level, RecallQuery
from memsvc.domain.selection import selects
from memsvc.errors import InvalidInput, RerankerUnavailable
from memsvc.ports.ranking import Candidates, Ranked, Rows
from memsvc.ports.reranking import Reranker
from memsvc.ports.retrieval import Retriever
from memsvc.ports.storage import Reader

__all__ = ["RERANK_ARM", "Reranking", "Shortlist", "reranked", "shortlist"]

RERANK_ARM = "rerank"


@dataclass(frozen=True, slots=True)
class Reranking:
    """A reranker and how many of the best candidates it reads."""

    reranker: Reranker
    depth: int = 30

    def __post_init__(self) -> None:
        if self.depth < 1:
            raise InvalidInput(f"a reranker reads at least one note, not {self.depth}")


@dataclass(frozen=True, slots=True)
class Shortlist:
    """What a reranker reads, parallel: places in the fused list (ascending), and the contents of these notes."""

    reranker: Reranker
    places: Rows
    contents: tuple[str, ...]


def shortlist(
    reader: Reader, query: RecallQuery, candidates: Candidates, reranking: Reranking | None
) -> Shortlist | None:
    """Return the best candidates that SQL still has and selects; None when there is nothing to put in order.

    It is the same for every page, so that pages join; a page of notes behind it needs no model.
    """
    if reranking is None or (query.level is Level.NOTE and query.offset >= reranking.depth):
        return None
    rows = candidates.fused.rows[: reranking.depth].tolist()
    found = {note.row: note for note in reader.notes_by_row(rows) if selects(query.selection, note)}
    places = [place for place, row in enumerate(rows) if row in found]
    if not places:
        return None
    contents = tuple(found[rows[place]].content for place in places)
    return Shortlist(reranking.reranker, np.array(places, np.int64), contents)


def reranked(
    retriever: Retriever, question: str, candidates: Candidates, short: Shortlist
) -> tuple[Candidates, tuple[str, ...]]:
    """Return the candidates with the shortlist in the reranker's order, ties in the old one, and what failed.

    Scores stay where they are: a note gets that of the place to which it is moved. Sessions are ranked by them.
    """
    try:
        scores = short.reranker.score(question, short.contents)
    except RerankerUnavailable as error:
        return candidates, (f"{RERANK_ARM}: {error.detail}",)
    order = np.argsort(-scores, kind="stable")
    rows = candidates.fused.rows.copy()
    rows[short.places] = rows[short.places[order]]
    arm = Ranked(rows[short.places], scores[order])
    moved = retriever.reordered(candidates, replace(candidates.fused, rows=rows))
    return replace(moved, arms={**candidates.arms, RERANK_ARM: arm}), ()
