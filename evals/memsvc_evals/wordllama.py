"""The static embedder that published figures on LoCoMo were measured with: a mean of word vectors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from memsvc.errors import EmbedderUnavailable
from memsvc.ports.embedding import Matrix, Model, Vector

__all__ = ["WordLlamaEmbedder"]

_WEIGHTS: Final = "weights/l2_supercat_256.safetensors"
_TOKENIZER: Final = "tokenizers/l2_supercat_tokenizer_config.json"
_UNBOUNDED: Final = 2**31 - 1
_TYPES: Final = {"F32": np.float32, "F16": np.float16}


class WordLlamaEmbedder:
    """The files of the package `wordllama` 0.4 (256 dimensions), read without its code: nothing is downloaded.

    A text's vector is the mean of those of its tokens; there is no limit of length.
    """

    def __init__(self) -> None:
        """Load the files; raises EmbedderUnavailable when they are missing."""
        # Here and not at the top: most benchmarks use another embedder.
        from tokenizers import Tokenizer

        folder = _folder()
        self._vectors = _only_matrix(folder / _WEIGHTS)
        self._tokenizer: Any = Tokenizer.from_file(str(folder / _TOKENIZER))
        self._model = Model("wordllama-l2-supercat-256", self._vectors.shape[1], _UNBOUNDED)

    @property
    def model(self) -> Model:
        return self._model

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Return one vector per text, shape (n, dimension)."""
        found = np.zeros((len(texts), self._model.dimension), np.float32)
        encoded = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        for row, each in zip(found, encoded, strict=True):
            row[:] = self._vectors[each.ids].sum(axis=0, dtype=np.float32) if each.ids else 0
            if not row.any():
                row[0] = 1
            row /= np.linalg.norm(row)
        return found

    def embed_query(self, text: str) -> Vector:
        """Return the text's vector, shape (dimension,)."""
        vector: Vector = self.embed([text])[0]
        return vector

    def windows(self, text: str) -> list[tuple[int, int]]:
        """Return the whole text as one range."""
        return [(0, len(text))] if text else []


def _folder() -> Path:
    found = find_spec("wordllama")
    folder = Path(found.origin).parent if found is not None and found.origin is not None else None
    if folder is None or not (folder / _WEIGHTS).is_file() or not (folder / _TOKENIZER).is_file():
        raise EmbedderUnavailable(
            "the embedder `wordllama` needs the files of that package: pip install --no-deps 'wordllama==0.4.*'"
        )
    return folder


def _only_matrix(path: Path) -> NDArray[np.float32]:
    """Return the one tensor of a safetensors file: a length, that much JSON, the bytes."""
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    entries = json.loads(data[8:start])
    entries.pop("__metadata__", None)
    (entry,) = entries.values()
    begin, end = entry["data_offsets"]
    values = np.frombuffer(data[start + begin : start + end], _TYPES[entry["dtype"]])
    return values.reshape(entry["shape"]).astype(np.float32)
