"""What every embedder promises."""

from __future__ import annotations

import numpy as np
import pytest

from memsvc.ports.embedding import Embedder

TEXTS = [
    "My cousin Ada moved to Lisbon in March.",
    "Which city did Ada move to?",
    "ok",
    "Straße, naïve, 東京, 🙂🙂, e\u0301",
    "   ",
    "word " * 120,
    "def f(x):\n\treturn x ** 2",
]
LONG = "The ferry leaves at nine. Ünïcode 東京 and numbers 12345,678.\n" * 120
AWKWARD = ["x", " ", "\n\n", LONG, "a" * 3000, "東京" * 400, "e\u0301" * 500, "[SEP] " * 400, "-" * 900]


def test_vectors_have_the_models_shape_and_type(embedder: Embedder) -> None:
    vectors = embedder.embed(TEXTS)
    assert (len(TEXTS), embedder.model.dimension) == vectors.shape
    assert np.float32 == vectors.dtype


@pytest.mark.parametrize("text", ["", *TEXTS, LONG], ids=lambda text: text[:12])
def test_vectors_have_length_one(embedder: Embedder, text: str) -> None:
    assert pytest.approx(np.linalg.norm(embedder.embed([text])[0]), abs=1e-3) == 1


def test_no_texts_give_no_vectors(embedder: Embedder) -> None:
    assert (0, embedder.model.dimension) == embedder.embed([]).shape


def test_the_same_text_gives_the_same_vector(embedder: Embedder) -> None:
    np.testing.assert_array_equal(embedder.embed(TEXTS), embedder.embed(TEXTS))


def test_a_vector_does_not_depend_on_its_batch(embedder: Embedder) -> None:
    alone = np.concatenate([embedder.embed([text]) for text in [*TEXTS, LONG]])
    np.testing.assert_allclose(embedder.embed([*TEXTS, LONG]), alone, atol=1e-5)


def test_vectors_keep_the_order_of_the_texts(embedder: Embedder) -> None:
    np.testing.assert_allclose(embedder.embed(TEXTS[::-1]), embedder.embed(TEXTS)[::-1], atol=1e-5)


def test_a_question_lies_nearest_to_its_answer(embedder: Embedder) -> None:
    answer, other = embedder.embed(["Ada moved to Lisbon in March", "bake the bread at 230 degrees"])
    asked = embedder.embed_query("When was it that Ada moved to Lisbon?")
    assert (embedder.model.dimension,) == asked.shape
    assert asked @ answer > asked @ other


def test_an_empty_text_has_no_windows(embedder: Embedder) -> None:
    assert embedder.windows("") == []


@pytest.mark.parametrize("text", AWKWARD, ids=lambda text: repr(text[:6]))
def test_windows_adjoin_and_cover_the_text(embedder: Embedder, text: str) -> None:
    windows = embedder.windows(text)
    assert text == "".join(text[start:end] for start, end in windows)
    assert all(start < end for start, end in windows)


@pytest.mark.parametrize("text", AWKWARD, ids=lambda text: repr(text[:6]))
def test_a_window_fits(embedder: Embedder, text: str) -> None:
    for start, end in embedder.windows(text):
        assert [(0, end - start)] == embedder.windows(text[start:end])


def test_a_long_text_gets_the_mean_of_its_windows(embedder: Embedder) -> None:
    parts = embedder.embed([LONG[start:end] for start, end in embedder.windows(LONG)])
    mean = parts.mean(axis=0)
    np.testing.assert_allclose(embedder.embed([LONG])[0], mean / np.linalg.norm(mean), atol=1e-3)
