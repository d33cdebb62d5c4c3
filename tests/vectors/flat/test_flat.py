"""The flat form over the in-memory twin of a stored namespace."""

from __future__ import annotations

import numpy as np
import pytest

from memsvc.ports.embedding import Matrix, Model
from memsvc.ports.ranking import VectorDelta
from memsvc_stores.vectors import hidden
from memsvc_stores.vectors.codes.packing import unpack
from memsvc_stores.vectors.flat.search import FlatSearch
from memsvc_stores.vectors.layout import SLOTS
from memsvc_stores.vectors.limits import Limits
from memsvc_stores.vectors.slabs.memory import MemoryDraft, MemoryStored, commit
from memsvc_stores.vectors.tools import Tools
from memsvc_stores.vectors.upkeep import Upkeep

DIMENSION = 192
MODEL = Model("fake-192", DIMENSION, 256)
LIMITS = Limits(exact_keys=0, flat_keys=1 << 30, tail_bytes=1 << 30)
TOOLS = Tools(DIMENSION)


def clustered(count: int, seed: int = 1) -> Matrix:
    """Unit vectors that vary in 14 directions, as those of texts do: at float16 precision."""
    generator = np.random.default_rng(seed)
    directions = np.random.default_rng(0).standard_normal((14, DIMENSION))
    values = generator.standard_normal((count, 14)) @ directions
    values += 0.3 * generator.standard_normal((count, DIMENSION))
    values /= np.linalg.norm(values, axis=1, keepdims=True)
    return values.astype(np.float16).astype(np.float32)


def put(base: MemoryStored | None, notes: list[int], matrix: Matrix, *, purged: list[int] | None = None):
    draft = MemoryDraft(base)
    upkeep = Upkeep(draft, TOOLS.codec, namespace=1, model=MODEL, limits=LIMITS)
    shown = dict.fromkeys(notes, True)
    upkeep.apply(VectorDelta(upkeep.applied + 1, shown, purged or [], np.array(notes, np.int64), matrix))
    return commit(draft, upkeep.finish())


def found(stored: MemoryStored, query: Matrix, *, keep: int, accept=None, share: float = 1.0) -> list[int]:
    search = FlatSearch(stored, TOOLS.codec, scanner=TOOLS.scanner, scorer=TOOLS.scorer)
    kept = accept or (lambda rows: ~hidden.has(stored.extent("hidden"), rows))
    best = search.search(query, TOOLS.codec.rotate_query(query), keep=keep, accept=kept, share=share)
    return best.rows.tolist()


@pytest.fixture(scope="module")
def matrix() -> Matrix:
    return clustered(6_000)


@pytest.fixture(scope="module")
def stored(matrix) -> MemoryStored:
    return put(None, list(range(1, len(matrix) + 1)), matrix)


def recall(stored: MemoryStored, matrix: Matrix, chosen, *, accept=None, share: float = 1.0) -> float:
    hits = 0
    for query in clustered(100, seed=2):
        truth = chosen[np.argsort(-(matrix[chosen] @ query), kind="stable")[:10]]
        hits += len({*found(stored, query, keep=10, accept=accept, share=share)[:10]} & {*truth.tolist()})
    return hits / 1000


def test_the_nearest_rows_are_found(stored, matrix):
    assert recall(stored, matrix, np.arange(len(matrix))) > 0.98


@pytest.mark.parametrize("share", [0.5, 0.05, 0.005])
def test_the_nearest_of_the_accepted_rows_are_found(stored, matrix, share):
    accepted = np.random.default_rng(3).random(len(matrix)) < share
    got = recall(stored, matrix, accepted.nonzero()[0], accept=lambda rows: accepted[rows], share=share)
    assert got > 0.98


def test_scores_are_inner_products_best_first(stored, matrix):
    query = matrix[17]
    search = FlatSearch(stored, TOOLS.codec, scanner=TOOLS.scanner, scorer=TOOLS.scorer)
    best = search.search(query, TOOLS.codec.rotate_query(query), keep=10, accept=lambda rows: rows >= 0, share=1.0)
    np.testing.assert_allclose(best.scores, matrix[best.rows] @ query, atol=1e-5)
    assert (best.rows[0], (np.diff(best.scores) <= 0).all()) == (17, True)


def test_ten_thousand_identical_rows_are_all_found():
    same = np.repeat(clustered(1), 10_000, axis=0)
    many = put(None, list(range(1, 10_001)), same)
    assert len(found(many, same[0], keep=10_000)) == 10_000


def test_all_rows_are_found_when_more_are_wanted_than_there_are(stored, matrix):
    few = put(None, list(range(1, 51)), matrix[:50])
    assert sorted(found(few, matrix[0], keep=500)) == list(range(50))


def test_a_removed_row_leaves_no_byte_and_is_used_again(matrix):
    first = put(None, [1, 2, 3], matrix[:3])
    second = put(first, [], matrix[:0], purged=[2])
    codes = unpack(second.array("codes").items(np.array([0])))
    assert not codes[1].any()
    assert not second.array("rows").items(np.array([1])).any()
    assert second.array("notes").items(np.array([1])).view("<i8").tolist() == [[-1]]
    third = put(second, [9], matrix[8:9])
    assert (third.meta.rows, third.meta.living) == (3, 3)
    assert found(third, matrix[8], keep=1)[0] == 1


def test_a_code_stands_in_the_slot_of_its_row_after_many_small_changes(matrix):
    grown = None
    for start in range(0, 300, 7):
        part = matrix[start : start + 7]
        grown = put(grown, list(range(start + 1, start + 1 + len(part))), part)
    codes = unpack(grown.array("codes").items(np.arange(grown.array("codes").count)))
    expected = TOOLS.codec.encode(TOOLS.codec.rotate(matrix[: grown.meta.rows]))
    np.testing.assert_array_equal(codes[: grown.meta.rows], expected)
    assert len(codes) == SLOTS * -(-grown.meta.rows // SLOTS)
