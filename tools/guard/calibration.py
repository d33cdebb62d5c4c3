"""Score benign texts that the model has not learnt from, for its prior p-values."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from arrays import benign_arrays
from benign_texts import Session

from memsvc.guard.arrays_file import Array
from memsvc.guard.conformal import LENGTH_BUCKETS, KindClass, LengthBucket, length_bucket
from memsvc.guard.model_file import GuardModel

__all__ = ["prior"]

_TEXTS = 9_000
_NAMESPACE = 2_000
_DEMANDING_STEP = 4
"""Of the texts that look like instructions every fourth counts: about a twentieth of what is scored."""
_CANDIDATES = 8
_MOST_HOLDERS = 50
_AS_IF: dict[tuple[str, LengthBucket], LengthBucket] = {("wordlm", "short"): "medium"}
"""Short texts of dialogues are greetings and list items; a stored question is as dense as a longer text."""

Scored = Sequence[tuple[str, float]]


def prior(
    model: GuardModel,
    held_out: Sequence[Session],
    stored: Sequence[tuple[str, str]],
    hard: Mapping[str, Scored],
) -> dict[str, Array]:
    """Return the benign scores of the cheap detectors by kind and length.

    `stored` are questions with their facts, `hard` are benign texts that look like instructions, by class, with
    the payload score of a classifier that was not fitted on their templates.
    """
    arrays: dict[str, Array] = {}
    payloads = [pair for scored in hard.values() for pair in scored[::_DEMANDING_STEP]]
    for kind, texts in _by_kind(held_out, stored).items():
        arrays |= _by_length("wordlm", kind, [(text, model.wordlm.examine(text).score) for text in texts])
        ordinary = [(text, model.payload.examine(text).score) for text in texts]
        arrays |= _by_length("payload", kind, [*ordinary, *payloads])
        namespaces = [*_parted(texts), *([text for text, _ in scored] for scored in hard.values())]
        arrays |= _by_length("runs", kind, [pair for each in namespaces for pair in _run_scores(model, each)])
    return arrays


def _by_length(detector: str, kind: KindClass, scored: Scored) -> dict[str, Array]:
    arrays = benign_arrays(detector, kind, None, [score for _, score in scored])
    for bucket in LENGTH_BUCKETS:
        like = _AS_IF.get((detector, bucket), bucket)
        if chosen := [score for text, score in scored if length_bucket(text) == like]:
            arrays |= benign_arrays(detector, kind, bucket, chosen)
    return arrays


def _by_kind(held_out: Sequence[Session], stored: Sequence[tuple[str, str]]) -> dict[KindClass, list[str]]:
    rng = random.Random("calibration")
    rounds = [text for session in held_out for text in session.rounds()]
    said = [text for session in held_out for text in session.users()]
    replies = [text for session in held_out for text in session.replies()]
    sentences = [line.strip() for text in replies for line in text.splitlines() if line.strip()]
    paragraphs = [part.strip() for text in replies for part in text.split("\n\n") if part.strip()]
    short_said = [text for text in said if length_bucket(text) in ("short", "medium")]
    keyed = [text for question, known in stored for text in (question, f"user: {question}\nassistant: {known}")]
    return {
        "round": _sampled(rng, rounds) + _sampled(rng, short_said) + keyed,
        "statement": _sampled(rng, sentences) + _sampled(rng, paragraphs) + [text for _, text in stored],
        "document": _sampled(rng, replies) + _sampled(rng, paragraphs),
    }


def _sampled(rng: random.Random, texts: Sequence[str]) -> list[str]:
    return rng.sample(texts, min(_TEXTS, len(texts)))


def _parted(texts: Sequence[str]) -> list[Sequence[str]]:
    """Return the texts as namespaces of two thousand notes, as many as a user may have."""
    return [texts[start : start + _NAMESPACE] for start in range(0, len(texts), _NAMESPACE)]


def _run_scores(model: GuardModel, texts: Sequence[str]) -> list[tuple[str, float]]:
    """Return each text with its score against those of its namespace that share the most rare shingles with it."""
    hashes = [[shingle.hash for shingle in model.runs.rare_shingles(text)] for text in texts]
    holders: dict[int, list[int]] = defaultdict(list)
    for place, found in enumerate(hashes):
        for value in found:
            holders[value].append(place)
    scored = []
    for place, text in enumerate(texts):
        shared = Counter(
            other for value in hashes[place] for other in holders[value][:_MOST_HOLDERS] if other != place
        )
        others = [texts[other] for other, _ in shared.most_common(_CANDIDATES)]
        scored.append((text, model.runs.shared_run(text, others).score))
    return scored
