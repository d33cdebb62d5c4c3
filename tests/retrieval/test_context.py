"""What notes lend each other: short neighbours, and the best of a session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc.ports.storage import Places
from memsvc_retrieval.context import ContextWeights, in_context, openness

SHORT, LONG = 10, 80
LENT = ContextWeights(short=20, long=60, beside=0.5, beyond=0.25, session=0.0, length=0.0)
BEST = replace(LENT, beside=0.0, beyond=0.0, session=0.5)

Stand = tuple[int, int, int]


def places(*stands: Stand, mean_words: float = 20) -> Places:
    """Return notes at (session, position) with their words."""
    return Places.of([(row, *stand) for row, stand in enumerate(stands, 1)], mean_words=mean_words)


def raised(scores: Sequence[float], *stands: Stand, weights: ContextWeights = LENT) -> list[float]:
    found: list[float] = in_context(np.array(scores, np.float64), places(*stands), weights).tolist()
    return found


def test_openness_falls_from_short_to_long() -> None:
    gate = openness(places(*((1, n, words) for n, words in enumerate((0, 20, 40, 60, 500)))), LENT)
    assert gate.tolist() == [1, 1, 0.5, 0, 0]


def test_notes_at_one_and_two_turns_lend_to_each_other() -> None:
    found = raised([1, 8, 64], (1, 0, SHORT), (1, 1, SHORT), (1, 2, SHORT))
    assert found == [1 + 8 / 2 + 64 / 4, 8 + 1 / 2 + 64 / 2, 64 + 8 / 2 + 1 / 4]


def test_a_turn_that_was_not_found_leaves_a_gap() -> None:
    assert raised([1, 8, 64], (1, 0, SHORT), (1, 2, SHORT), (1, 5, SHORT)) == [1 + 8 / 4, 8 + 1 / 4, 64]


def test_a_long_note_neither_borrows_nor_lends() -> None:
    stands = ((1, 0, SHORT), (1, 1, LONG), (1, 2, SHORT))
    assert raised([1, 8, 64], *stands) == [1 + 64 / 4, 8, 64 + 1 / 4]


def test_a_note_between_short_and_long_lends_in_part() -> None:
    assert raised([1, 8], (1, 0, 40), (1, 1, SHORT)) == [1 + 8 / 4, 8 + 1 / 4]


@pytest.mark.parametrize(
    "stands",
    [
        ((1, 0, SHORT), (2, 1, SHORT)),
        ((-1, 0, SHORT), (-1, 1, SHORT)),
        ((1, -1, SHORT), (1, 0, SHORT)),
        ((-1, -1, SHORT), (-1, -1, SHORT)),
        ((1, 4, SHORT), (1, 4, SHORT)),
    ],
    ids=["other session", "no session", "no position", "neither", "same position"],
)
def test_no_neighbours(stands: tuple[Stand, Stand]) -> None:
    assert raised([1, 8], *stands) == [1, 8]


def test_the_best_of_a_session_lends_to_its_short_notes() -> None:
    found = raised([1, 8, 2, 4], (1, 0, SHORT), (1, 9, LONG), (2, 0, SHORT), (1, 20, 40), weights=BEST)
    assert found == [1 + 8 / 2, 8, 2 + 2 / 2, 4 + 8 / 4]


def test_notes_without_a_session_have_no_best() -> None:
    assert raised([1, 8], (-1, -1, SHORT), (-1, -1, SHORT), weights=BEST) == [1, 8]


def test_the_best_of_a_session_is_what_it_is_with_its_neighbours() -> None:
    weights = replace(LENT, session=1.0)
    assert raised([1, 8], (1, 0, SHORT), (1, 1, SHORT), weights=weights) == [5 + 8.5, 8.5 + 8.5]


def test_a_note_of_more_words_says_more() -> None:
    weights = replace(LENT, length=0.5)
    found = in_context(np.ones(2), places((-1, -1, 0), (-1, -1, 30), mean_words=30), weights)
    assert found.tolist() == [1, 1.5]


def test_a_namespace_without_words_is_no_division_by_zero() -> None:
    found = in_context(np.ones(1), places((-1, -1, 0), mean_words=0), ContextWeights())
    assert found.tolist() == [1]


notes = st.lists(
    st.tuples(st.sampled_from([-1, 1, 2]), st.integers(-1, 6), st.integers(0, 100), st.floats(0.01, 1)),
    min_size=1,
    max_size=12,
    unique_by=lambda note: note[:2],
)


def _of(found: list[tuple[int, int, int, float]]) -> tuple[np.ndarray, Places]:
    return np.array([note[3] for note in found]), places(*(note[:3] for note in found))


@given(notes, st.randoms(use_true_random=False))
def test_the_order_of_notes_does_not_matter(found, random) -> None:
    order = list(range(len(found)))
    random.shuffle(order)
    straight = in_context(*_of(found), ContextWeights())
    shuffled = in_context(*_of([found[place] for place in order]), ContextWeights())
    np.testing.assert_allclose(shuffled, straight[order])


@given(notes, st.floats(0.001, 1000))
def test_only_proportions_matter(found, factor: float) -> None:
    scores, where = _of(found)
    np.testing.assert_allclose(
        in_context(scores * factor, where, ContextWeights()), factor * in_context(scores, where, ContextWeights())
    )


@given(notes, st.data(), st.floats(0.01, 1))
def test_a_better_note_lowers_nobody(found, data: st.DataObject, more: float) -> None:
    scores, where = _of(found)
    better = scores.copy()
    better[data.draw(st.integers(0, len(found) - 1))] += more
    assert (
        in_context(better, where, ContextWeights()) >= in_context(scores, where, ContextWeights()) - 1e-12
    ).all()


@given(notes)
def test_context_lowers_nobody_and_leaves_scores_as_they_are(found) -> None:
    scores, where = _of(found)
    kept = scores.copy()
    assert (in_context(scores, where, ContextWeights()) >= kept).all()
    assert scores.tolist() == kept.tolist()
