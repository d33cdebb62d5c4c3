"""A cross-encoder from a sentence-transformers model directory (extra `local`)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from memsvc.errors import InvalidInput, RerankerUnavailable
from memsvc.ports.reranking import RerankScores

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

__all__ = ["CrossEncoderReranker"]

# English has four to five characters a token; more than this are cut off before tokens are counted.
_CHARS_PER_TOKEN = 10


class CrossEncoderReranker:
    """Runs a local directory with torch on the CPU, one call at a time; never asks a hub.

    Of a pair over `max_tokens` the end of the longer text is left out.
    """

    def __init__(self, directory: Path, *, threads: int = 1, batch_size: int = 16, max_tokens: int = 256) -> None:
        """Load the model; raises InvalidInput for another kind of directory, RerankerUnavailable for the rest."""
        _check(directory)
        self._encoder = _load(directory, threads=threads, max_tokens=max_tokens)
        self._name = directory.name
        self._batch_size = batch_size
        self._chars = max_tokens * _CHARS_PER_TOKEN
        self._lock = Lock()

    @property
    def name(self) -> str:
        return self._name

    def score(self, question: str, texts: Sequence[str]) -> RerankScores:
        """Return the model's logit for each pair of the question and a text, shape (n,)."""
        from torch.nn import Identity

        if not texts:
            return np.empty(0, np.float32)
        pairs = [(question[: self._chars], text[: self._chars]) for text in texts]
        try:
            with self._lock:
                found = self._encoder.predict(
                    pairs, batch_size=self._batch_size, activation_fn=Identity(), show_progress_bar=False
                )
        except (RuntimeError, ValueError, IndexError) as error:
            raise RerankerUnavailable(f"{self._name} failed: {type(error).__name__}") from error
        scores = np.asarray(found, np.float32)
        if not np.isfinite(scores).all():
            raise RerankerUnavailable(f"{self._name} gave scores that are not numbers")
        return scores


def _check(directory: Path) -> None:
    """Refuse what is no cross-encoder: a head of random weights would be put on it without a word."""
    try:
        config = json.loads((directory / "config.json").read_bytes())
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{directory} is not a cross-encoder directory: no config.json can be read") from error
    names = config.get("architectures") if isinstance(config, dict) else None
    first = names[0] if isinstance(names, list) and names else None
    if not str(first).endswith("ForSequenceClassification"):
        raise InvalidInput(
            f"{directory} is not a cross-encoder: its architecture is {names}, not one for sequence classification"
        )


def _load(directory: Path, *, threads: int, max_tokens: int) -> CrossEncoder:
    try:
        import torch
        from safetensors import SafetensorError
        from sentence_transformers import CrossEncoder
    except ImportError as error:
        raise RerankerUnavailable(
            f"sentence-transformers is not installed ({error}): pip install 'memsvc[local]'"
        ) from error
    torch.set_num_threads(threads)
    try:
        encoder: CrossEncoder = CrossEncoder(str(directory), device="cpu", local_files_only=True)
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        raise RerankerUnavailable(f"{directory} cannot be loaded: {error}") from error
    if encoder.num_labels != 1:
        raise InvalidInput(f"{directory} gives {encoder.num_labels} scores per pair; a reranker gives one")
    encoder.max_seq_length = min(encoder.max_seq_length or max_tokens, max_tokens)
    return encoder
