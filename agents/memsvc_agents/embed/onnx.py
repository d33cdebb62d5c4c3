"""The default embedder: ONNX Runtime on the CPU, without torch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from memsvc.errors import EmbedderUnavailable
from memsvc.ports.embedding import Matrix, Model, Vector
from memsvc_agents.embed.model_files import ModelFiles
from memsvc_agents.embed.pooling import average_parts
from memsvc_agents.embed.wordpiece import WordPiece

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

__all__ = ["PACKAGED_MODEL", "OnnxEmbedder", "open_session", "padded"]

PACKAGED_MODEL = Path(__file__).parent / "data" / "all-MiniLM-L6-v2"
# Texts share a batch only when they are padded to the same length, so that padding, too, depends on a text alone.
PADDED_TO = 8


class OnnxEmbedder:
    """Runs a model directory made by tools/export_minilm.py; the packaged one by default.

    A text's vector is the same to the last bit in every batch. A text over `max_tokens` is embedded window by
    window and gets their normalised mean: prefer one key per window (`windows`), which finds more.
    """

    def __init__(self, directory: Path | None = None, *, threads: int = 1, batch_tokens: int = 2048) -> None:
        """Load and verify the model; raises EmbedderUnavailable when a file is missing or damaged."""
        files = ModelFiles.open(directory or PACKAGED_MODEL)
        self._model = files.model
        self._tokenizer = WordPiece(files.read("vocab.txt"), max_tokens=files.model.max_tokens)
        self._session = open_session(files.read("model.onnx"), threads=threads)
        self._batch_tokens = batch_tokens

    @property
    def model(self) -> Model:
        return self._model

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Return one vector per text, shape (n, dimension)."""
        parts: list[list[int]] = []
        owners: list[int] = []
        for number, text in enumerate(texts):
            found = self._parts(text)
            parts += found
            owners += [number] * len(found)
        vectors = np.empty((len(parts), self._model.dimension), dtype=np.float32)
        for batch in self._batches(parts):
            vectors[batch] = self._run([parts[number] for number in batch])
        return average_parts(vectors, owners, len(texts))

    def embed_query(self, text: str) -> Vector:
        """Return the vector of a question, shape (dimension,); these models have no query prompt."""
        vector: Vector = self.embed([text])[0]
        return vector

    def windows(self, text: str) -> list[tuple[int, int]]:
        """Return adjoining character ranges that cover the text, each within `max_tokens`."""
        return self._tokenizer.windows(text)

    def _parts(self, text: str) -> list[list[int]]:
        ids = self._tokenizer.ids(text)
        if len(ids) <= self._model.max_tokens:
            return [ids]
        return [self._tokenizer.ids(text[start:end]) for start, end in self.windows(text)]

    def _batches(self, parts: Sequence[Sequence[int]]) -> Iterator[list[int]]:
        """Yield the numbers of parts that may run together: equal padded length, bounded tokens."""
        by_length: dict[int, list[int]] = {}
        for number, part in enumerate(parts):
            by_length.setdefault(padded(len(part)), []).append(number)
        for length, numbers in by_length.items():
            size = max(1, self._batch_tokens // length)
            for start in range(0, len(numbers), size):
                yield numbers[start : start + size]

    def _run(self, parts: Sequence[Sequence[int]]) -> Matrix:
        ids = np.zeros((len(parts), padded(len(parts[0]))), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, part in enumerate(parts):
            ids[row, : len(part)] = part
            mask[row, : len(part)] = 1
        (vectors,) = self._session.run(["embedding"], {"input_ids": ids, "attention_mask": mask})
        return np.asarray(vectors, dtype=np.float32)


def padded(length: int) -> int:
    """Return the length that a text of so many tokens is padded to."""
    return -(-length // PADDED_TO) * PADDED_TO


def open_session(model: bytes, *, threads: int) -> InferenceSession:
    """Open a model; raises EmbedderUnavailable when it is none."""
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # The higher levels fuse residual and normalisation into an operator that is seven times slower on CPUs.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except (
        state.Fail,
        state.InvalidArgument,
        state.InvalidGraph,
        state.InvalidProtobuf,
        state.NotImplemented,
        state.RuntimeException,
    ) as error:
        raise EmbedderUnavailable(f"onnxruntime cannot load the embedding model: {error}") from error
