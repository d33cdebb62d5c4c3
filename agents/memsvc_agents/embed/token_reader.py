"""The hidden states of the packaged model, which its vectors are made of."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.token_states import TokenStates
from memsvc_agents.embed.model_files import ModelFiles
from memsvc_agents.embed.onnx import PACKAGED_MODEL, open_session, padded
from memsvc_agents.embed.wordpiece import WordPiece

__all__ = ["LAYERS", "OnnxTokenReader", "packaged_token_reader"]

LAYERS: Final = (1, 2, 3, 4)
"""The layers, of six, whose states are read, counted from 0: lower ones know words, higher ones the whole text."""

_WINDOW: Final = 128
_NAMES: Final = tuple(f"encoder.layer.{layer}.output.norm" for layer in LAYERS)
# Numbers of fields in ONNX's protocol buffers.
_MODEL_GRAPH, _GRAPH_OUTPUT, _VALUE_NAME, _VALUE_TYPE, _TYPE_TENSOR = 7, 12, 1, 2, 1
_FLOATS: Final = b"\x08\x01"


class OnnxTokenReader:
    """Runs the packaged model for the states of layers 1 to 4, side by side, in windows of 128 tokens."""

    def __init__(self) -> None:
        """Load and verify the model; raises EmbedderUnavailable when a file is missing or damaged."""
        files = ModelFiles.open(PACKAGED_MODEL)
        self._tokenizer = WordPiece(files.read("vocab.txt"), max_tokens=_WINDOW)
        self._session = open_session(files.read("model.onnx") + _further_outputs(), threads=1)

    def read(self, texts: Sequence[str]) -> list[TokenStates]:
        """Return the states of each text's tokens, shape (n, 4 * 384), special tokens left out."""
        return [self._read(text) for text in texts]

    def _read(self, text: str) -> TokenStates:
        parts, ranges = [np.empty((0, 0), np.float32)], []
        for start, end in self._tokenizer.windows(text):
            ids, offsets = self._tokenizer.tokens(text[start:end])
            parts.append(self._states(ids)[1 : len(ids) - 1])
            ranges += [(start + first, start + last) for first, last in offsets]
        states = np.concatenate(parts[1:]) if ranges else parts[0]
        return TokenStates(states, tuple(ranges))

    def _states(self, ids: Sequence[int]) -> NDArray[np.float32]:
        whole = np.zeros((1, padded(len(ids))), np.int64)
        whole[0, : len(ids)] = ids
        mask = (np.arange(whole.shape[1]) < len(ids)).astype(np.int64)[None]
        found = self._session.run(list(_NAMES), {"input_ids": whole, "attention_mask": mask})
        return np.concatenate([np.asarray(each, np.float32) for each in found], axis=1)


@cache
def packaged_token_reader() -> OnnxTokenReader:
    """Return the reader of this process; raises EmbedderUnavailable."""
    return OnnxTokenReader()


def _further_outputs() -> bytes:
    """Return what, behind a model's bytes, makes outputs of values inside: protocol buffers merge so.

    The file that the embedder runs stays as it is, byte for byte.
    """
    floats = _field(_VALUE_TYPE, _field(_TYPE_TENSOR, _FLOATS))
    values = (_field(_GRAPH_OUTPUT, _field(_VALUE_NAME, name.encode()) + floats) for name in _NAMES)
    return _field(_MODEL_GRAPH, b"".join(values))


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    low, rest = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + _varint(rest) if rest else bytes([low])
