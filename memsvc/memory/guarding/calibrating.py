"""From scores to p-values: how often harmless notes of the same sort score as high, here or anywhere."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, field
from typing import Final

from memsvc.domain.notes import Kind
from memsvc.guard.conformal import BenignScores, KindClass, LengthBucket, combine, kind_class, length_bucket
from memsvc.guard.decide import SHARES
from memsvc.guard.model_file import GuardModel, benign_name
from memsvc.ports.storage import Reader

__all__ = ["Calibrations", "Sort", "bucket_name", "least_sample", "sort_of"]

_MOST_READ: Final = 5_000
_LEAST_OWN: Final = 1_000
_LEAST_HEARD: Final = 200
# A namespace's own scores are read again when so many changes have come.
_STALE_AFTER: Final = 500
_MOST_KEPT: Final = 1_000
# So many times the smallest sample that could flag anything, so that one harmless outlier does not decide.
_MARGIN: Final = 2

# The shipped scores of these are of one embedder; with another only a namespace's own notes say what is usual.
_OF_VECTORS: Final = frozenset({"transplant", "hubness", "run_vectors"})
_SHIPPED_FOR: Final = "all-MiniLM-L6-v2"

Sort = tuple[KindClass, LengthBucket]


def sort_of(kind: Kind, text: str) -> Sort:
    """Return what a note's scores are compared within."""
    return kind_class(kind), length_bucket(text)


def bucket_name(sort: Sort) -> str:
    return f"{sort[0]}/{sort[1]}"


def least_sample(detector: str, alpha: float) -> int:
    """Return how many of its own notes a namespace needs before these alone say what is rare."""
    return max(_LEAST_OWN, _least_heard(detector, alpha))


def _least_heard(detector: str, alpha: float) -> int:
    """Return of how many notes the highest score but one is rare enough to be flagged."""
    return math.ceil(_MARGIN / (alpha * SHARES.get(detector, 1.0)))


def _prior(model: GuardModel, detector: str, sort: Sort, *, least: int) -> BenignScores | None:
    """Return the shipped scores of a sort of notes, or of all lengths where these are too few to flag any."""
    own = model.benign(detector, *sort)
    if own is not None and own.count >= least:
        return own
    for kind in (sort[0], "any"):
        named = [model.arrays.get(benign_name(detector, kind, "any", part)) for part in ("values", "below")]
        if named[0] is not None and named[1] is not None:
            return BenignScores(named[0], named[1])
    return own


@dataclass(slots=True)
class Calibrations:
    """Scores of the namespaces' own cleared notes, kept for a while; thread-safe."""

    _kept: dict[tuple[int, str, str], tuple[int, BenignScores | None]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def p_value(
        self, reader: Reader, model: GuardModel, detector: str, sort: Sort, score: float, *, alpha: float
    ) -> float:
        """Return the conformal p-value; 1 where there is nothing to compare with."""
        prior = None
        if detector not in _OF_VECTORS or reader.state is None or reader.state.model.id.startswith(_SHIPPED_FOR):
            prior = _prior(model, detector, sort, least=math.ceil(1 / (alpha * SHARES.get(detector, 1.0))))
        own = self._own(reader, detector, bucket_name(sort))
        known = combine(prior, own, enough=least_sample(detector, alpha))
        if known is None:
            return 1.0
        p = known.p_value(score)
        if known is prior and own is not None and own.count >= _least_heard(detector, alpha):
            # Too few to be judged by alone, enough to tell that a score is nothing unusual here.
            p = max(p, own.p_value(score))
        return p

    def _own(self, reader: Reader, detector: str, bucket: str) -> BenignScores | None:
        state = reader.state
        if state is None or reader.size() < _LEAST_HEARD:
            return None
        name = (state.row, detector, bucket)
        with self._lock:
            kept = self._kept.get(name)
        if kept is not None and 0 <= state.last_sequence - kept[0] < _STALE_AFTER:
            return kept[1]
        scores = reader.guard.scores(detector, bucket, limit=_MOST_READ)
        found = BenignScores.of(scores) if len(scores) else None
        with self._lock:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[name] = (state.last_sequence, found)
        return found
