"""From arms to one list by scores: blended, raised by the time asked about and by what stands around a note."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np

from memsvc.ports.ranking import Ranked, RetrievalRequest, Rows
from memsvc.ports.storage import Places, Reader
from memsvc_retrieval.blend import BlendWeights, Scores, blend
from memsvc_retrieval.context import ContextWeights, in_context, openness
from memsvc_retrieval.question.plan import plan_of
from memsvc_retrieval.wording import wording_factor

__all__ = ["BlendSettings", "TimeUse", "blended"]

TimeUse: TypeAlias = Literal["off", "boost", "prune"]

_BEFORE_ALL = 4.0


@dataclass(frozen=True, slots=True)
class BlendSettings:
    """`in_range` is added for a note of the time asked about; with `time` prune all of these come first.

    Context multiplies exp(`sharpness` * score); the wording of the best `read` notes is looked at.
    """

    weights: BlendWeights = field(default_factory=BlendWeights)
    context: ContextWeights = field(default_factory=ContextWeights)
    time: TimeUse = "boost"
    in_range: float = 0.0625
    sharpness: float = 6.4
    read: int = 40


def blended(
    reader: Reader,
    arms: Mapping[str, Ranked],
    request: RetrievalRequest,
    *,
    named: Collection[str],
    settings: BlendSettings,
) -> tuple[Ranked, dict[int, int]]:
    """Return the notes of all arms, best first, ties by ascending row; and the session row of each that has one.

    `named` are the speakers whom the question names.
    """
    plan = plan_of(request.text, request.asked_at)
    rows, scores = blend(arms, settings.weights, drawn=plan.statements)
    places = reader.places(rows.tolist())
    kept = np.isin(rows, places.rows)
    rows, scores = rows[kept], scores[kept]
    if not len(rows):
        return Ranked.empty(), {}
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
    placed = places.sessions >= 0
    session_of = dict(zip(rows[placed].tolist(), places.sessions[placed].tolist(), strict=True))
    return _best_first(rows, told), session_of


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
