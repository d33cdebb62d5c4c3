"""A sentence-transformers directory with prompts, made small and at random."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from memsvc.errors import EmbedderUnavailable
from memsvc_agents.embed.onnx import PACKAGED_MODEL
from memsvc_agents.embed.sentence_transformers import SentenceTransformerEmbedder
from tests.support.needed import needed

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of one layer, 32 tokens long, that puts `question: ` before questions."""
    library = needed("sentence_transformers", extra="local")
    transformers = needed("transformers", extra="local")
    path = tmp_path_factory.mktemp("random-bert")
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    transformers.BertModel(transformers.BertConfig(**sizes, max_position_embeddings=32)).save_pretrained(path)
    transformers.BertTokenizerFast(vocab=str(PACKAGED_MODEL / "vocab.txt")).save_pretrained(path)
    prompts = {"query": "question: ", "document": ""}
    library.SentenceTransformer(str(path), prompts=prompts, device="cpu").save(str(path))
    return path


def test_the_id_names_the_weights(directory: Path) -> None:
    model = SentenceTransformerEmbedder(directory).model
    assert model.id.startswith(f"{directory.name}-")
    assert (model.dimension, model.max_tokens) == (16, 32)


def test_a_question_gets_the_query_prompt(directory: Path) -> None:
    embedder = SentenceTransformerEmbedder(directory)
    expected = embedder.embed(["question: where is Ada?"])[0]
    np.testing.assert_allclose(embedder.embed_query("where is Ada?"), expected, atol=1e-6)


def test_windows_leave_room_for_special_tokens_and_prompt(directory: Path) -> None:
    windows = SentenceTransformerEmbedder(directory).windows("a " * 57)
    assert windows == [(0, 38), (38, 76), (76, 114)]


def test_a_directory_with_broken_weights_is_refused(directory: Path, tmp_path: Path) -> None:
    (tmp_path / "modules.json").write_text("{not json")
    with pytest.raises(EmbedderUnavailable, match="cannot be loaded"):
        SentenceTransformerEmbedder(tmp_path)
