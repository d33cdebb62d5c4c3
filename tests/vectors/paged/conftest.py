"""Clustered vectors of 24 dimensions, stored in the flat form, and the paged form built from it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from memsvc.ports.embedding import Matrix, Vector
from memsvc.ports.ranking import Rows
from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.codes.packing import pack
from memsvc_stores.vectors.codes.scanner import Scanner
from memsvc_stores.vectors.codes.scorer import RowScorer
from memsvc_stores.vectors.forms import Accept
from memsvc_stores.vectors.layout import PAGE, SLOTS, Meta, block_bytes, row_bytes
from memsvc_stores.vectors.paged.build import build_paged
from memsvc_stores.vectors.paged.search import Effort, PagedSearch
from memsvc_stores.vectors.rows import StoredRows
from memsvc_stores.vectors.scores import Scores
from memsvc_stores.vectors.slabs.memory import MemoryDraft, MemoryStored, commit

DIMENSION = 24


@pytest.fixture(scope="session")
def codec() -> Codec:
    return Codec.of(DIMENSION)


@pytest.fixture
def clustered() -> Callable[[int], Matrix]:
    generator = np.random.default_rng(11)

    def make(count: int) -> Matrix:
        centres = generator.standard_normal((1 + count // 100, DIMENSION))
        spread = centres[generator.integers(len(centres), size=count)] + 0.6 * generator.standard_normal(
            (count, DIMENSION)
        )
        unit = spread / np.linalg.norm(spread, axis=1, keepdims=True)
        return unit.astype(np.float16).astype(np.float32)

    return make


@pytest.fixture
def flat_draft(codec: Codec) -> Callable[[Matrix], MemoryDraft]:
    """Store vectors in the flat form, row by row."""

    def store(vectors: Matrix) -> MemoryDraft:
        draft, item = MemoryDraft(None), row_bytes(DIMENSION)
        per_block, count = block_bytes(item) // item, len(vectors)
        codes = np.zeros((-(-count // SLOTS) * SLOTS, codec.code_bytes), np.uint8)
        codes[:count] = codec.encode(codec.rotate(vectors))
        rows = np.zeros((-(-count // per_block) * per_block, item), np.uint8)
        rows[:count, : 2 * DIMENSION] = vectors.astype("<f2").view(np.uint8)
        page = codec.page_bytes
        draft.create("codes", page_bytes=page, item_bytes=page).extend(pack(codes))
        draft.create("rows", page_bytes=block_bytes(item), item_bytes=item).extend(
            rows.reshape(-1, block_bytes(item))
        )
        notes = np.full(-(-count // 512) * 512, -1, "<i8")
        notes[:count] = np.arange(count)
        draft.create("notes", page_bytes=PAGE, item_bytes=8).extend(notes.view(np.uint8).reshape(-1, PAGE))
        times = np.zeros((-(-count // 256), PAGE), np.uint8)
        draft.create("times", page_bytes=PAGE, item_bytes=16).extend(times)
        return draft

    return store


@pytest.fixture
def paged(codec: Codec, flat_draft: Callable[[Matrix], MemoryDraft]) -> Callable[[Matrix], MemoryStored]:
    def build(vectors: Matrix) -> MemoryStored:
        draft, count = flat_draft(vectors), len(vectors)
        build_paged(draft, codec, living=np.arange(count), rows=count)
        return commit(draft, Meta(1, "paged", "m", DIMENSION, codec.name, 0, count, count, False))

    return build


class ByNote:
    """A search that takes and gives notes, which are numbered as the vectors were before the build."""

    def __init__(self, form: PagedSearch, stored: MemoryStored) -> None:
        self.form = form
        self._rows = StoredRows(stored, DIMENSION)

    def search(
        self, query: Vector, z: Vector, *, keep: int, accept: Accept | None, share: float
    ) -> tuple[Rows, Scores]:
        by_row = None if accept is None else lambda rows: accept(self._rows.notes(rows))
        best = self.form.search(query, z, keep=keep, accept=by_row, share=share)
        return self._rows.notes(best.rows), best.scores


@pytest.fixture
def search(codec: Codec) -> Callable[..., ByNote]:
    scanner, scorer = Scanner(codec), RowScorer(DIMENSION)

    def make(stored: MemoryStored, effort: Effort) -> ByNote:
        form = PagedSearch(stored, codec, scanner=lambda: scanner, scorer=lambda: scorer, effort=effort)
        return ByNote(form, stored)

    return make
