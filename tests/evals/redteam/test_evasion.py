"""The guard's own detectors as an attacker runs them."""

from __future__ import annotations

import pytest

from memsvc.guard.model_file import load_model
from memsvc_agents.embed.make import EmbedderSpec, embedder_from
from memsvc_evals.redteam.corpora.corpus import Corpus
from memsvc_evals.redteam.evasion import known_detectors
from memsvc_evals.redteam.families.adaptive import KnownDetector

GIBBERISH = "kelvin tapestry renounced mitochondria sluice baroque tariffs wombat"
PLAIN = "She said that they went to the market on Saturday and bought some apples."


@pytest.fixture
def detectors(corpus: Corpus) -> dict[str, KnownDetector]:
    embedder = embedder_from(EmbedderSpec(kind="hashing"))
    return {each.name: each for each in known_detectors(embedder, corpus, load_model())}


def test_words_in_no_order_are_over_the_threshold_and_plain_ones_are_not(
    detectors: dict[str, KnownDetector],
) -> None:
    known = detectors["wordlm"]
    strange, plain = known.score([GIBBERISH, PLAIN])
    assert strange >= known.threshold > plain


def test_only_the_probe_is_asked_seldom(detectors: dict[str, KnownDetector]) -> None:
    assert {name: known.costly for name, known in detectors.items()} == {"wordlm": False, "transplant": True}


def test_each_text_has_a_score(detectors: dict[str, KnownDetector]) -> None:
    assert [len(known.score([GIBBERISH, PLAIN])) for known in detectors.values()] == [2, 2]
