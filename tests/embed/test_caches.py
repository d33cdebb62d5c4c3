"""Both embedding caches, and the embedder that uses one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from memsvc.errors import DimensionMismatch, StorageBusy, StorageReadOnly
from memsvc.ports.embedding import EmbeddingCache, Matrix, Model, Vector
from memsvc_agents.embed.cache_file import FileEmbeddingCache
from memsvc_agents.embed.cached import CachedEmbedder, content_hash
from memsvc_agents.embed.hashing import HashingEmbedder
from memsvc_agents.embed.memory_cache import MemoryEmbeddingCache

MODEL = Model(id="m", dimension=4, max_tokens=8)
KEY, OTHER = content_hash("one"), content_hash("two")
VECTOR = np.array([0.5, -0.5, 0.5, 0.5], np.float32)


class CountingEmbedder(HashingEmbedder):
    """Keeps every text that it is asked for."""

    def __init__(self) -> None:
        super().__init__(32)
        self.embedded: list[str] = []
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> Matrix:
        self.embedded += texts
        return super().embed(texts)

    def embed_query(self, text: str) -> Vector:
        self.asked.append(text)
        return HashingEmbedder(32).embed([text])[0]


@pytest.fixture(params=["memory", "file"])
def cache(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EmbeddingCache]:
    if request.param == "memory":
        yield MemoryEmbeddingCache()
        return
    with FileEmbeddingCache(tmp_path / "vectors.sqlite") as file:
        yield file


def test_a_stored_vector_is_found(cache: EmbeddingCache) -> None:
    cache.put_many(MODEL, {KEY: VECTOR})
    found = cache.get_many(MODEL, [KEY, OTHER])
    assert list(found) == [KEY]
    np.testing.assert_array_equal(VECTOR, found[KEY])
    assert np.float32 == found[KEY].dtype


@pytest.mark.parametrize("model", [Model("n", 4, 8), Model("m", 8, 8)], ids=["id", "dimension"])
def test_another_model_finds_nothing(cache: EmbeddingCache, model: Model) -> None:
    cache.put_many(MODEL, {KEY: VECTOR})
    assert cache.get_many(model, [KEY]) == {}


@pytest.mark.parametrize("bad", [np.ones(3, np.float32), np.full(4, np.nan, np.float32)], ids=["length", "nan"])
def test_one_bad_vector_stores_none(cache: EmbeddingCache, bad: Vector) -> None:
    with pytest.raises(DimensionMismatch):
        cache.put_many(MODEL, {KEY: VECTOR, OTHER: bad})
    assert cache.get_many(MODEL, [KEY, OTHER]) == {}


def test_a_file_keeps_its_vectors(tmp_path: Path) -> None:
    with FileEmbeddingCache(tmp_path / "v.sqlite") as first:
        first.put_many(MODEL, {KEY: VECTOR})
    with FileEmbeddingCache(tmp_path / "v.sqlite") as second:
        np.testing.assert_array_equal(VECTOR, second.get_many(MODEL, [KEY])[KEY])


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "v.sqlite").write_text("not a database, but longer than a header of one hundred bytes" * 9)
    with pytest.raises(StorageReadOnly, match=r"v\.sqlite: file is not a database"):
        FileEmbeddingCache(tmp_path / "v.sqlite")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(StorageReadOnly, match="cannot be made"):
        FileEmbeddingCache(tmp_path / "taken" / "v.sqlite")


def test_a_file_locked_by_another_is_busy(tmp_path: Path) -> None:
    with FileEmbeddingCache(tmp_path / "v.sqlite", busy_seconds=0) as cache:
        other = sqlite3.connect(tmp_path / "v.sqlite")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageBusy):
            cache.put_many(MODEL, {KEY: VECTOR})
        other.close()


def test_the_memory_cache_drops_what_was_used_longest_ago() -> None:
    cache = MemoryEmbeddingCache(capacity=2)
    cache.put_many(MODEL, {KEY: VECTOR, OTHER: VECTOR})
    cache.get_many(MODEL, [KEY])
    cache.put_many(MODEL, {"third": VECTOR})
    assert {KEY, "third"} == set(cache.get_many(MODEL, [KEY, OTHER, "third"]))


def test_a_text_is_embedded_once(cache: EmbeddingCache) -> None:
    inner = CountingEmbedder()
    embedder = CachedEmbedder(inner, cache)
    embedder.embed(["one", "two", "one"])
    embedder.embed(["three", "two"])
    assert inner.embedded == ["one", "two", "three"]


def test_known_and_new_texts_come_in_order_and_alike(cache: EmbeddingCache) -> None:
    embedder = CachedEmbedder(CountingEmbedder(), cache)
    first = embedder.embed(["one word", "two words here", "three"])
    again = CachedEmbedder(CountingEmbedder(), cache).embed(["three", "new", "one word", "two words here"])
    np.testing.assert_array_equal(first[[2, 0, 1]], again[[0, 2, 3]])


def test_the_last_questions_are_remembered() -> None:
    inner = CountingEmbedder()
    embedder = CachedEmbedder(inner, MemoryEmbeddingCache(), query_cache_size=2)
    for question in ("a", "b", "a", "c", "a", "b"):
        embedder.embed_query(question)
    assert inner.asked == ["a", "b", "c", "b"]


def test_a_callers_change_does_not_reach_the_query_cache() -> None:
    embedder = CachedEmbedder(CountingEmbedder(), MemoryEmbeddingCache())
    expected = embedder.embed_query("a").copy()
    embedder.embed_query("a")[:] = 0
    np.testing.assert_array_equal(expected, embedder.embed_query("a"))
