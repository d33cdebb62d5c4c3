"""Any OpenAI-compatible `/embeddings` endpoint."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence

import httpx
import numpy as np

from memsvc.ports.embedding import Matrix, Model, Vector
from memsvc_agents.embed.budget import DailyBudget
from memsvc_agents.embed.openai_http import EmbeddingsEndpoint
from memsvc_agents.embed.pooling import average_parts
from memsvc_agents.embed.windows import Range, Tokens, split
from memsvc_agents.retrying import RetryPolicy

__all__ = ["OpenAIEmbedder"]

WORD = re.compile(r"\S+\s*")
# Two ASCII characters, or one other, are at least as many tokens as common vocabularies make of them.
PIECE = re.compile(r"[\x00-\x7f]{1,2}|.", re.DOTALL)


class OpenAIEmbedder:
    """Sends texts to a remote model in batches; safe to call from several threads.

    The endpoint's tokenizer is not known, so `windows` counts tokens by a high estimate. A text over it is
    embedded window by window and gets their normalised mean.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        dimension: int,
        *,
        api_key: str = "",
        max_tokens: int = 8191,
        batch_size: int = 64,
        batch_characters: int = 100_000,
        timeout_seconds: float = 30,
        retry: RetryPolicy | None = None,
        budget: DailyBudget | None = None,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._model = Model(id=f"{model}-{dimension}", dimension=dimension, max_tokens=max_tokens)
        self._client = httpx.Client(base_url=base_url, timeout=timeout_seconds, transport=transport)
        self._endpoint = EmbeddingsEndpoint(
            self._client, model=model, api_key=api_key, retry=retry or RetryPolicy(), sleep=sleep
        )
        self._batch_size = batch_size
        self._batch_characters = batch_characters
        self._budget = budget

    @property
    def model(self) -> Model:
        return self._model

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Return one vector per text, shape (n, dimension); raises EmbedderUnavailable."""
        parts: list[str] = []
        owners: list[int] = []
        for number, text in enumerate(texts):
            # Endpoints refuse an empty text, so it is sent as a space.
            found = [text[start:end] for start, end in self.windows(text)] or [" "]
            parts += found
            owners += [number] * len(found)
        vectors = np.empty((len(parts), self._model.dimension), dtype=np.float32)
        for start, end in self._batches(parts):
            if self._budget is not None:
                self._budget.spend(sum(map(len, parts[start:end])))
            vectors[start:end] = self._endpoint.vectors(parts[start:end], self._model.dimension)
        return average_parts(vectors, owners, len(texts))

    def embed_query(self, text: str) -> Vector:
        """Return the vector of a question, shape (dimension,)."""
        vector: Vector = self.embed([text])[0]
        return vector

    def windows(self, text: str) -> list[tuple[int, int]]:
        """Return adjoining character ranges that cover the text, each within `max_tokens` by estimate."""
        return split(text, limit=self._model.max_tokens, tokenise=_estimated_tokens)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _batches(self, parts: Sequence[str]) -> Iterator[Range]:
        start, characters = 0, 0
        for number, part in enumerate(parts):
            full = number - start == self._batch_size or characters + len(part) > self._batch_characters
            if full and number > start:
                yield start, number
                start, characters = number, 0
            characters += len(part)
        if start < len(parts):
            yield start, len(parts)


def _estimated_tokens(text: str) -> Tokens:
    offsets: list[Range] = []
    words: list[int | None] = []
    for number, word in enumerate(WORD.finditer(text)):
        for piece in PIECE.finditer(text, *word.span()):
            offsets.append(piece.span())
            words.append(number)
    return Tokens(offsets, words)
