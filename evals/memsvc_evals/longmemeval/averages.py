"""The four averages, each with its own gold and its own set of questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from memsvc_evals.longmemeval.corpus import Corpora, Document, gold_ids, has_labelled_user_turn
from memsvc_evals.longmemeval.metrics import CUTS, rank_scores, reciprocal_rank
from memsvc_evals.longmemeval.question import Question
from memsvc_evals.longmemeval.turn2session import effective_cut, session_part

__all__ = ["LEVELS", "Average", "QuestionScores", "score_question"]

LEVELS = ("session", "turn", "turn2session")


class Average(StrEnum):
    """`strict` and `official_no_abs` use the official labels, `ids_*` gold = answer_session_ids."""

    STRICT = "strict"
    OFFICIAL_NO_ABS = "official_no_abs"
    IDS_NO_ABS = "ids_no_abs"
    IDS_ALL = "ids_all"


@dataclass(frozen=True, slots=True)
class QuestionScores:
    """The metrics of one question by level and gold (`labels` or `ids`), and which averages it enters."""

    question: str
    type: str
    gold_sessions: int
    averages: frozenset[Average]
    metrics: dict[tuple[str, str], dict[str, float]] = field(default_factory=dict)

    def of(self, level: str, average: Average) -> dict[str, float] | None:
        """Return the metrics that count in an average, None where the question is left out."""
        if average not in self.averages:
            return None
        gold = "labels" if average in (Average.STRICT, Average.OFFICIAL_NO_ABS) else "ids"
        return self.metrics.get((level, gold))


def score_question(
    question: Question, corpora: Corpora, *, sessions: Sequence[int], turns: Sequence[int]
) -> QuestionScores:
    """Score complete rankings (indices into the corpora's documents) at all levels."""
    by_turn = [corpora.turns[index].session for index in turns]
    return QuestionScores(
        question=question.id,
        type=question.type,
        gold_sessions=len(set(question.answer_session_ids)),
        averages=_averages(question),
        metrics={
            ("session", "labels"): _labels(sessions, corpora.sessions),
            ("turn", "labels"): _labels(turns, corpora.turns),
            ("turn2session", "labels"): _turn2session(turns, corpora.turns),
            ("session", "ids"): _ids(question, [corpora.sessions[index].session for index in sessions]),
            ("turn2session", "ids"): _ids(question, by_turn),
        },
    )


def _averages(question: Question) -> frozenset[Average]:
    if question.is_abstention:
        return frozenset({Average.IDS_ALL})
    if not has_labelled_user_turn(question):
        return frozenset({Average.OFFICIAL_NO_ABS, Average.IDS_NO_ABS, Average.IDS_ALL})
    return frozenset(Average)


def _labels(ranking: Sequence[int], documents: tuple[Document, ...]) -> dict[str, float]:
    ids, gold = [document.id for document in documents], gold_ids(documents)
    scores = {f"{n}@{k}": v for k in CUTS for n, v in rank_scores(ranking, gold, ids, k).items()}
    return scores | {"mrr": reciprocal_rank(ranking, gold, ids)}


def _turn2session(ranking: Sequence[int], documents: tuple[Document, ...]) -> dict[str, float]:
    ids = [session_part(document.id) for document in documents]
    gold = {session_part(turn) for turn in gold_ids(documents)}
    scores: dict[str, float] = {}
    for k in CUTS:
        cut = effective_cut(ranking, ids, k)
        scores |= {f"{name}@{k}": value for name, value in rank_scores(ranking, gold, ids, cut).items()}
    return scores | {"mrr": reciprocal_rank(ranking, gold, ids)}


def _ids(question: Question, positions: Sequence[int]) -> dict[str, float]:
    """Score sessions by their place in the haystack; an id that the haystack repeats ranks once."""
    ids = list(dict.fromkeys(session.id for session in question.haystack))
    places = {name: place for place, name in enumerate(ids)}
    ranked = list(dict.fromkeys(places[question.haystack[position].id] for position in positions))
    gold = frozenset(question.answer_session_ids)
    scores = {f"{n}@{k}": v for k in CUTS for n, v in rank_scores(ranked, gold, ids, k).items()}
    return scores | {"mrr": reciprocal_rank(ranked, gold, ids)}
