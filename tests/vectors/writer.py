"""One of several processes on a directory, playing one history: `python -m tests.vectors.writer DIR SEED`."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from memsvc_stores.vectors.tiered import TieredVectorIndex
from tests.vectors.forms import listed
from tests.vectors.oracle import DIMENSION, Truth, unit


def main(directory: Path, seed: int) -> None:
    """Search after every change and save after some, chosen by the seed; fail at the first wrong answer."""
    history = np.random.default_rng(99)
    choice = np.random.default_rng(seed)
    index = TieredVectorIndex(directory, memory_bytes=1 << 20, exact_keys=0, reranked=1 << 20)
    truth = Truth()
    truth.add(*unit(history.standard_normal((80, DIMENSION))))
    for _ in range(60):
        row = truth.rows[int(history.integers(len(truth.rows)))]
        truth.purge(row)
        truth.add(*unit(history.standard_normal((1, DIMENSION))))
        reader, state = truth.reader(), truth.state()
        for query in unit(choice.standard_normal((4, DIMENSION))):
            found = index.search(reader, state, query, k=5, allowed=None)
            if index.stats(reader, state).applied_sequence == state.last_sequence:
                assert listed(found) == listed(reader.best(query, k=5, allowed=None))
        if choice.random() < 0.5:
            index.save(reader, state)
        if choice.random() < 0.1:
            index.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
