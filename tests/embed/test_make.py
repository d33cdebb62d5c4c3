"""Embedders by specification, and the hashing one."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from memsvc.errors import EmbedderUnavailable, InvalidInput
from memsvc_agents.embed.hashing import HashingEmbedder
from memsvc_agents.embed.make import EmbedderSpec, embedder_from


def test_the_default_is_the_packaged_model() -> None:
    assert embedder_from(EmbedderSpec()).model.id == "all-MiniLM-L6-v2-int8"


def test_hashing_takes_a_dimension() -> None:
    assert embedder_from(EmbedderSpec(kind="hashing", dimension=16)).model.id == "hashing-16"


def test_openai_names_model_and_dimension() -> None:
    spec = EmbedderSpec(kind="openai", url="http://localhost:1/v1", model="small", dimension=8)
    assert embedder_from(spec).model.id == "small-8"


@pytest.mark.parametrize("kind", ["openai", "sentence-transformers"])
def test_a_missing_field_is_named(kind: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(kind)):
        embedder_from(EmbedderSpec(kind=kind))  # type: ignore[arg-type]


def test_a_directory_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmbedderUnavailable, match=r"no modules\.json"):
        embedder_from(EmbedderSpec(kind="sentence-transformers", path=tmp_path))


def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "modules.json").write_text("[]")
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(EmbedderUnavailable, match=r"memsvc\[local\]"):
        embedder_from(EmbedderSpec(kind="sentence-transformers", path=tmp_path))


def test_the_key_is_not_in_the_specifications_text() -> None:
    assert "sk-secret" not in repr(EmbedderSpec(kind="openai", api_key="sk-secret"))


def test_hashes_are_the_same_in_every_process() -> None:
    assert np.abs(HashingEmbedder(4).embed(["lighthouse"])[0]).tolist() == [0.0, 1.0, 0.0, 0.0]
