"""Build an embedder from what the settings say."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, assert_never

from memsvc.errors import InvalidInput
from memsvc.ports.embedding import Embedder
from memsvc_agents.embed.budget import DailyBudget

__all__ = ["EmbedderKind", "EmbedderSpec", "embedder_from"]

EmbedderKind = Literal["onnx", "hashing", "sentence-transformers", "openai"]


@dataclass(frozen=True, slots=True)
class EmbedderSpec:
    """Which embedder, and with what; a field that the kind does not use is ignored.

    onnx: path (the packaged model when None), threads. hashing: dimension (64 when None).
    sentence-transformers: path, threads. openai: url, model, dimension, api_key, daily_characters.
    """

    kind: EmbedderKind = "onnx"
    path: Path | None = None
    url: str | None = None
    model: str | None = None
    dimension: int | None = None
    api_key: str = field(default="", repr=False)
    threads: int = 1
    daily_characters: int | None = None


def embedder_from(spec: EmbedderSpec) -> Embedder:
    """Return the embedder, loaded; raises InvalidInput for a missing field, EmbedderUnavailable for the rest."""
    match spec.kind:
        case "onnx":
            from memsvc_agents.embed.onnx import OnnxEmbedder

            return OnnxEmbedder(spec.path, threads=spec.threads)
        case "hashing":
            from memsvc_agents.embed.hashing import HashingEmbedder

            return HashingEmbedder(spec.dimension or 64)
        case "sentence-transformers":
            from memsvc_agents.embed.sentence_transformers import SentenceTransformerEmbedder

            if spec.path is None:
                raise InvalidInput("the embedder `sentence-transformers` needs the path of a model directory")
            return SentenceTransformerEmbedder(spec.path, threads=spec.threads)
        case "openai":
            return _openai(spec)
        case _:
            assert_never(spec.kind)


def _openai(spec: EmbedderSpec) -> Embedder:
    from memsvc_agents.embed.openai import OpenAIEmbedder

    if spec.url is None or spec.model is None or spec.dimension is None:
        raise InvalidInput("the embedder `openai` needs a url, a model name and a dimension")
    budget = DailyBudget(spec.daily_characters) if spec.daily_characters is not None else None
    return OpenAIEmbedder(spec.url, spec.model, spec.dimension, api_key=spec.api_key, budget=budget)
