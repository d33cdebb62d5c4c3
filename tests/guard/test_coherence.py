"""Words that belong to no sentence are found where they stand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from math import erf, sqrt

import numpy as np
import pytest

from memsvc.guard.coherence import ORDINARY, SHAPES, Coherence, Head
from memsvc.guard.model_file import load_model
from memsvc.guard.words import cut
from memsvc.ports.token_states import TokenStates
from memsvc_agents.embed.token_reader import packaged_token_reader

# No published or optimised trigger, but words of the sort.
PLANTED = "whereas lagoon notarised sixteen trombones harvest ledger"
ORDINARY_TEXTS = (
    "We walked along the river and talked about the holidays of next summer.",
    "Could you recommend a quiet hotel near the station, with breakfast, for two nights?",
    "Please answer in short paragraphs from now on, and leave out the greeting.",
    "My sister is allergic to nuts, so I bake the cake without almonds.",
    "The deployment failed because the database could not be reached.",
)


@cache
def packaged() -> Coherence:
    return Coherence(load_model().head, packaged_token_reader())


class Told:
    """A reader whose state of each word is what the test says, one token a word."""

    def __init__(self, logits: Mapping[str, float]) -> None:
        self._logits = logits

    def read(self, texts: Sequence[str]) -> list[TokenStates]:
        return [self._read(text) for text in texts]

    def _read(self, text: str) -> TokenStates:
        words = cut(text)
        states = np.zeros((len(words.texts), SHAPES["coherence/first"][0]), np.float32)
        states[:, 0] = [self._logits.get(word, -3.0) for word in words.lowered]
        return TokenStates(states, tuple(zip(words.starts, words.ends, strict=True)))


def passing() -> Head:
    """Return a head that gives back the first number of a token's state."""
    arrays = {name: np.zeros(shape, np.float32) for name, shape in SHAPES.items()}
    # x = gelu(x + 100) - 100 for what is far over -100.
    arrays["coherence/first"][0, 0] = 1.0
    arrays["coherence/first_bias"][0] = 100.0
    arrays["coherence/mix"][2, 0, 0] = 1.0
    arrays["coherence/last"][0], arrays["coherence/last"][-1] = 1.0, -100.0
    return Head.of(arrays)


def told(**logits: float) -> Coherence:
    return Coherence(passing(), Told(logits))


def test_the_worst_words_in_a_row_count() -> None:
    found = told(odd=1.0).incoherence("one two three odd odd odd odd four five six")

    assert found == pytest.approx((4 * (1.0 + 3.0)) / math.sqrt(4), abs=1e-3)


def test_more_words_in_a_row_are_surer() -> None:
    coherence = told(odd=1.0)

    few, more = (coherence.incoherence(f"one two {'odd ' * count} three four") for count in (4, 8))

    assert more > few


def test_ordinary_words_do_not_add_up() -> None:
    coherence = told(mild=-3.5)

    assert coherence.incoherence("mild " * 40) == pytest.approx(-0.5 * math.sqrt(4), abs=1e-3)


def test_only_words_that_touch_the_given_range_count() -> None:
    text = "odd odd odd odd one two three four five six seven eight nine ten eleven twelve"
    end = (text.index("twelve"), len(text))
    coherence = told(odd=5.0)

    assert coherence.incoherence(text, (0, 3)) > 10
    assert coherence.incoherence(text, end) < 5


@pytest.mark.parametrize("text", ["", "?!", "yes", "thank you"])
def test_of_too_few_words_nothing_is_said(text: str) -> None:
    assert packaged().incoherence(text) == ORDINARY


def test_a_word_of_several_tokens_counts_once() -> None:
    class Pieces(Told):
        def _read(self, text: str) -> TokenStates:
            states = np.zeros((5, SHAPES["coherence/first"][0]), np.float32)
            states[:, 0] = [-3.0, 7.0, 1.0, -3.0, -3.0]
            return TokenStates(states, ((0, 3), (4, 7), (7, 10), (11, 14), (15, 18)))

    found = Coherence(passing(), Pieces({})).incoherence("one oddodd two six")

    assert found == pytest.approx((4.0 + 3.0) / math.sqrt(4), abs=1e-3)


def test_the_head_is_that_of_its_formula() -> None:
    rng = np.random.default_rng(3)
    arrays = {name: rng.normal(0, 0.05, shape).astype(np.float32) for name, shape in SHAPES.items()}
    states = rng.normal(0, 1, (6, 1536)).astype(np.float32)

    def gelu(values: np.ndarray) -> np.ndarray:
        return np.array([[x * (1 + erf(x / sqrt(2))) / 2 for x in row] for row in values])

    def layer(rows: np.ndarray, weights: np.ndarray, bias: np.ndarray) -> np.ndarray:
        return gelu(
            np.array(
                [
                    bias
                    + sum(rows[at - 2 + place] @ weights[place] for place in range(5) if 0 <= at - 2 + place < 6)
                    for at in range(6)
                ]
            )
        )

    mixed = gelu(states @ arrays["coherence/first"] + arrays["coherence/first_bias"])
    mixed = layer(mixed, arrays["coherence/mix"], arrays["coherence/mix_bias"])
    for weights, bias in zip(arrays["coherence/further"], arrays["coherence/further_bias"], strict=True):
        mixed = mixed + layer(mixed, weights, bias)
    wanted = mixed @ arrays["coherence/last"][:-1] + arrays["coherence/last"][-1]

    assert Head.of(arrays).logits(states) == pytest.approx(wanted, abs=1e-3)


def test_planted_words_look_planted_and_sentences_do_not() -> None:
    coherence = packaged()
    highest = max(coherence.incoherence(text) for text in ORDINARY_TEXTS)

    for text in ORDINARY_TEXTS:
        assert coherence.incoherence(f"{text} {PLANTED}") > highest + 5
        assert coherence.incoherence(f"{PLANTED} {text}") > highest + 5
