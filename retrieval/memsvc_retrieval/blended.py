"""From arms to one list by scores: blended, raised by thoughts, the time asked about, context and links."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from memsvc.domain.notes import Kind
from memsvc.domain.recall import Mode
from memsvc.domain.selection import Selection
from memsvc.ports.ranking import Ranked, RetrievalRequest, Rows
from memsvc.ports.storage import Places, Reader
from memsvc_retrieval.blend import BlendWeights, Scores, blend
from memsvc_retrieval.context import ContextWeights, in_context, openness, usual_openness
from memsvc_retrieval.graph.expansion import LinkUse, expand
from memsvc_retrieval.graph.folding import Folding, fold_thoughts
from memsvc_retrieval.question.plan import plan_of
from memsvc_retrieval.wording import wording_factor

__all__ = ["BlendSettings", "Blended", "TimeUse", "blended"]

TimeUse: TypeAlias = Literal["off", "boost", "prune"]

_BEFORE_ALL = 4.0


@dataclass(frozen=True, slots=True)
class BlendSettings:
    """`in_range` is added for a note of the time asked about; with `time` prune all of these come first.

    Context multiplies exp(`sharpness` * score); the wording of the best `read` notes is looked at. Without
    `folding` thoughts are found as other notes are. `links` are followed in mode hybrid only, as far as a note of
    the namespace's average length leans on others: long ones stand by themselves.
    """

    weights: BlendWeights = field(default_factory=BlendWeights)
    context: ContextWeights = field(default_factory=ContextWeights)
    time: TimeUse = "boost"
    in_range: float = 0.0625
    sharpness: float = 6.4
    read: int = 40
    folding: Folding | None = field(default_factory=Folding)
    links: LinkUse | None = field(default_factory=LinkUse)


class Blended(NamedTuple):
    """Notes, best first; the session row of each that has one; and what raised them (`Candidates.raised_by`)."""

    ranked: Ranked
    session_of: dict[int, int]
    raised_by: Mapping[int, tuple[int, ...]]


def blended(
    reader: Reader,
    arms: Mapping[str, Ranked],
    request: RetrievalRequest,
    *,
    named: Collection[str],
    settings: BlendSettings,
) -> Blended:
    """Return the notes of all arms, best first, ties by ascending row.

    Notes that thoughts or links lead to are among them. `named` are the speakers whom the question names.
    """
    plan = plan_of(request.text, request.asked_at)
    rows, scores = blend(arms, settings.weights, drawn=plan.statements)
    raised_by: dict[int, tuple[int, ...]] = {}
    folding = None if _asks_for_thoughts(request.selection) else settings.folding
    if folding is not None and len(rows):
        thoughts, sources = reader.derivations.source_rows(rows.tolist())
        folded = fold_thoughts(rows, scores, thoughts=thoughts, sources=sources, folding=folding)
        rows, scores = folded.rows, folded.scores
        raised_by |= folded.raised_by
    places = reader.places(rows.tolist())
    kept = np.isin(rows, places.rows)
    rows, scores = rows[kept], scores[kept]
    if not len(rows):
        return Blended(Ranked.empty(), {}, {})
    happened = np.zeros(len(rows), np.bool_)
    if plan.when is not None and settings.time != "off":
        happened = np.isin(rows, reader.happened(rows.tolist(), plan.when.start, plan.when.end))
    if settings.time == "boost":
        scores[happened] += settings.in_range
    # Only proportions matter: scores are raised as exponentials, and told as logarithms again.
    raised = in_context(np.exp(settings.sharpness * (scores - scores.max())), places, settings.context)
    raised *= _wording(reader, raised, places, named=named, settings=settings)
    told = np.log(raised) / settings.sharpness + scores.max()
    if settings.time == "prune":
        told[happened] += _BEFORE_ALL
    session_of = _sessions_of(places)
    leaning = usual_openness(places, settings.context)
    if settings.links is not None and request.mode is Mode.HYBRID and leaning:
        use = replace(settings.links, weight=leaning * settings.links.weight)
        known, (rows, told, led_from) = rows, expand(rows, told, reader.links, use)
        raised_by |= led_from
        session_of |= reader.session_rows(np.setdiff1d(rows, known).tolist()) if len(rows) > len(known) else {}
        if folding is not None:
            rows, told = _without_thoughts(reader, rows, told, known=known)
    return Blended(_best_first(rows, told), session_of, raised_by)


def _without_thoughts(reader: Reader, rows: Rows, scores: Scores, *, known: Rows) -> tuple[Rows, Scores]:
    """Leave out the thoughts among the rows that are not `known`: links may have led to some."""
    new = np.setdiff1d(rows, known)
    if not len(new):
        return rows, scores
    kept = ~np.isin(rows, reader.derivations.source_rows(new.tolist())[0])
    return rows[kept], scores[kept]


def _asks_for_thoughts(selection: Selection) -> bool:
    return selection.kinds is not None and Kind.THOUGHT in selection.kinds


def _sessions_of(places: Places) -> dict[int, int]:
    placed = places.sessions >= 0
    return dict(zip(places.rows[placed].tolist(), places.sessions[placed].tolist(), strict=True))


def _wording(
    reader: Reader, scores: Scores, places: Places, *, named: Collection[str], settings: BlendSettings
) -> Scores:
    """Return the factor of each note, 1 for all but the best ones that their wording can change."""
    factors = np.ones(len(scores))
    open_ = openness(places, settings.context)
    best = np.argsort(-scores, kind="stable")[: settings.read]
    if not named:
        best = best[open_[best] > 0]
    place_of = {int(places.rows[place]): int(place) for place in best}
    for note in reader.notes_by_row(list(place_of)) if place_of else ():
        place = place_of[note.row]
        factors[place] = wording_factor(note.content, openness=float(open_[place]), named=named)
    return factors


def _best_first(rows: Rows, scores: Scores) -> Ranked:
    order = np.argsort(-scores, kind="stable")
    return Ranked(rows[order], scores[order].astype(np.float32))
