"""faiss's exhaustive scan, of float32, float16 or 8-bit vectors."""

from __future__ import annotations

from typing import Any

import faiss

from memsvc_evals.ann.peers.faiss_file import FaissFile
from memsvc_evals.ann.worker import serve

__all__ = ["FaissFlat"]


class FaissFlat(FaissFile):
    """The argument is fp32, fp16 or sq8."""

    def make(self, dimension: int, count: int) -> Any:
        kinds = {"fp32": "Flat", "fp16": "SQfp16", "sq8": "SQ8"}
        return faiss.index_factory(dimension, kinds[self._argument], faiss.METRIC_INNER_PRODUCT)


if __name__ == "__main__":
    serve(FaissFlat)
