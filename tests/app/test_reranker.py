"""The service is composed with the reranker of its settings, or without one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from memsvc.app import build
from memsvc.domain.drafts import NewItem
from memsvc.domain.recall import RecallQuery
from memsvc.domain.receipts import Actor
from memsvc.domain.scope import Scope
from memsvc.errors import InvalidInput
from memsvc.ports.reranking import RerankScores
from memsvc.settings import GuardSettings, RerankerSettings, Settings
from memsvc_agents.embed.hashing import HashingEmbedder
from memsvc_stores.memory import MemoryStorage

SCOPE = Scope.of("acme", "alice")


class Shortest:
    """Likes short texts."""

    name = "shortest"

    def score(self, question: str, texts: Sequence[str]) -> RerankScores:
        return np.array([-len(text) for text in texts], np.float32)


def test_a_reranker_reads_as_many_notes_as_the_settings_say(tmp_path: Path) -> None:
    guard = GuardSettings(level="off")
    settings = Settings(data_dir=tmp_path, reranker=RerankerSettings(depth=5), guard=guard)
    texts = [f"dog called {'Pixel ' * size}" for size in range(1, 8)]
    with build(settings, storage=MemoryStorage(), embedder=HashingEmbedder(), reranker=Shortest()) as app:
        app.service.remember(SCOPE, [NewItem(text) for text in texts], actor=Actor("tester"))
        hits = app.service.recall(SCOPE, RecallQuery("dog called Pixel", explain=True)).hits
    assert ["rerank" in hit.arms for hit in hits] == [True] * 5 + [False] * 2
    assert [len(hit.note.content) for hit in hits[:5]] == sorted(len(hit.note.content) for hit in hits[:5])


def test_without_a_path_nothing_is_reranked(tmp_path: Path) -> None:
    with build(Settings(data_dir=tmp_path), storage=MemoryStorage(), embedder=HashingEmbedder()) as app:
        app.service.remember(SCOPE, [NewItem("dog")], actor=Actor("tester"))
        hit = app.service.recall(SCOPE, RecallQuery("dog", explain=True)).hits[0]
    assert "rerank" not in hit.arms


def test_a_directory_that_is_no_cross_encoder_ends_the_start(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, reranker=RerankerSettings(path=tmp_path))
    with pytest.raises(InvalidInput, match="is not a cross-encoder"):
        build(settings, storage=MemoryStorage(), embedder=HashingEmbedder())
