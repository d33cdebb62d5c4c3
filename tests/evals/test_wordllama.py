"""The static embedder over files of a made-up model."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from memsvc.errors import EmbedderUnavailable
from memsvc_evals import wordllama
from memsvc_evals.wordllama import WordLlamaEmbedder

VECTORS = np.array([[0, 0], [3, 0], [0, 4]], np.float16)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package folder whose words are "a" and "b"."""
    header = json.dumps(
        {"__metadata__": {"x": "y"}, "e": {"dtype": "F16", "shape": [3, 2], "data_offsets": [0, VECTORS.nbytes]}}
    ).encode()
    (tmp_path / "weights").mkdir()
    content = len(header).to_bytes(8, "little") + header + VECTORS.tobytes()
    (tmp_path / "weights" / "l2_supercat_256.safetensors").write_bytes(content)
    (tmp_path / "tokenizers").mkdir()
    words = Tokenizer(models.WordLevel({"?": 0, "a": 1, "b": 2}, unk_token="?"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    words.save(str(tmp_path / "tokenizers" / "l2_supercat_tokenizer_config.json"))
    spec = SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(wordllama, "find_spec", lambda _: spec)
    return tmp_path


@pytest.mark.usefixtures("package")
def test_a_text_is_the_mean_of_its_words_with_length_one() -> None:
    embedder = WordLlamaEmbedder()
    assert embedder.embed(["a", "a b", "b b b"]).tolist() == [
        [1.0, 0.0],
        pytest.approx([0.6, 0.8]),
        [0.0, 1.0],
    ]
    assert embedder.model.dimension == 2


@pytest.mark.usefixtures("package")
def test_a_text_of_nothing_known_still_has_a_direction() -> None:
    assert np.linalg.norm(WordLlamaEmbedder().embed_query("? ?")) == pytest.approx(1.0)
    assert np.linalg.norm(WordLlamaEmbedder().embed_query("")) == pytest.approx(1.0)


def test_missing_files_are_named(package: Path) -> None:
    (package / "weights" / "l2_supercat_256.safetensors").unlink()
    with pytest.raises(EmbedderUnavailable, match="pip install --no-deps"):
        WordLlamaEmbedder()


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wordllama, "find_spec", lambda _: None)
    with pytest.raises(EmbedderUnavailable, match="wordllama"):
        WordLlamaEmbedder()
