"""Fit the payload classifier of the guard (scikit-learn is needed here only)."""

from __future__ import annotations

import base64
import random
from collections.abc import Mapping, Sequence

import numpy as np
import payload_attacks
import payload_benign
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression

from memsvc.guard.payload import HASHED_FACTOR, PayloadModel
from memsvc.guard.payload_features import FEATURES, HASHED, Pieces, read_pieces
from memsvc_evals.redteam.negatives.grammar import sample

__all__ = ["Fitting", "attacks", "classifier_of", "hard_negatives"]

_PER_FAMILY = 700
_PER_CLASS = 900
_ORDINARY = 60_000
_HARDEST = 6_000
_ROUNDS = 2
_STRENGTH = 0.03
_STEPS = 127
_FOLDS = 3
_UNSEEN = 250


def attacks(
    *, without: str | None = None, count: int = _PER_FAMILY, seed: str = "attacks"
) -> dict[str, list[str]]:
    """Return attack texts by family; `without` leaves one family out."""
    rng = random.Random(f"{seed}/blob")
    blobs = [base64.b64encode(rng.randbytes(rng.randrange(24, 60))).decode() for _ in range(60)]
    rules = {**payload_attacks.RULES, "blob": blobs}
    return {
        family: sample(templates, rules, count=count, seed=f"{seed}/{family}")
        for family, templates in payload_attacks.FAMILIES.items()
        if family != without
    }


def hard_negatives(
    *, count: int = _PER_CLASS, seed: str = "benign", folds: Sequence[int] = range(_FOLDS)
) -> dict[str, list[str]]:
    """Return benign texts that look like instructions, by class, from the templates of some folds."""
    return {
        name: sample(
            [template for place, template in enumerate(templates) if place % _FOLDS in folds],
            payload_benign.RULES,
            count=count,
            seed=f"{seed}/{name}/{list(folds)}",
        )
        for name, templates in payload_benign.CLASSES.items()
    }


class Fitting:
    """Fits classifiers against the same ordinary texts."""

    def __init__(self, ordinary: Sequence[str]) -> None:
        self._pool = _matrix(ordinary)

    def fit(
        self, positive: Mapping[str, Sequence[str]], negative: Mapping[str, Sequence[str]]
    ) -> dict[str, NDArray[np.generic]]:
        """Return the arrays of a classifier; of the ordinary pieces a sample, then the hardest of all."""
        attack = _matrix([text for texts in positive.values() for text in texts], longest=True)
        hard = _matrix([text for texts in negative.values() for text in texts])
        chosen = np.random.default_rng(6).permutation(self._pool.shape[0])[:_ORDINARY]
        for _ in range(_ROUNDS):
            weights, bias = _regression(attack, hard, self._pool[chosen])
            chosen = np.union1d(chosen, np.argsort(-(self._pool @ weights), kind="stable")[:_HARDEST])
        weights, bias = _regression(attack, hard, self._pool[chosen])
        scale = float(np.abs(weights).max()) / _STEPS
        return {
            "payload/weights": np.rint(weights / scale).astype(np.int8),
            "payload/scale": np.array([scale, bias], np.float32),
        }

    def unseen_negatives(self, *, count: int = _UNSEEN) -> dict[str, list[tuple[str, float]]]:
        """Return hard negatives by class, each with the score of a classifier fitted without its template."""
        scored: dict[str, list[tuple[str, float]]] = {}
        for fold in range(_FOLDS):
            others = [each for each in range(_FOLDS) if each != fold]
            model = classifier_of(self.fit(attacks(), hard_negatives(folds=others)))
            for name, texts in hard_negatives(count=count, folds=[fold]).items():
                scored.setdefault(name, []).extend((text, model.examine(text).score) for text in texts)
        return scored


def classifier_of(arrays: Mapping[str, NDArray[np.generic]]) -> PayloadModel:
    """Return the classifier that `fit` made the arrays of."""
    scale, bias = arrays["payload/scale"]
    return PayloadModel(arrays["payload/weights"].astype(np.float32) * scale, float(bias))


def _matrix(texts: Sequence[str], *, longest: bool = False) -> csr_matrix:
    """Return a row for each piece of texts, or for the longest of each: all of an attack of a sentence or"
    " two."""
    blocks = []
    for text in texts:
        pieces = read_pieces(text)
        if pieces is None:
            continue
        sizes = pieces.ranges[:, 1] - pieces.ranges[:, 0]
        rows = [int(np.argmax(sizes))] if longest else range(len(sizes))
        blocks += [_row(pieces, row) for row in rows]
    ends = np.cumsum([len(columns) for columns, _ in blocks])
    columns = np.concatenate([columns for columns, _ in blocks])
    values = np.concatenate([values for _, values in blocks])
    matrix = csr_matrix((values, columns, np.concatenate(([0], ends))), shape=(len(blocks), FEATURES))
    matrix.sum_duplicates()
    return matrix


def _row(pieces: Pieces, row: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    first, last = pieces.ranges[row]
    hashed = np.concatenate((pieces.singles[first:last], pieces.pairs[first : last - 1]))
    named = HASHED + np.flatnonzero(pieces.named[row])
    weight = HASHED_FACTOR / np.sqrt(len(hashed))
    values = np.concatenate((np.full(len(hashed), weight), np.ones(len(named)))).astype(np.float32)
    return np.concatenate((hashed, named)), values


def _regression(attack: csr_matrix, hard: csr_matrix, ordinary: csr_matrix) -> tuple[NDArray[np.float64], float]:
    features = vstack([attack, hard, ordinary]).tocsr()
    labels = np.concatenate((np.ones(attack.shape[0]), np.zeros(hard.shape[0] + ordinary.shape[0])))
    model = LogisticRegression(C=_STRENGTH, solver="lbfgs", max_iter=300, tol=1e-5)
    model.fit(features, labels)
    return model.coef_[0], float(model.intercept_[0])
