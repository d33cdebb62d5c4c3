"""The codebook without training data finds as much as one trained on the vectors themselves."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from memsvc_stores.vectors.codes import Codec, ResidentCodes
from memsvc_stores.vectors.codes.packing import pack


def share_found(found: NDArray[np.int64], truth: NDArray[np.int64]) -> float:
    return float(np.mean([np.isin(true, row).mean() for true, row in zip(truth, found, strict=True)]))


@pytest.mark.slow
def test_recall_is_within_two_hundredths_of_a_trained_codebook(clustered) -> None:
    import faiss

    notes, queries = clustered(12_800, seed=1), clustered(100, seed=2)
    truth = np.argsort(-(queries @ notes.T), axis=1)[:, :10]
    trained = faiss.IndexPQFastScan(384, 128, 4, faiss.METRIC_INNER_PRODUCT)
    trained.train(notes)
    trained.add(notes)
    codec = Codec.of(384)
    ours = ResidentCodes(codec, 200)
    ours.pages[:] = pack(codec.encode(codec.rotate(notes)))
    for r in (50, 75):
        found = np.stack([ours.search(codec.rotate_query(query), r)[0] for query in queries])
        assert share_found(found, truth) >= share_found(trained.search(queries, r)[1], truth) - 0.02
