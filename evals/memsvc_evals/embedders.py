"""The embedders that benchmarks can use: the service's, and one that is only for comparison."""

from __future__ import annotations

from typing import Literal, TypeAlias

from memsvc.ports.embedding import Embedder
from memsvc_agents.embed.make import EmbedderKind, EmbedderSpec, embedder_from
from memsvc_evals.wordllama import WordLlamaEmbedder

__all__ = ["BenchEmbedder", "bench_embedder"]

BenchEmbedder: TypeAlias = EmbedderKind | Literal["wordllama"]


def bench_embedder(kind: BenchEmbedder) -> Embedder:
    """Return the embedder, loaded; raises EmbedderUnavailable when its files are missing."""
    return WordLlamaEmbedder() if kind == "wordllama" else embedder_from(EmbedderSpec(kind=kind))
