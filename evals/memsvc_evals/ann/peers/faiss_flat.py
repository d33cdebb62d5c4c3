"""faiss's exhaustive scan, of float32, float16 or 8-bit vectors."""

from __future__ import annotations

from memsvc_evals.ann.peers.faiss_file import FaissFile
from memsvc_evals.ann.system import Params
from memsvc_evals.ann.worker import serve

__all__ = ["FaissFlat"]


class FaissFlat(FaissFile):
    """The argument is fp32, fp16 or sq8."""

    def describe(self, _: int) -> str:
        return {"fp32": "Flat", "fp16": "SQfp16", "sq8": "SQ8"}[self._argument]

    def tune(self, _: Params) -> None:
        """Leave the scan as it is: it has no parameters."""


if __name__ == "__main__":
    serve(FaissFlat)
