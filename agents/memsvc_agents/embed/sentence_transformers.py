"""Any sentence-transformers model directory (extra `local`)."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from memsvc.errors import EmbedderUnavailable
from memsvc.ports.embedding import Matrix, Model, Vector
from memsvc_agents.embed.pooling import average_parts
from memsvc_agents.embed.windows import Range, Tokens, split

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

__all__ = ["SentenceTransformerEmbedder"]

# Models without a stated limit get one, so that windows exist.
DEFAULT_MAX_TOKENS = 512


class SentenceTransformerEmbedder:
    """Runs a local directory with torch on the CPU, one call at a time; never asks a hub.

    A text over `max_tokens` is embedded window by window and gets their normalised mean.
    """

    def __init__(self, directory: Path, *, threads: int = 1, batch_size: int = 16) -> None:
        """Load the model; raises EmbedderUnavailable when the extra or the directory is missing."""
        self._encoder = _load(directory, threads=threads)
        self._batch_size = batch_size
        self._lock = Lock()
        self._model = Model(
            id=f"{directory.name}-{_weights_hash(directory)[:12]}",
            dimension=_dimension(self._encoder),
            max_tokens=int(self._encoder.max_seq_length or DEFAULT_MAX_TOKENS),
        )
        self._limit = self._model.max_tokens - _reserved_tokens(self._encoder)

    @property
    def model(self) -> Model:
        return self._model

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Return one vector per text, shape (n, dimension)."""
        parts: list[str] = []
        owners: list[int] = []
        for number, text in enumerate(texts):
            found = [text[start:end] for start, end in self.windows(text)] or [text]
            parts += found
            owners += [number] * len(found)
        if not parts:
            return np.empty((0, self._model.dimension), dtype=np.float32)
        with self._lock:
            vectors = self._encoder.encode_document(parts, **self._options())
        return average_parts(np.asarray(vectors, dtype=np.float32), owners, len(texts))

    def embed_query(self, text: str) -> Vector:
        """Return the vector of a question, shape (dimension,), with the model's own query prompt."""
        with self._lock:
            vector = self._encoder.encode_query([text], **self._options())[0]
        return np.asarray(vector, dtype=np.float32)

    def windows(self, text: str) -> list[tuple[int, int]]:
        """Return adjoining character ranges that cover the text, each within `max_tokens`."""
        with self._lock:
            return split(text, limit=self._limit, tokenise=self._tokens)

    def _options(self) -> dict[str, Any]:
        return {"batch_size": self._batch_size, "normalize_embeddings": True, "show_progress_bar": False}

    def _tokens(self, text: str) -> Tokens:
        found = self._encoder.tokenizer(
            text, add_special_tokens=False, return_offsets_mapping=True, truncation=False, verbose=False
        )
        offsets: list[Range] = found["offset_mapping"]
        return Tokens(offsets, found.word_ids(0))


def _load(directory: Path, *, threads: int) -> SentenceTransformer:
    if not (directory / "modules.json").is_file():
        raise EmbedderUnavailable(f"{directory} is not a sentence-transformers directory: it has no modules.json")
    try:
        import torch
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise EmbedderUnavailable(
            f"sentence-transformers is not installed ({error}): pip install 'memsvc[local]'"
        ) from error
    torch.set_num_threads(threads)
    try:
        encoder = SentenceTransformer(str(directory), device="cpu", local_files_only=True)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise EmbedderUnavailable(f"{directory} cannot be loaded: {error}") from error
    if not getattr(encoder.tokenizer, "is_fast", False):
        raise EmbedderUnavailable(f"{directory} has no fast tokenizer (tokenizer.json), which windows need")
    return encoder


def _reserved_tokens(encoder: SentenceTransformer) -> int:
    """Return how many tokens of each text go to special tokens and to the longest prompt."""
    tokenizer = encoder.tokenizer
    prompts = [prompt for prompt in encoder.prompts.values() if prompt]
    lengths = (len(tokenizer(prompt, add_special_tokens=False)["input_ids"]) for prompt in prompts)
    return int(tokenizer.num_special_tokens_to_add()) + max(lengths, default=0)


def _dimension(encoder: SentenceTransformer) -> int:
    dimension = encoder.get_embedding_dimension()
    if not dimension:
        raise EmbedderUnavailable("the sentence-transformers model does not say its dimension")
    return int(dimension)


def _weights_hash(directory: Path) -> str:
    """Return one hash of all weight files, so that the model's id names its weights."""
    digest = sha256()
    for path in sorted((*directory.rglob("*.safetensors"), *directory.rglob("pytorch_model*.bin"))):
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
