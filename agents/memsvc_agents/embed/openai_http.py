"""The HTTP side of an OpenAI-compatible embedding endpoint: one request with retries, and the answer checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import httpx
import numpy as np

from memsvc.errors import EmbedderUnavailable
from memsvc.ports.embedding import Matrix
from memsvc_agents.retrying import PassingFailure, RetryPolicy, asked_wait, retrying

__all__ = ["EmbeddingsEndpoint"]

TRANSIENT_STATUS = frozenset({408, 409, 425, 429})


class EmbeddingsEndpoint:
    """Posts texts to `<base_url>/embeddings`; the key appears in no error."""

    def __init__(
        self, client: httpx.Client, *, model: str, api_key: str, retry: RetryPolicy, sleep: Callable[[float], None]
    ) -> None:
        self._client = client
        self._model = model
        self._api_key = api_key
        self._retry = retry
        self._sleep = sleep

    def vectors(self, texts: Sequence[str], dimension: int) -> Matrix:
        """Return the endpoint's vectors in the texts' order, normalised; raises EmbedderUnavailable."""
        try:
            response = retrying(self._retry, self._sleep)(self._post, texts)
        except PassingFailure as error:
            raise EmbedderUnavailable(str(error), retry_after=error.retry_after) from error
        return _vectors(self._json(response), count=len(texts), dimension=dimension)

    def _post(self, texts: Sequence[str]) -> httpx.Response:
        body = {"model": self._model, "input": list(texts), "encoding_format": "float"}
        headers = {"Authorization": f"Bearer {self._api_key}"} if self._api_key else {}
        try:
            response = self._client.post("embeddings", json=body, headers=headers)
        except httpx.TransportError as error:
            raise PassingFailure(f"the embedding endpoint {self._where()} does not answer: {error!r}") from error
        if response.status_code in TRANSIENT_STATUS or response.status_code >= 500:
            raise PassingFailure(self._refusal(response), retry_after=asked_wait(response.headers))
        if response.status_code != 200:
            raise EmbedderUnavailable(self._refusal(response))
        return response

    def _json(self, response: httpx.Response) -> Any:
        try:
            return response.json()
        except ValueError as error:
            raise EmbedderUnavailable(
                f"the embedding endpoint {self._where()} answered no JSON: "
                "is the base URL right (it usually ends in /v1)?"
            ) from error

    def _refusal(self, response: httpx.Response) -> str:
        hint = ": check the API key" if response.status_code in {401, 403} else ""
        # Not its body: endpoints repeat what they were sent, and errors are logged and kept.
        return f"the embedding endpoint {self._where()} answered {response.status_code}{hint}"

    def _where(self) -> str:
        url = self._client.base_url
        return f"{url.scheme}://{url.host}{url.path}"


def _vectors(answer: Any, *, count: int, dimension: int) -> Matrix:
    try:
        items = {int(item["index"]): item["embedding"] for item in answer["data"]}
        rows = [items[number] for number in range(count)]
        vectors = np.array(rows, dtype=np.float32)
    except (KeyError, TypeError, ValueError) as error:
        raise EmbedderUnavailable(
            f"the embedding endpoint's answer is not one vector per text ({type(error).__name__})"
        ) from None
    if vectors.shape != (count, dimension):
        raise EmbedderUnavailable(
            f"the embedding endpoint gives vectors of shape {vectors.shape}, but {(count, dimension)} is "
            "configured: set the model's own dimension"
        )
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or (lengths == 0).any():
        raise EmbedderUnavailable("the embedding endpoint gave a vector that is zero, NaN or infinite")
    return np.asarray(vectors / lengths, dtype=np.float32)
