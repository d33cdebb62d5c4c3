"""A cross-encoder directory: what goes in, what comes out, what is refused."""

from __future__ import annotations

import json
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from memsvc.errors import InvalidInput, RerankerUnavailable
from memsvc_agents.rerank.cross_encoder import CrossEncoderReranker
from tests.agents.rerank.conftest import save

QUESTION = "what is my cat called?"
TEXTS = ["My cat is called Mochi.", "I work at the harbour", "Tuesday is pottery night, as it was last year"]


@pytest.fixture(scope="module")
def reranker(directory: Path) -> CrossEncoderReranker:
    return CrossEncoderReranker(directory, batch_size=2)


@pytest.mark.slow
def test_a_score_is_the_models_logit_of_the_pair(
    reranker: CrossEncoderReranker, directory: Path, transformers: Any
) -> None:
    model = transformers.BertForSequenceClassification.from_pretrained(directory).eval()
    tokenizer = transformers.BertTokenizerFast.from_pretrained(directory)
    expected = [
        model(**tokenizer(QUESTION, text, return_tensors="pt")).logits.detach().numpy().item() for text in TEXTS
    ]
    scores = reranker.score(QUESTION, TEXTS)
    assert (reranker.name, scores.dtype, scores.shape) == ("random-ranker", np.float32, (3,))
    np.testing.assert_allclose(scores, expected, atol=1e-5)


@pytest.mark.slow
def test_no_texts_have_no_scores(reranker: CrossEncoderReranker) -> None:
    assert reranker.score(QUESTION, []).shape == (0,)


@pytest.mark.slow
def test_threads_get_the_scores_of_their_own_texts(reranker: CrossEncoderReranker) -> None:
    alone = [reranker.score(QUESTION, [text])[0] for text in TEXTS]
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda text: reranker.score(QUESTION, [text])[0], TEXTS * 5))
    np.testing.assert_allclose(found, alone * 5, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("tokens", [32, 512])
def test_the_end_of_a_long_text_is_not_read(directory: Path, tokens: int) -> None:
    reranker = CrossEncoderReranker(directory, max_tokens=tokens)
    beginning = "a " * 64
    found = reranker.score(QUESTION, [beginning + "cat", beginning + "harbour " * 10_000])
    assert found[0] == pytest.approx(found[1], abs=1e-6)


def test_a_directory_without_a_configuration_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"no config\.json"):
        CrossEncoderReranker(tmp_path)


@pytest.mark.parametrize(
    "config", [{"architectures": ["BertModel"]}, {}, [], {"architectures": None}, {"architectures": {"a": 1}}]
)
def test_a_model_without_a_head_is_refused(tmp_path: Path, config: object) -> None:
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(InvalidInput, match="is not a cross-encoder"):
        CrossEncoderReranker(tmp_path)


def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.json").write_text('{"architectures": ["BertForSequenceClassification"]}')
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(RerankerUnavailable, match=r"memsvc\[local\]"):
        CrossEncoderReranker(tmp_path)


@pytest.mark.slow
def test_a_model_with_several_outputs_is_refused(transformers: Any, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="3 scores per pair"):
        CrossEncoderReranker(save(transformers, tmp_path / "nli", labels=3))


@pytest.mark.slow
@pytest.mark.parametrize("weights", [None, b"not weights"])
def test_missing_or_broken_weights_are_said(directory: Path, tmp_path: Path, weights: bytes | None) -> None:
    broken = shutil.copytree(directory, tmp_path / "broken")
    (broken / "model.safetensors").unlink()
    if weights is not None:
        (broken / "model.safetensors").write_bytes(weights)
    with pytest.raises(RerankerUnavailable, match="cannot be loaded"):
        CrossEncoderReranker(broken)


@pytest.mark.slow
def test_scores_that_are_not_numbers_are_an_error(transformers: Any, directory: Path, tmp_path: Path) -> None:
    model = transformers.BertForSequenceClassification.from_pretrained(directory)
    model.classifier.bias.data.fill_(float("nan"))
    broken = shutil.copytree(directory, tmp_path / "broken")
    model.save_pretrained(broken)
    with pytest.raises(RerankerUnavailable, match="not numbers"):
        CrossEncoderReranker(broken).score(QUESTION, TEXTS)
