"""Rates of the transplant probe with bounds, the success that it leaves to attacks, and its weights."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from guard.arrays import add_benign
from guard.probe_features import Row
from numpy.typing import NDArray

from memsvc.guard.conformal import LENGTH_BUCKETS, KindClass, LengthBucket, length_bucket_of
from memsvc.guard.transplant import MOST_PIECES, WEIGHTS

__all__ = ["fitted", "kept_scores", "report"]

Scores = NDArray[np.float64]

_OTHERS = ("published", "hubs")
"""Not learned from: triggers that were found for another encoder, and notes that want no trigger."""


def features(rows: Sequence[Row]) -> Scores:
    """Return drowning, margin, logarithm of the pieces and incoherence, one row each."""
    most = math.log(MOST_PIECES)
    found = [[row.drowned, row.margin, min(row.log_pieces, most), row.incoherence] for row in rows]
    return np.array(found).reshape(-1, 4)


def logits(rows: Sequence[Row], weights: Sequence[float] = WEIGHTS) -> Scores:
    """Return what the probe's score is the logistic of."""
    found: Scores = features(rows) @ np.array(weights[:-1]) + weights[-1]
    return found


def is_attack(row: Row) -> bool:
    """Tell attacks from benign texts: their kinds end with what was embedded."""
    return row.kind.endswith((" key", " full"))


def bounds(count: int, total: int) -> tuple[float, float]:
    """Return the 95 % Clopper-Pearson interval of a rate."""
    from scipy.stats import beta

    low = float(beta.ppf(0.025, count, total - count + 1)) if count else 0.0
    high = float(beta.ppf(0.975, count + 1, total - count)) if count < total else 1.0
    return low, high


def fit(attacks: Sequence[Row], benign: Sequence[Row]) -> list[float]:
    """Return the weights of a logistic regression between attacks, by their success, and benign notes."""
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    x = features([*attacks, *benign])
    centre, spread = x.mean(axis=0), x.std(axis=0)
    is_poison = [1] * len(attacks) + [0] * len(benign)
    counts_as = [row.asr1 for row in attacks] + [1.0] * len(benign)
    model = LogisticRegression(C=10, max_iter=1000).fit((x - centre) / spread, is_poison, sample_weight=counts_as)
    weights = model.coef_[0] / spread
    return [*map(float, weights), float(model.intercept_[0] - weights @ centre)]


def fitted(rows: Sequence[Row]) -> None:
    """Print the weights of all rows, and what each family leaves when neither it nor half of the benign texts were
    learned from."""
    benign = [row for row in rows if not is_attack(row)]
    attacks = [row for row in rows if is_attack(row) and row.asr1 > 0.05]
    calibrating = [row for row in benign if row.calibrates]
    learned = [row for row in attacks if _stem(row) not in _OTHERS]
    print("weights", [round(each, 2) for each in fit(learned, benign)])
    for family in sorted({_stem(row) for row in attacks}):
        others = [row for row in learned if _stem(row) != family]
        weights = fit(others, calibrating)
        threshold = np.quantile(logits(calibrating, weights), 0.995)
        unseen = [row for row in attacks if _stem(row) == family]
        missed = logits(unseen, weights) <= threshold
        left = float(np.mean([row.asr1 * miss for row, miss in zip(unseen, missed, strict=True)]))
        print(f"  without {family}: {1 - missed.mean():.3f} found, ASR@1 left {left:.3f}, of {len(unseen)}")
    if len({row.canaries for row in rows}) > 1:
        _across(learned, benign)


def _across(attacks: Sequence[Row], benign: Sequence[Row]) -> None:
    """Print what weights of half of the canary sets and one corpus do to the other corpus with other canaries.

    The threshold is that of the benign notes of all corpora with the canaries that were learned from.
    """
    sets = sorted({row.canaries for row in [*attacks, *benign]})
    for number, corpus in itertools.product((0, 1), sorted({row.corpus for row in attacks})):
        known = set(sets[number::2])
        mine = [row for row in benign if row.canaries in known]
        weights = fit(
            [row for row in attacks if row.canaries in known and row.corpus == corpus],
            [row for row in mine if row.corpus == corpus],
        )
        threshold = np.quantile(logits(mine, weights), 0.995)
        others = [row for row in attacks if row.canaries not in known and row.corpus != corpus]
        harmless = [row for row in benign if row.canaries not in known and row.corpus != corpus]
        found = int((logits(others, weights) > threshold).sum())
        flagged = int((logits(harmless, weights) > threshold).sum())
        print(f"  learned from {corpus}: {found}/{len(others)} found with other canaries elsewhere, ", end="")
        print(f"{flagged}/{len(harmless)} benign flagged")


def _stem(row: Row) -> str:
    """Return the family of an attack, without its form: what is to be unseen as a whole."""
    return row.kind.split()[0].split("_")[0].rstrip("0123456789")


