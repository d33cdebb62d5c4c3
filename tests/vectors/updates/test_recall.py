"""Postings that changed in place answer as well as postings built anew from the same rows."""

from __future__ import annotations

import numpy as np
import pytest

from memsvc_stores.vectors.codes.packing import pack
from memsvc_stores.vectors.codes.scanner import Scanner
from memsvc_stores.vectors.codes.scorer import RowScorer
from memsvc_stores.vectors.layout import PAGE, SLOTS, Meta
from memsvc_stores.vectors.paged.build import build_paged
from memsvc_stores.vectors.paged.search import Effort, PagedSearch
from memsvc_stores.vectors.slabs.memory import MemoryDraft, commit

COUNT = 8000
K = 10
# Few enough postings that a row in a wrong one is missed, and rows enough that the codes do not matter.
EFFORT = Effort(28, 600, results=K, fall=None)


def recall(space, queries) -> float:
    codec, count = space.codec, len(space.vectors)
    for name, item_bytes in (("notes", 8), ("times", 16)):
        space.draft.create(name, page_bytes=PAGE, item_bytes=item_bytes)
    stored = commit(space.draft, Meta(1, "paged", "m", codec.dimension, codec.name, 0, count, count, False))
    space.draft = MemoryDraft(stored)
    space.reopen()
    scorer = RowScorer(codec.dimension)
    scanner = Scanner(codec)
    search = PagedSearch(stored, codec, scanner=lambda: scanner, scorer=lambda: scorer, effort=EFFORT)
    truth = np.argsort(-(queries @ space.vectors.astype(np.float32).T), axis=1)[:, :K]
    found = 0
    for query, nearest in zip(queries, truth, strict=True):
        rows = search.search(query, codec.rotate_query(query), keep=K, accept=None, share=1.0).rows
        found += len(np.intersect1d(rows[:K], nearest))
    return found / truth.size


def rebuilt(space):
    padded = np.zeros((-(-COUNT // SLOTS) * SLOTS, space.codec.code_bytes), np.uint8)
    padded[:COUNT] = space.codes
    page = space.codec.page_bytes
    space.draft.create("codes", page_bytes=page, item_bytes=page).extend(pack(padded))
    for name, item_bytes in (("notes", 8), ("times", 16)):
        pages = np.zeros((-(-COUNT * item_bytes // PAGE), PAGE), np.uint8)
        space.draft.create(name, page_bytes=PAGE, item_bytes=item_bytes).extend(pages)
    order = build_paged(space.draft, space.codec, living=np.arange(COUNT), rows=COUNT)
    space.vectors = space.vectors[order]
    return space


@pytest.mark.slow
def test_growth_and_a_half_exchanged_cost_no_recall(grown, notes) -> None:
    vectors, queries = np.split(notes(COUNT + 500, seed=1, clusters=200), [COUNT])
    bulk = recall(rebuilt(grown(vectors)), queries)
    assert 0.9 < bulk < 0.995
    space = grown(vectors)
    space.insert_singly(np.arange(COUNT))
    space.updater.finish()
    assert recall(space, queries) > bulk - 0.01
    half = np.random.default_rng(2).permutation(COUNT)[: COUNT // 2]
    space.delete(half)
    space.updater.finish()
    space.insert_singly(half)
    space.updater.finish()
    assert space.problems() == []
    assert recall(space, queries) > bulk - 0.01
