"""The packaged model: its numbers, its limits, its files."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from memsvc.errors import EmbedderUnavailable, InvalidInput
from memsvc.ports.embedding import Model
from memsvc_agents.embed.onnx import PACKAGED_MODEL, OnnxEmbedder
from tests.support.needed import needed

GOLDEN = json.loads((Path(__file__).parent / "golden_minilm.json").read_text(encoding="utf-8"))


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A copy of the packaged model, to be damaged."""
    return Path(shutil.copytree(PACKAGED_MODEL, tmp_path / "model"))


def test_the_model_names_its_weights_and_precision(onnx: OnnxEmbedder) -> None:
    assert Model(id="all-MiniLM-L6-v2-int8", dimension=384, max_tokens=256) == onnx.model


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: golden["text"][:20])
def test_first_components_are_the_recorded_ones(onnx: OnnxEmbedder, golden: dict[str, list[float]]) -> None:
    np.testing.assert_allclose(onnx.embed([golden["text"]])[0][:8], golden["int8"], atol=2e-3)


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: golden["text"][:20])
def test_vectors_are_near_those_of_the_float_model(onnx: OnnxEmbedder, golden: dict[str, list[float]]) -> None:
    reference = np.array(golden["fp32"], np.float32)
    assert onnx.embed([golden["text"]])[0] @ reference >= 0.98


def test_a_vector_is_the_same_to_the_last_bit_in_every_batch(onnx: OnnxEmbedder) -> None:
    texts = [" ".join(["loud"] * n) for n in range(1, 40)] + ["!" * n for n in range(1, 40)]
    alone = np.concatenate([onnx.embed([text]) for text in texts])
    np.testing.assert_array_equal(alone, onnx.embed(texts))


def test_no_weight_can_saturate_a_16_bit_pair_sum() -> None:
    onnx_format = needed("onnx", extra="test")
    model = onnx_format.load(PACKAGED_MODEL / "model.onnx")
    weights = [
        onnx_format.numpy_helper.to_array(tensor)
        for tensor in model.graph.initializer
        if tensor.name.endswith(".weight") and tensor.data_type == onnx_format.TensorProto.INT8
    ]
    assert len(weights) == 24
    assert max(2 * 255 * np.abs(weight.astype(int)).max() for weight in weights) < 2**15


def test_windows_of_a_long_text_are_about_equal(onnx: OnnxEmbedder) -> None:
    windows = onnx.windows("word " * 300)
    assert windows == [(0, 750), (750, 1500)]


def test_windows_end_between_words(onnx: OnnxEmbedder) -> None:
    text = "incomprehensibilities " * 200
    assert all(text[start:].startswith("incomp") for start, _ in onnx.windows(text))


def test_threads_get_the_vectors_of_their_own_texts(onnx: OnnxEmbedder) -> None:
    texts = [f"note number {number}" for number in range(32)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(onnx.embed_query, texts))
    np.testing.assert_array_equal(np.stack(found), onnx.embed(texts))


def test_a_lone_surrogate_is_refused(onnx: OnnxEmbedder) -> None:
    with pytest.raises(InvalidInput, match="not valid Unicode"):
        onnx.embed(["a\ud800b"])


def test_a_directory_without_a_card_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmbedderUnavailable, match=r"model\.json cannot be read"):
        OnnxEmbedder(tmp_path)


def test_a_card_without_hashes_is_refused(directory: Path) -> None:
    (directory / "model.json").write_text('{"id": "x", "dimension": 4, "max_tokens": 8}')
    with pytest.raises(EmbedderUnavailable, match="is not a model card"):
        OnnxEmbedder(directory)


@pytest.mark.parametrize("name", ["model.onnx", "vocab.txt"])
def test_one_flipped_bit_is_noticed(directory: Path, name: str) -> None:
    data = bytearray((directory / name).read_bytes())
    data[len(data) // 2] ^= 1
    (directory / name).write_bytes(data)
    with pytest.raises(EmbedderUnavailable, match=f"{name} is damaged"):
        OnnxEmbedder(directory)


def test_a_missing_model_file_is_named(directory: Path) -> None:
    (directory / "model.onnx").unlink()
    with pytest.raises(EmbedderUnavailable, match=r"model\.onnx cannot be read"):
        OnnxEmbedder(directory)


def test_a_file_that_is_no_model_is_refused(directory: Path) -> None:
    card = json.loads((directory / "model.json").read_text())
    card["sha256"]["model.onnx"] = card["sha256"]["vocab.txt"]
    (directory / "model.json").write_text(json.dumps(card))
    shutil.copy(directory / "vocab.txt", directory / "model.onnx")
    with pytest.raises(EmbedderUnavailable, match="cannot load"):
        OnnxEmbedder(directory)
