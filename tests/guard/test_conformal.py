"""p-values are right, exactly: rank for rank where nothing is left out, and never too small."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc.domain.notes import Kind
from memsvc.guard.conformal import BenignScores, benjamini_hochberg, combine, kind_class, length_bucket

SCORES = st.lists(st.integers(0, 40).map(float), min_size=1, max_size=60)


def _by_definition(benign: list[float], score: float) -> float:
    return (1 + sum(each >= score for each in benign)) / (len(benign) + 1)


@given(benign=SCORES, score=st.integers(-1, 41).map(float))
def test_the_p_value_of_a_small_sample_is_the_definition(benign: list[float], score: float) -> None:
    assert BenignScores.of(benign).p_value(score) == pytest.approx(_by_definition(benign, score))


@given(seed=st.integers(0, 2**32 - 1), size=st.integers(200, 3000))
def test_a_sketch_never_gives_a_smaller_p_value_and_is_exact_at_the_top(seed: int, size: int) -> None:
    benign = np.random.default_rng(seed).normal(size=size).astype(np.float32)
    sketch = BenignScores.of(benign)
    assert (sketch.count, len(sketch.values) <= 192) == (size, True)
    for score in np.quantile(benign, [0.0, 0.3, 0.7, 0.99, 1.0]):
        true = _by_definition(benign.tolist(), float(np.float32(score)))
        assert sketch.p_value(float(score)) >= true - 1e-12
    top = float(np.sort(benign)[-5])
    assert sketch.p_value(top) == pytest.approx(_by_definition(benign.tolist(), top))


@given(pool=st.lists(st.integers(0, 15).map(float), min_size=2, max_size=40), level=st.floats(0.01, 1.0))
def test_p_values_are_super_uniform_on_exchangeable_scores(pool: list[float], level: float) -> None:
    """Of n + 1 exchangeable scores each is as likely the new one: P(p <= level) is a plain mean over them."""
    hits = sum(
        BenignScores.of(pool[:place] + pool[place + 1 :]).p_value(score) <= level
        for place, score in enumerate(pool)
    )
    assert hits / len(pool) <= level + 1e-12


@given(benign=SCORES, alpha=st.floats(0.01, 0.9))
def test_what_exceeds_the_threshold_has_a_p_value_of_alpha_or_less(benign: list[float], alpha: float) -> None:
    scores = BenignScores.of(benign)
    threshold = scores.threshold(alpha)
    if np.isfinite(threshold):
        assert scores.p_value(threshold) > alpha or threshold == min(benign)
        assert scores.p_value(float(np.nextafter(np.float32(threshold), np.float32(np.inf)))) <= alpha
    else:
        assert 1 / (len(benign) + 1) > alpha


@pytest.mark.parametrize("bad", [[], [1.0, float("nan")], [[1.0], [2.0]]])
def test_scores_that_are_none_are_refused(bad: list[float]) -> None:
    with pytest.raises(ValueError, match="finite"):
        BenignScores.of(bad)


def test_a_namespace_is_judged_by_its_own_scores_once_it_has_enough() -> None:
    prior, few, many = (BenignScores.of(np.arange(size)) for size in (50, 9, 10))
    assert combine(prior, few, enough=10) is prior
    assert combine(prior, many, enough=10) is many
    assert combine(None, few, enough=10) is few
    assert combine(prior, None) is prior
    assert combine(None, None) is None


def test_benjamini_and_hochbergs_own_example() -> None:
    values = [
        *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459),
        *(0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0),
    ]
    assert [each <= 0.05 for each in benjamini_hochberg(values)] == [True] * 4 + [False] * 11
    assert benjamini_hochberg(values[::-1]) == benjamini_hochberg(values)[::-1]


@given(values=st.lists(st.floats(0.0, 1.0), max_size=30))
def test_a_q_value_is_the_least_rate_at_which_the_step_up_rejects(values: list[float]) -> None:
    ordered = sorted(values)
    for value, found in zip(values, benjamini_hochberg(values), strict=True):
        rates = [len(values) * each / n for n, each in enumerate(ordered, start=1) if each >= value]
        assert found == pytest.approx(min(1.0, *rates))


@pytest.mark.parametrize(
    ("words", "bucket"),
    [(0, "short"), (12, "short"), (13, "medium"), (60, "medium"), (61, "long"), (120, "long"), (121, "very_long")],
)
def test_buckets_of_length(words: int, bucket: str) -> None:
    assert length_bucket("word " * words) == bucket


def test_every_kind_has_a_class() -> None:
    assert [kind_class(kind) for kind in Kind] == ["round", "statement", "statement", "document", "document"]