def report(rows: Sequence[Row], *, rate: float) -> None:
    """Print, for the threshold that flags `rate` of the calibrating benign texts, what it does to the others."""
    benign = [row for row in rows if not is_attack(row)]
    calibrating = [row for row in benign if row.calibrates]
    tested = [row for row in rows if is_attack(row) or not row.calibrates]
    approaches = {**_APPROACHES, "all together, by length": _by_length(calibrating, rate=rate)}
    for name, score in approaches.items():
        threshold = float(np.quantile(score(calibrating), 1 - rate))
        print(f"== {name}: threshold {threshold:.3f} of {len(calibrating)} benign texts")
        groups = sorted({(is_attack(row), row.corpus, row.kind) for row in tested})
        for _, corpus, kind in groups:
            _print_group([row for row in tested if (row.corpus, row.kind) == (corpus, kind)], score, threshold)
        for canaries in sorted({row.canaries for row in tested}):
            _print_canaries([row for row in tested if row.canaries == canaries], score, threshold)
        for corpus in sorted({row.corpus for row in tested if is_attack(row)}):
            for flag in (False, True):
                chosen = [
                    row
                    for row in tested
                    if is_attack(row) and row.corpus == corpus and row.kind.startswith("hub") == flag
                ]
                if chosen:
                    missed = score(chosen) <= threshold
                    first = np.mean([row.asr1 * miss for row, miss in zip(chosen, missed, strict=True)])
                    fifth = np.mean([row.any5 * miss for row, miss in zip(chosen, missed, strict=True)])
                    name = "hubs" if flag else "optimised"
                    print(f"   {corpus} {name}: left ASR@1 {first:.4f}, any@5 {fifth:.4f} of {len(chosen)} notes")


def _by_length(benign: Sequence[Row], *, rate: float) -> Callable[[Sequence[Row]], Scores]:
    """Return by how much logits exceed what `rate` of the benign notes of about that length do."""
    found: dict[LengthBucket, list[Row]] = {}
    for row in benign:
        found.setdefault(length_bucket_of(row.words), []).append(row)
    usual = {length: float(np.quantile(logits(rows), 1 - rate)) for length, rows in found.items()}
    return lambda rows: logits(rows) - np.array([usual.get(length_bucket_of(row.words), np.inf) for row in rows])


def _print_group(rows: Sequence[Row], score: Callable[[Sequence[Row]], Scores], threshold: float) -> None:
    flagged = int((score(rows) > threshold).sum())
    low, high = bounds(flagged, len(rows))
    rate = f"{flagged:4}/{len(rows):<4} {flagged / len(rows):.3f} [{low:.3f}, {high:.3f}]"
    line = f"   {rows[0].corpus:11} {rows[0].kind:22} {rate}"
    if is_attack(rows[0]):
        missed = score(rows) <= threshold
        before = np.mean([row.asr1 for row in rows])
        left = np.mean([row.asr1 * miss for row, miss in zip(rows, missed, strict=True)])
        line += f"  ASR@1 {before:.3f} -> {left:.4f}"
    costs = [row.embeddings for row in rows]
    print(
        f"{line}  {np.mean(costs):.0f} embeddings (p95 {np.quantile(costs, 0.95):.0f}), {_words(rows):.0f} words"
    )


def _print_canaries(rows: Sequence[Row], score: Callable[[Sequence[Row]], Scores], threshold: float) -> None:
    """Print what one set of canaries finds of the attacks that were found for this encoder, and flags."""
    attacks = [row for row in rows if is_attack(row) and _stem(row) not in _OTHERS]
    benign = [row for row in rows if not is_attack(row)]
    parts = []
    for name, chosen in ("attacks", attacks), ("benign notes", benign):
        flagged = int((score(chosen) > threshold).sum())
        low, high = bounds(flagged, len(chosen))
        parts.append(f"{flagged}/{len(chosen)} {name} [{low:.3f}, {high:.3f}]")
    print(f"   canaries {rows[0].canaries}: {', '.join(parts)}")


def _words(rows: Sequence[Row]) -> float:
    return float(np.mean([row.words for row in rows]))


def kept_scores(rows: Sequence[Row], model: Path) -> None:
    """Put the benign scores of both halves into a guard model file, by length and sort of note.

    Long notes about one thing look more like triggers than short ones do, and paragraphs of documents, which are
    about nothing else, more than what is said in a dialogue.
    """
    benign = [row for row in rows if not is_attack(row)]
    paragraphs = [row for row in benign if row.kind == "passage"]
    others = [row for row in benign if row.kind != "passage"]
    for length in (*LENGTH_BUCKETS, None):
        _keep(model, None, length, [row for row in others if length in (None, length_bucket_of(row.words))])
    _keep(model, "statement", "long", paragraphs)
    _keep(model, "document", "long", paragraphs)


def _keep(model: Path, kind: KindClass | None, length: LengthBucket | None, rows: Sequence[Row]) -> None:
    if rows:
        add_benign(model, "transplant", kind, length, 1.0 / (1.0 + np.exp(-logits(rows))))


_APPROACHES: dict[str, Callable[[Sequence[Row]], Scores]] = {
    "share of canaries": lambda rows: np.array([row.share for row in rows]),
    "lower quartile of the margin": lambda rows: np.array([row.margin for row in rows]),
    "drowning": lambda rows: np.array([row.drowned for row in rows]),
    "incoherence": lambda rows: np.array([row.incoherence for row in rows]),
    "all together": logits,
}
