"""The classic SPANN mode: whole vectors in postings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from memsvc_evals.ann.system import Params
from memsvc_evals.ann.worker import serve
from memsvc_stores.vectors.spann.build import build_spann
from memsvc_stores.vectors.spann.index import SpannIndex
from memsvc_stores.vectors.spann.options import SpannOptions

__all__ = ["ClassicSpann"]

_LISTS = 32


class ClassicSpann:
    """Postings as the paper's code bounds them; parameters: lists, eps2."""

    def __init__(self, _: str) -> None:
        import faiss  # noqa: F401 - it is the baseline of RAM, not the index

        self._index: SpannIndex | None = None
        self._lists = _LISTS
        self._eps2: float | None = None

    def build(self, vectors: NDArray[np.float32], folder: Path) -> None:
        build_spann(folder, vectors, SpannOptions())

    def open(self, folder: Path) -> None:
        self._index = SpannIndex(folder)

    def tune(self, params: Params) -> None:
        self._lists = params.get("lists", _LISTS)
        self._eps2 = params.get("eps2")

    def search(self, query: NDArray[np.float32], k: int) -> NDArray[np.int64]:
        assert self._index is not None
        return self._index.search(query, k, lists=self._lists, eps2=self._eps2)[0]

    def close(self) -> None:
        if self._index is not None:
            self._index.close()


if __name__ == "__main__":
    serve(ClassicSpann)
