"""With a codec for inner products, vectors of any length within the bound are found by flat and paged forms."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from memsvc.ports.embedding import Matrix
from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.codes.packing import pack, unpack
from memsvc_stores.vectors.codes.scanner import Scanner
from memsvc_stores.vectors.codes.scorer import RowScorer
from memsvc_stores.vectors.flat.search import FlatSearch
from memsvc_stores.vectors.forms import FormSearch
from memsvc_stores.vectors.layout import EMPTY, PAGE, SLOTS, Meta, block_bytes, row_bytes
from memsvc_stores.vectors.paged.build import build_paged, start_paged
from memsvc_stores.vectors.paged.search import Effort, PagedSearch
from memsvc_stores.vectors.paged.updates import PagedUpdater
from memsvc_stores.vectors.rows import StoredRows
from memsvc_stores.vectors.slabs.memory import MemoryDraft, MemoryStored, commit

DIMENSION = 96
COUNT = 1_500
BOUND = 3.01
EVERYTHING = Effort(1 << 20, 600)
A_FEW = Effort(12, 300)

Store = Callable[[Matrix, Codec], MemoryStored]


def lengthy(count: int, *, longest: float = 3.0) -> Matrix:
    generator = np.random.default_rng(3)
    vectors = generator.standard_normal((count, DIMENSION))
    lengths = generator.uniform(longest / 15, longest, (count, 1))
    return (
        (lengths * vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16).astype(np.float32)
    )


def codes_of(vectors: Matrix, codec: Codec) -> np.ndarray:
    return codec.encode(codec.rotate(vectors))


def draft_of(vectors: Matrix) -> MemoryDraft:
    """Store rows, notes and times, without codes."""
    draft, item, count = MemoryDraft(None), row_bytes(DIMENSION), len(vectors)
    per_block = block_bytes(item) // item
    rows = np.zeros((-(-count // per_block) * per_block, item), np.uint8)
    rows[:count, : 2 * DIMENSION] = vectors.astype("<f2").view(np.uint8)
    draft.create("rows", page_bytes=block_bytes(item), item_bytes=item).extend(rows.reshape(-1, block_bytes(item)))
    notes = np.full(-(-count // 512) * 512, -1, "<i8")
    notes[:count] = np.arange(count)
    draft.create("notes", page_bytes=PAGE, item_bytes=8).extend(notes.view(np.uint8).reshape(-1, PAGE))
    draft.create("times", page_bytes=PAGE, item_bytes=16).extend(np.zeros((-(-count // 256), PAGE), np.uint8))
    return draft


def flat_draft(vectors: Matrix, codec: Codec) -> MemoryDraft:
    draft = draft_of(vectors)
    codes = np.zeros((-(-len(vectors) // SLOTS) * SLOTS, codec.code_bytes), np.uint8)
    codes[: len(vectors)] = codes_of(vectors, codec)
    draft.create("codes", page_bytes=codec.page_bytes, item_bytes=codec.page_bytes).extend(pack(codes))
    return draft


def committed(draft: MemoryDraft, codec: Codec, *, form: str, count: int) -> MemoryStored:
    return commit(draft, Meta(1, form, "m", DIMENSION, codec.name, 0, count, count, False))


def flat(vectors: Matrix, codec: Codec) -> MemoryStored:
    return committed(flat_draft(vectors, codec), codec, form="flat", count=len(vectors))


def built(vectors: Matrix, codec: Codec) -> MemoryStored:
    draft, count = flat_draft(vectors, codec), len(vectors)
    build_paged(draft, codec, living=np.arange(count), rows=count)
    return committed(draft, codec, form="paged", count=count)


def grown(vectors: Matrix, codec: Codec, *, at_once: int = 1) -> MemoryStored:
    draft, codes = draft_of(vectors), codes_of(vectors, codec)
    start_paged(draft, codec)
    updater = PagedUpdater(draft, codec)
    for start in range(0, len(vectors), at_once):
        some = np.arange(start, min(start + at_once, len(vectors)))
        updater.insert(some, vectors[some], codes[some])
    updater.finish()
    return committed(draft, codec, form="paged", count=len(vectors))


def search_of(stored: MemoryStored, codec: Codec, effort: Effort) -> FormSearch:
    scanner, scorer = Scanner(codec), RowScorer(DIMENSION)
    if stored.meta.form == "flat":
        return FlatSearch(stored, codec, scanner=lambda: scanner, scorer=lambda: scorer, reranked=300)
    return PagedSearch(stored, codec, scanner=lambda: scanner, scorer=lambda: scorer, effort=effort)


def entries(stored: MemoryStored) -> tuple[np.ndarray, np.ndarray]:
    """Return the row of each slot of each posting, and its code."""
    postings = np.arange(stored.array("codes").count)
    pages = np.empty((len(postings), stored.array("codes").page_bytes), np.uint8)
    stored.array("codes").gather(postings, pages)
    return stored.array("ids").items(postings).view(np.uint32).ravel(), unpack(pages)


def recall(store: Store, vectors: Matrix, queries: Matrix, effort: Effort) -> float:
    """Return the share of the ten largest inner products that are found."""
    codec = Codec.of(DIMENSION, inner_product_bound=BOUND)
    stored = store(vectors, codec)
    search, rows = search_of(stored, codec, effort), StoredRows(stored, DIMENSION)
    hits = 0
    for query in queries:
        found = search.search(query, codec.rotate_query(query), keep=10, accept=None, share=1.0).rows
        hits += len(np.intersect1d(rows.notes(found), np.argsort(-(vectors @ query))[:10]))
    return hits / (10 * len(queries))


@pytest.mark.parametrize("store", [flat, built, grown])
def test_the_largest_inner_products_are_found(store: Store) -> None:
    queries = np.random.default_rng(8).standard_normal((30, DIMENSION)).astype(np.float32)
    assert recall(store, lengthy(COUNT), queries, EVERYTHING) >= 0.9


@pytest.mark.parametrize("store", [built, grown])
def test_a_few_postings_hold_the_largest_inner_products_of_a_cluster(store: Store) -> None:
    generator = np.random.default_rng(8)
    centres = generator.standard_normal((20, DIMENSION))
    directions = centres[generator.integers(20, size=COUNT)] + 0.5 * generator.standard_normal((COUNT, DIMENSION))
    lengths = np.linalg.norm(lengthy(COUNT), axis=1, keepdims=True)
    vectors = lengths * directions / np.linalg.norm(directions, axis=1, keepdims=True)
    stored = vectors.astype(np.float16).astype(np.float32)
    queries = (centres + 0.3 * generator.standard_normal(centres.shape)).astype(np.float32)
    assert recall(store, stored, queries, A_FEW) >= 0.9


@pytest.mark.parametrize("at_once", [1, 100])
def test_each_place_of_a_row_holds_its_code(at_once: int) -> None:
    codec, vectors = Codec.of(DIMENSION, inner_product_bound=BOUND), lengthy(300)
    rows, codes = entries(grown(vectors, codec, at_once=at_once))
    used = rows != EMPTY
    assert set(rows[used].tolist()) == set(range(300))
    np.testing.assert_array_equal(codes[used], codes_of(vectors, codec)[rows[used]])


def test_single_inserts_choose_the_postings_of_a_batch() -> None:
    codec, vectors = Codec.of(DIMENSION, inner_product_bound=BOUND), lengthy(300)
    single, _ = entries(grown(vectors, codec))
    batch, _ = entries(grown(vectors, codec, at_once=100))
    np.testing.assert_array_equal(single, batch)


@pytest.mark.parametrize("store", [built, grown])
def test_empty_slots_score_opposite_to_their_head(store: Store) -> None:
    codec = Codec.of(DIMENSION, inner_product_bound=BOUND)
    stored = store(lengthy(300), codec)
    rows, codes = entries(stored)
    postings = np.arange(stored.array("codes").count)
    heads = stored.array("centroids").items(postings)[:, : 2 * DIMENSION].copy().view("<f2").astype(np.float32)
    rotated = np.repeat(codec.rotate_directions(heads), SLOTS, axis=0)
    scores = np.einsum("ij,ij->i", codec.decode(codes), rotated)[rows == EMPTY]
    assert scores.max() < -0.6


@pytest.mark.parametrize("store", [built, grown])
def test_heads_may_be_longer_than_the_bound(store: Store) -> None:
    vectors = lengthy(300, longest=0.5)
    rows, _ = entries(store(vectors, Codec.of(DIMENSION, inner_product_bound=0.51)))
    assert set(rows[rows != EMPTY].tolist()) == set(range(300))
