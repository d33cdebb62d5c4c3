"""The states of tokens are those that the packaged model's vectors are made of."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from memsvc_agents.embed.onnx import PACKAGED_MODEL
from memsvc_agents.embed.token_reader import LAYERS, OnnxTokenReader, packaged_token_reader
from memsvc_agents.embed.wordpiece import WordPiece
from tests.support.needed import needed

TEXT = "She’s sold the unbelievably old lighthouse, hasn't she?"


@pytest.fixture
def reader() -> OnnxTokenReader:
    return packaged_token_reader()


def test_each_token_has_its_characters_and_its_states(reader: OnnxTokenReader) -> None:
    (read,) = reader.read([TEXT])

    pieces = [TEXT[start:end] for start, end in read.ranges]
    assert "".join(pieces) == TEXT.replace(" ", "")
    assert "lighthouse" in pieces
    assert read.states.shape == (len(pieces), 384 * len(LAYERS))
    assert read.states.dtype == np.float32


def test_the_states_are_those_of_the_layers(reader: OnnxTokenReader) -> None:
    onnx_format, onnxruntime = needed("onnx", extra="test"), needed("onnxruntime", extra="server")
    model = onnx_format.load(PACKAGED_MODEL / "model.onnx")
    names = [f"encoder.layer.{layer}.output.norm" for layer in LAYERS]
    kind = onnx_format.TensorProto.FLOAT
    model.graph.output.extend(onnx_format.helper.make_tensor_value_info(name, kind, None) for name in names)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    ids = WordPiece((PACKAGED_MODEL / "vocab.txt").read_bytes(), max_tokens=128).ids(TEXT)
    given = {"input_ids": np.array([ids]), "attention_mask": np.ones((1, len(ids)), np.int64)}

    expected = np.concatenate(session.run(names, given), axis=1)[1:-1]

    np.testing.assert_allclose(reader.read([TEXT])[0].states, expected, atol=1e-3)


def test_a_long_text_is_read_to_its_end(reader: OnnxTokenReader) -> None:
    text = "word " * 400 + "end"

    (read,) = reader.read([text])

    assert len(read.ranges) == len(read.states) == 401
    assert text[slice(*read.ranges[-1])] == "end"


@pytest.mark.parametrize("text", ["", "  \n "])
def test_a_text_without_words_has_no_tokens(reader: OnnxTokenReader, text: str) -> None:
    (read,) = reader.read([text])

    assert read.ranges == ()
    assert len(read.states) == 0


def test_threads_may_read_at_once(reader: OnnxTokenReader) -> None:
    texts = [f"{TEXT} {number}" for number in range(40)]
    alone = [read.states for read in reader.read(texts)]

    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda text: reader.read([text])[0].states, texts))

    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one, other)
