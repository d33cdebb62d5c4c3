"""A cross-encoder of one layer, made at random."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from memsvc_agents.embed.onnx import PACKAGED_MODEL
from tests.support.needed import needed

SIZES = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}


@pytest.fixture(scope="session")
def transformers() -> Any:
    needed("sentence_transformers", extra="local")
    return needed("transformers", extra="local")


def save(transformers: Any, path: Path, *, labels: int | None) -> Path:
    """Save a tiny BERT of 64 positions with so many outputs, or (None) without a head."""
    if labels is None:
        model = transformers.BertModel(transformers.BertConfig(**SIZES, max_position_embeddings=64))
    else:
        config = transformers.BertConfig(**SIZES, max_position_embeddings=64, num_labels=labels)
        model = transformers.BertForSequenceClassification(config)
    model.save_pretrained(path)
    transformers.BertTokenizerFast(vocab=str(PACKAGED_MODEL / "vocab.txt")).save_pretrained(path)
    return path


@pytest.fixture(scope="session")
def directory(transformers: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(transformers, tmp_path_factory.mktemp("models") / "random-ranker", labels=1)
