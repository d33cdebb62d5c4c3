from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from memsvc.errors import InvalidInput
from memsvc_evals.ann import truth
from memsvc_evals.ann.dataset import AnnData, read_dataset
from memsvc_evals.ann.truth import exact_top, recall


def test_blocks_give_the_same_answers_as_one_scan(data: AnnData, monkeypatch: pytest.MonkeyPatch) -> None:
    scores = data.queries.astype(np.float32) @ data.vectors.astype(np.float32).T
    expected = np.argsort(-scores, axis=1, kind="stable")[:, :20]
    monkeypatch.setattr(truth, "_BLOCK", 37)
    assert np.array_equal(exact_top(data.vectors, data.queries, 20), expected)


def test_recall_is_the_share_of_the_best(data: AnnData) -> None:
    best = data.truth[:1]
    found = [[*best[0, :5].tolist(), *[-1] * 5]]
    assert recall(found, best, 10, vectors=data.vectors, queries=data.queries[:1]) == pytest.approx([0.5])


def test_repeated_id_counts_once(data: AnnData) -> None:
    found = [[int(data.truth[0, 0])] * 10]
    shares = recall(found, data.truth[:1], 10, vectors=data.vectors, queries=data.queries[:1])
    assert shares == pytest.approx([0.1])


def test_vector_of_the_same_score_stands_for_another(data: AnnData) -> None:
    same = np.repeat(data.vectors[:1], 30, axis=0)
    best = exact_top(same, data.queries[:1], 5)
    shares = recall([[29, 28, 27, 26, 25]], best, 5, vectors=same, queries=data.queries[:1])
    assert shares == pytest.approx([1.0])


def test_answers_are_computed_once_and_kept(data: AnnData) -> None:
    kept = np.load(data.folder / "gt20.npy")
    assert np.array_equal(kept, data.truth)
    np.save(data.folder / "gt20.npy", kept[:, ::-1])
    assert np.array_equal(read_dataset(data.folder).truth, kept[:, ::-1])


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("x_f16.npy", np.ones((3, 4), np.float32), "must be float16"),
        ("x_f16.npy", np.ones((3, 16), np.float16), "L2-normalised"),
        ("q_f16.npy", np.ones((3, 1), np.float16), "1"),
        ("gt20.npy", np.full((40, 20), 999), "does not fit"),
    ],
)
def test_folder_that_does_not_fit_is_refused(data: AnnData, name: str, array: np.ndarray, message: str) -> None:
    np.save(data.folder / name, array)
    with pytest.raises(InvalidInput, match=message):
        read_dataset(data.folder)


def test_missing_vectors_are_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"cannot read .*x_f16\.npy"):
        read_dataset(tmp_path)
