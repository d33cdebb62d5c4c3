"""The embedding cache of a namespace: Reader.vectors and Writer.vectors."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from memsvc.domain.scope import Scope
from memsvc.errors import DimensionMismatch, StorageReadOnly
from memsvc.ports.embedding import Model, Vector
from memsvc.ports.storage import Storage
from tests.support.drafts import MODEL, SCOPE, T0, sha256, unit_vector

A, B, C = (sha256(name) for name in "abc")


def put(storage: Storage, vectors: Mapping[str, Vector], *, model: Model = MODEL, scope: Scope = SCOPE) -> None:
    with storage.writer(scope) as writer:
        writer.open_namespace(MODEL, T0)
        writer.vectors.put_many(model, vectors)


def get(storage: Storage, *hashes: str, model: Model = MODEL, scope: Scope = SCOPE) -> dict[str, Vector]:
    with storage.reader(scope) as reader:
        return reader.vectors.get_many(model, hashes)


def test_what_was_put_comes_back(storage: Storage) -> None:
    put(storage, {A: unit_vector("a"), B: unit_vector("b")})
    found = get(storage, B, C, A)
    assert set(found) == {A, B}
    np.testing.assert_array_equal(found[A], unit_vector("a").astype(np.float16).astype(np.float32))
    assert (found[A].dtype, found[A].shape) == (np.float32, (8,))


def test_a_writer_reads_what_it_put(storage: Storage) -> None:
    with storage.writer(SCOPE) as writer:
        writer.open_namespace(MODEL, T0)
        writer.vectors.put_many(MODEL, {A: unit_vector("a")})
        assert set(writer.vectors.get_many(MODEL, [A, B])) == {A}


def test_putting_again_is_harmless(storage: Storage) -> None:
    put(storage, {A: unit_vector("a")})
    put(storage, {A: unit_vector("a"), B: unit_vector("b")})
    assert set(get(storage, A, B)) == {A, B}


def test_nothing_put_is_nothing_kept(storage: Storage) -> None:
    put(storage, {})
    assert get(storage) == {}


def test_many_vectors_at_once(storage: Storage) -> None:
    vectors = {sha256(f"text {n}"): unit_vector(f"text {n}") for n in range(1500)}
    put(storage, vectors)
    assert set(get(storage, *vectors)) == set(vectors)


def test_another_model_shares_nothing(storage: Storage) -> None:
    put(storage, {A: unit_vector("a")})
    assert get(storage, A, model=Model("another", 8, 256)) == {}


def test_another_dimension_is_never_returned(storage: Storage) -> None:
    put(storage, {A: unit_vector("a")})
    assert get(storage, A, model=Model(MODEL.id, 4, 256)) == {}


@pytest.mark.parametrize(
    "bad",
    [
        np.ones(7, np.float32),
        np.ones((1, 8), np.float32),
        np.array([np.nan] + [0.0] * 7, np.float32),
        np.array([np.inf] + [0.0] * 7, np.float32),
        np.array([1e6] + [0.0] * 7, np.float32),
    ],
    ids=["length", "shape", "nan", "inf", "too large for float16"],
)
def test_a_bad_vector_is_refused_and_none_is_kept(storage: Storage, bad: Vector) -> None:
    put(storage, {})
    with storage.writer(SCOPE) as writer, pytest.raises(DimensionMismatch):
        writer.vectors.put_many(MODEL, {A: unit_vector("a"), B: bad, C: unit_vector("c")})
    assert get(storage, A, B, C) == {}


def test_a_reader_puts_nothing(storage: Storage) -> None:
    put(storage, {})
    with storage.reader(SCOPE) as reader, pytest.raises(StorageReadOnly):
        reader.vectors.put_many(MODEL, {A: unit_vector("a")})


def test_namespaces_share_no_vectors(storage: Storage) -> None:
    put(storage, {A: unit_vector("a")})
    other = Scope.of(SCOPE.tenant, "space-2")
    put(storage, {B: unit_vector("b")}, scope=other)
    assert (set(get(storage, A, B)), set(get(storage, A, B, scope=other))) == ({A}, {B})
