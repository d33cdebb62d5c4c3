"""faiss's inverted lists of float32 vectors, in memory."""

from __future__ import annotations

from math import isqrt

from memsvc_evals.ann.peers.faiss_file import FaissFile
from memsvc_evals.ann.system import Params
from memsvc_evals.ann.worker import serve

__all__ = ["FaissIvf"]


class FaissIvf(FaissFile):
    """Four lists per root of the count (1,264 for 100,000 vectors); the parameter is nprobe."""

    def describe(self, count: int) -> str:
        return f"IVF{4 * isqrt(count)},Flat"

    def tune(self, params: Params) -> None:
        self._index.nprobe = params["nprobe"]


if __name__ == "__main__":
    serve(FaissIvf)
