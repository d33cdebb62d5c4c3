"""The same model with another length of texts is still the same model."""

from __future__ import annotations

from dataclasses import replace

import pytest

from memsvc.domain.drafts import NewItem
from memsvc.domain.recall import RecallQuery
from memsvc_agents.embed.hashing import HashingEmbedder
from tests.memory.conftest import ACTOR, SCOPE, World


def test_a_model_that_takes_longer_texts_is_taken(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.service.remember(SCOPE, [NewItem("tea")], actor=ACTOR)
    longer = replace(world.embedder.model, max_tokens=world.embedder.model.max_tokens + 1)
    monkeypatch.setattr(HashingEmbedder, "model", longer)
    world.service.remember(SCOPE, [NewItem("coffee")], actor=ACTOR)
    found = world.service.recall(SCOPE, RecallQuery("tea coffee")).hits
    assert {hit.note.content for hit in found} == {"tea", "coffee"}
